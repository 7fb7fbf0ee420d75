import { groupBy } from '@plumbline/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import {
  compareMetrics,
  declare,
  of,
  readMessyGolden,
  readMessyOutcomes,
  readOutcomes,
  readPredictions,
} from './golden.js';
import { random, shuffled } from './random.js';
import { expectSame } from './same.js';
import { Server } from './server.js';

/** Labels come late, twice, corrected, before their prediction, for nobody. What is known must not depend on the way it came. */

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = server.client();
});
afterAll(() => server?.dispose());

describe('the hostile label stream', () => {
  const golden = readMessyGolden();
  const model = 'messy';

  it('is taken whole: every line is news', async () => {
    const lines = of(model, readMessyOutcomes());
    await declare(client, 'california', model);
    // Labels first for one half of the predictions, last for the other.
    const predictions = of(model, readPredictions('california', 'predictions'));
    const half = predictions.length >> 1;
    await client.predictions(predictions.slice(0, half));
    expect(await client.outcomes(lines)).toEqual({ accepted: golden.lines, duplicates: 0, rejected: [] });
    await client.predictions(predictions.slice(half));
    const labels = await client.joined(model, golden.predictions_with_an_outcome);
    expect(labels).toMatchObject({
      joined: golden.predictions_with_an_outcome,
      pending: predictions.length - golden.predictions_with_an_outcome,
      orphaned: golden.unknown_prediction_ids,
      duplicate: 0,
      corrected: golden.predictions_with_conflicting_labels,
    });
  });

  it.each<string>(golden.as_of.map((a: Json) => a.as_of))(
    'gives what the latest outcomes said as of %s',
    async (as_of) => {
      const want = golden.as_of.find((a: Json) => a.as_of === as_of).latest_wins;
      const { windows } = await client.ask(model, 'performance', {
        from: 0,
        to: '2030-01-01T00:00:00Z',
        granularity: 'all',
        as_of,
      });
      expect([windows[0].predictions, windows[0].labelled]).toEqual([want.predictions, want.labelled]);
      expect(compareMetrics(windows[0].metrics, want.metrics, as_of)).toBeGreaterThan(10);
    },
  );

  it('counts a stream sent again as duplicates and changes nothing', async () => {
    const lines = of(model, readMessyOutcomes());
    const ask = () => client.ask(model, 'performance', { from: 0, to: '2030-01-01T00:00:00Z', granularity: 'all' });
    const before = await ask();
    expect(await client.outcomes(lines)).toEqual({ accepted: 0, duplicates: lines.length, rejected: [] });
    const counted = () => client.model(model).then((m) => m.labels.duplicate === lines.length && m.labels);
    expect(await eventually(counted, { what: 'the duplicates to be counted' })).toMatchObject({
      joined: golden.predictions_with_an_outcome,
      corrected: golden.predictions_with_conflicting_labels,
      orphaned: golden.unknown_prediction_ids,
    });
    expectSame(await ask(), before);
  });

  it('is counted the same way for Prometheus', async () => {
    const { labels } = await client.model(model);
    const states = ['joined', 'pending', 'orphaned', 'duplicate', 'corrected'];
    const shown = async () => {
      const { text } = await client.get('/metrics');
      const found = text.matchAll(/^plumbline_labels\{project="[^"]+",model="messy",state="(\w+)"\} (\d+)$/gm);
      const counts = Object.fromEntries([...found].map(([, state, n]) => [state, Number(n)]));
      return states.every((state) => counts[state] === labels[state]);
    };
    expect(await eventually(shown, { what: 'the counts among the metrics' })).toBe(true);
  });

  it('tells everything about one corrected id', async () => {
    const lines = readMessyOutcomes();
    const known = new Set(readPredictions('california', 'predictions').map((p) => p.prediction_id));
    const byId = groupBy(lines, (l) => l.prediction_id);
    const [id, both] = [...byId].find(([i, l]) => known.has(i) && new Set(l.map((x) => x.label)).size > 1)!;
    const told = await client.ok(client.get(`/v1/models/${model}/predictions/${id}`));
    const latest = [...both].sort((a, b) => (a.ts < b.ts ? 1 : -1))[0]!;
    expect(told).toMatchObject({ prediction_id: id, label: String(latest.label) });
    expect(told.outcomes.filter((o: Json) => o.wins)).toMatchObject([{ label: String(latest.label), ts: latest.ts }]);
    expect(told.predictions).toHaveLength(1);
    expect((await client.get(`/v1/models/${model}/predictions/nobody`)).status).toBe(404);
  });
});

describe('the same events in any order, some of them twice', () => {
  const predictions = readPredictions('bike', 'predictions').slice(0, 4000);
  const last = predictions.at(-1)!.ts;
  const ids = new Set(predictions.map((p) => p.prediction_id));
  const outcomes = readOutcomes('bike').filter((o) => ids.has(o.prediction_id));
  const questions = [
    ['performance', { from: 0, to: '2030-01-01T00:00:00Z', granularity: '7d', min_labels: 0 }],
    ['performance', { from: 0, to: '2030-01-01T00:00:00Z', granularity: 'all', as_of: '2012-03-01T00:00:00Z' }],
    ['performance', { from: 0, to: '2030-01-01T00:00:00Z', granularity: 'all', group_by: ['features.weathersit'] }],
    ['events/search', { from: '2012-02-01T00:00:00Z', to: last, limit: 200, order: 'error' }],
  ] as const;
  const ask = async (model: string) => {
    const answers: Json[] = [];
    for (const [question, body] of questions) answers.push(await client.ask(model, question, body));
    return answers;
  };
  let ordered: Json[];

  it('in order', async () => {
    await declare(client, 'bike', 'in-order');
    await client.predictions(of('in-order', predictions));
    await client.outcomes(of('in-order', outcomes));
    await client.joined('in-order', outcomes.length);
    ordered = await ask('in-order');
    expect(ordered[0].windows.length).toBeGreaterThan(20);
  });

  it.each([1, 2, 3])('shuffled with seed %i, outcomes first, in many small bodies side by side', async (seed) => {
    const model = `shuffled-${seed}`;
    const next = random(seed);
    const twice = <T extends object>(rows: readonly T[]) =>
      shuffled([...rows, ...rows.filter(() => next() < 0.3)], next);
    await declare(client, 'bike', model);
    const bodies: (() => Promise<unknown>)[] = [];
    let duplicates = 0;
    const sum = (answer: { duplicates: number }) => {
      duplicates += answer.duplicates;
    };
    const p = of(model, twice(predictions));
    const o = of(model, twice(outcomes));
    for (let i = 0; i < p.length; i += 500) bodies.push(() => client.predictions(p.slice(i, i + 500)).then(sum));
    const late = shuffled(bodies, next);
    const early: typeof bodies = [];
    for (let i = 0; i < o.length; i += 500) early.push(() => client.outcomes(o.slice(i, i + 500)).then(sum));
    const [first, mixed] = [early.slice(0, early.length >> 1), early.slice(early.length >> 1)];
    await Promise.all(shuffled(first, next).map((send) => send()));
    await Promise.all(shuffled([...late, ...mixed], next).map((send) => send()));
    // A label can show a moment before its outcome stops being counted as an orphan.
    const settled = () =>
      client.model(model).then((m) => m.labels.joined === outcomes.length && !m.labels.orphaned && m.labels);
    const labels = await eventually(settled, { what: 'every outcome to be joined' });
    expect(labels).toMatchObject({ corrected: 0, pending: predictions.length - outcomes.length });
    expect(duplicates).toBe(p.length - predictions.length + o.length - outcomes.length);
    expectSame(await ask(model), ordered);
  });
});
