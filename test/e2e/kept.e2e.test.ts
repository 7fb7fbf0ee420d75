import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { ALL, START } from './sending.js';
import { Server } from './server.js';

/** Far less than an answer would be kept for. */
const SOON = { withinMs: 60_000, everyMs: 100 };

/** An answer that was given before is never given again once it is no longer true. */
describe('an answer that somebody has had before', () => {
  let server: Server;
  let client: Client;
  beforeAll(async () => {
    server = await Server.start();
    client = server.client();
  }, 120_000);
  afterAll(async () => server?.dispose());

  const prediction = (model: string, i: number) => ({
    model,
    prediction_id: `p${i}`,
    ts: START + i * 60_000,
    version: i < 50 ? 'v1' : 'v2',
    features: { n: i },
    prediction: { score: (i % 10) / 10 + 0.05 },
  });
  const outcome = (model: string, i: number, label: number, later = 0) => ({
    model,
    prediction_id: `p${i}`,
    ts: START + i * 60_000 + 5_000 + later,
    label,
  });
  const ids = Array.from({ length: 40 }, (_, i) => i);
  const filled = async (model: string, more: object = {}) => {
    await client.ok(client.put(`/v1/models/${model}`, { task: 'binary', classes: ['0', '1'], ...more }));
    await client.predictions(ids.map((i) => prediction(model, i)));
    await client.outcomes(ids.map((i) => outcome(model, i, i % 10 < 5 ? 0 : 1)));
    await client.joined(model, ids.length);
  };
  const whole = async (model: string): Promise<Json> =>
    (await client.ask(model, 'performance', { ...ALL, metrics: ['accuracy', 'tp'], estimate: true })).windows[0];
  const roc = (model: string) => client.ask(model, 'curves', { from: ALL.from, to: ALL.to });

  it('is the same while nothing comes, to the byte', async () => {
    await filled('still');
    const ask = () =>
      client.post('/v1/models/still/performance', { ...ALL, granularity: '1h', metrics: ['accuracy', 'roc_auc'] });
    const first = await eventually(async () => {
      const [a, b] = [await ask(), await ask()];
      return a.text === b.text && a;
    }, SOON);
    expect(first.headers.get('content-type')).toMatch(/^application\/json/);
    expect(first.body.windows).toHaveLength(1);
  });

  it('is another one as soon as predictions, labels or corrections have come', async () => {
    await filled('moving');
    expect(await whole('moving')).toMatchObject({ predictions: 40, labelled: 40, metrics: { accuracy: { value: 1 } } });
    expect((await roc('moving')).confusion.counts).toEqual([
      [20, 0],
      [0, 20],
    ]);

    await client.predictions([prediction('moving', 60)]);
    await eventually(async () => (await whole('moving')).predictions === 41, SOON);
    expect((await client.model('moving')).versions.map((v: Json) => [v.version, v.predictions])).toEqual([
      ['v1', 40],
      ['v2', 1],
    ]);
    expect((await roc('moving')).n).toBe(41);

    await client.outcomes([outcome('moving', 60, 1)]);
    await eventually(async () => (await whole('moving')).labelled === 41, SOON);
    await client.outcomes([outcome('moving', 60, 0, 1000)]);
    await eventually(async () => (await client.model('moving')).labels.corrected === 1, SOON);
    await client.outcomes([outcome('moving', 9, 0, 1000)]);
    await eventually(async () => (await whole('moving')).metrics.accuracy.value === 40 / 41, SOON);
    expect((await roc('moving')).confusion.counts).toEqual([
      [21, 1],
      [0, 19],
    ]);

    await client.outcomes([outcome('moving', 5, 1), outcome('moving', 999, 1)]);
    await eventually(async () => {
      const { duplicate, orphaned } = (await client.model('moving')).labels;
      return duplicate === 1 && orphaned === 1;
    }, SOON);
  });

  it('is another one when the model is declared anew, or gets a reference to estimate by', async () => {
    await filled('declared');
    expect((await whole('declared')).metrics.tp.value).toBe(20);
    await client.ok(
      client.put('/v1/models/declared', { task: 'binary', classes: ['0', '1'], decision_threshold: 0.9 }),
    );
    expect((await whole('declared')).metrics.tp.value).toBe(4);
    expect((await client.model('declared')).decision_threshold).toBe(0.9);
    await client.ok(client.put('/v1/models/declared', { task: 'binary', classes: ['0', '1'], description: 'New.' }));
    expect((await client.model('declared')).description).toBe('New.');

    expect((await whole('declared')).metrics.accuracy.values.estimated.value).toBeNull();
    const rows = Array.from({ length: 400 }, (_, i) => ({ ...prediction('declared', i), label: i % 10 < 5 ? 0 : 1 }));
    const lines = rows.map(({ model: _, ...row }) => JSON.stringify(row)).join('\n');
    await client.ok(
      client.request('POST', '/v1/models/declared/references?name=training', lines, { type: 'application/x-ndjson' }),
    );
    await eventually(async () => (await whole('declared')).metrics.accuracy.values.estimated.value !== null, SOON);
  });

  it('is gone with its model', async () => {
    await filled('leaving');
    await whole('leaving');
    await client.ok(client.delete('/v1/models/leaving'));
    const { status } = await client.post('/v1/models/leaving/performance', { ...ALL, metrics: ['accuracy', 'tp'] });
    expect(status).toBe(404);
    await filled('leaving');
    await client.predictions([prediction('leaving', 70)]);
    await eventually(async () => (await whole('leaving')).predictions === 41, SOON);
  });

  it('is no answer for a model whose silence becomes a label by itself', async () => {
    const model = 'silent';
    await client.ok(
      client.put(`/v1/models/${model}`, {
        task: 'binary',
        classes: ['0', '1'],
        labels: { attribution_window: '3s', missing: 'negative' },
      }),
    );
    await client.predictions([{ ...prediction(model, 1), ts: Date.now() }]);
    const now = { from: Date.now() - 3_600_000, to: Date.now() + 3_600_000, granularity: 'all', min_labels: 0 };
    const labelled = async () => (await client.ask(model, 'performance', now)).windows[0]?.labelled;
    await eventually(async () => (await labelled()) === 1, SOON);
  });
});
