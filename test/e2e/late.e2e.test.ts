import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, type Json, ndjson } from './client.js';
import { eventually } from './eventually.js';
import { Server } from './server.js';

/** Labels that come late: what is told meanwhile, and how it is held against what came true. */

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = server.client();
});
afterAll(() => server?.dispose());

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const M = 'late';
const TODAY = Math.floor(Date.now() / DAY) * DAY;
const START = TODAY - 40 * DAY;
/** Every nineteenth minute of forty days; scores mean what they say. */
const ROWS = Array.from({ length: Math.floor((40 * DAY) / (19 * 60_000)) }, (_, i) => {
  const score = ((i * 13) % 101) / 101;
  const positive = (i * 37) % 100 < (i * 13) % 101;
  const delay = positive ? (2 + (i % 9)) * DAY : (1 + (i % 3)) * DAY;
  return { id: `r${i}`, ts: START + i * 19 * 60_000, score, positive, delay };
});
const LABELLED = ROWS.filter((r) => r.ts + r.delay < Date.now());

describe('a model whose labels come late', () => {
  it('takes a reference, predictions and the labels that have come', async () => {
    await client.ok(
      client.put(`/v1/models/${M}`, { task: 'binary', positive_class: 1, classes: [0, 1], granularity: '1d' }),
    );
    const reference = ROWS.map((r, i) => ({
      prediction_id: `t${i}`,
      ts: new Date(r.ts - 60 * DAY).toISOString(),
      prediction: { score: r.score },
      label: r.positive ? 1 : 0,
    }));
    await client.ok(
      client.request('POST', `/v1/models/${M}/references?name=training`, ndjson(reference), {
        type: 'application/x-ndjson',
      }),
    );
    await client.predictions(
      ROWS.map((r) => ({ model: M, prediction_id: r.id, ts: r.ts, features: {}, prediction: { score: r.score } })),
    );
    await client.outcomes(
      LABELLED.map((r) => ({ model: M, prediction_id: r.id, label: r.positive ? 1 : 0, ts: r.ts + r.delay })),
    );
    await client.joined(M, LABELLED.length);
  });

  it('tells its delay curve, by class, as they are', async () => {
    const delays = await client.ok(client.get(`/v1/models/${M}/delays`));
    expect(delays).toMatchObject({ predictions: ROWS.length, labelled: LABELLED.length, sampled: 1 });
    expect(delays.curve.length).toBeLessThanOrEqual(256);
    expect(delays.curve[0].age).toBe(DAY / 1000);
    for (const [i, { share }] of delays.curve.entries())
      expect(share).toBeGreaterThan(i > 0 ? delays.curve[i - 1].share : 0);
    expect(delays.plateau.value).toBeCloseTo(1, 2);
    expect(delays.classes.differ).toBe(true);
    expect(delays.classes.curves['1'].curve.at(-1)).toMatchObject({ age: (10 * DAY) / 1000, share: 1 });
    expect(delays.classes.curves['0'].curve.at(-1)).toMatchObject({ age: (3 * DAY) / 1000, share: 1 });
    const past = await client.ok(client.get(`/v1/models/${M}/delays?as_of=${START + 6 * DAY}`));
    expect(past.predictions).toBeLessThan(ROWS.length / 5);
  });

  it('shows estimates until labels are mature, and corrects what is biased meanwhile', async () => {
    const { windows } = await client.ask(M, 'performance', {
      from: START,
      to: TODAY + DAY,
      granularity: '1d',
      metrics: ['accuracy', 'base_rate'],
      estimate: true,
    });
    expect(windows[0]).toMatchObject({ state: 'final', maturity: 1 });
    expect(windows[0].metrics.accuracy).toMatchObject({ kind: 'realized' });
    const young: Json[] = windows.filter((w: Json) => w.state === 'provisional' && w.labelled >= 30);
    expect(young.length).toBeGreaterThan(3);
    for (const w of young) {
      expect(w.maturity).toBeLessThan(0.99);
      expect(w.metrics.base_rate.kind).toBe('estimated');
    }
    // Whatever the time of day: as long as many labels are missing, most of these are positives.
    const biased = young.filter((w) => w.coverage < 0.85);
    expect(biased.length).toBeGreaterThan(2);
    for (const w of biased) {
      const { realized, estimated, corrected } = w.metrics.base_rate.values;
      expect(realized.value).toBeLessThan(estimated.value);
      expect(corrected.value).toBeGreaterThan(realized.value);
    }
  });

  it('keeps a track record of its estimates, in pages', async () => {
    const read = () => client.ok(client.get(`/v1/models/${M}/estimates?limit=10`));
    await eventually(async () => (await read()).windows.length === 10);
    const answer = await read();
    expect(answer.reference).toMatchObject({ name: 'training', revision: 1 });
    const { accuracy } = answer.metrics;
    expect(accuracy.covered).toBeLessThanOrEqual(accuracy.with_interval);
    expect(accuracy.verdict).toBe('honest');
    expect(Math.abs(accuracy.mean_error)).toBeLessThanOrEqual(accuracy.mean_absolute_error);
    expect(answer.metrics).not.toHaveProperty('tp');
    const starts: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Json = await client.ok(
        client.get(`/v1/models/${M}/estimates?limit=7${cursor ? `&cursor=${cursor}` : ''}`),
      );
      starts.push(...page.windows.map((w: Json) => w.start));
      cursor = page.next_cursor;
    }
    expect(starts).toEqual([...new Set(starts)].sort().reverse());
    expect(starts).toHaveLength(accuracy.windows);
    const wrong = await client.get(`/v1/models/${M}/estimates?cursor=x`);
    expect([wrong.status, wrong.body.code]).toEqual([400, 'invalid_request']);
  });

  it('tells how the answer for a window evolved', async () => {
    const first = new Date(START).toISOString();
    const { items } = await client.ok(client.get(`/v1/models/${M}/windows/${first}/history`));
    expect(items.at(-1)).toMatchObject({
      state: 'final',
      coverage: 1,
      reference: { name: 'training' },
      metrics: { accuracy: { realized: expect.any(Object), estimated: expect.any(Object) } },
    });
    const times = items.map((i: Json) => i.computed_at);
    expect(times).toEqual([...times].sort());
    expect(
      (await client.ok(client.get(`/v1/models/${M}/windows/${START}/history?version=`))).items.length,
    ).toBeGreaterThan(0);
    expect((await client.ok(client.get(`/v1/models/${M}/windows/${START - 90 * DAY}/history`))).items).toEqual([]);
    for (const start of ['yesterday', String(START + 1)]) {
      const wrong = await client.get(`/v1/models/${M}/windows/${start}/history`);
      expect([wrong.status, wrong.body.code], start).toEqual([400, 'invalid_request']);
    }
  });

  it('forgets all of it with the model', async () => {
    await client.ok(client.request('DELETE', `/v1/models/${M}`));
    await client.ok(client.put(`/v1/models/${M}`, { task: 'binary', granularity: '1d' }));
    const answer = await client.ok(client.get(`/v1/models/${M}/estimates`));
    expect(answer).toEqual({ reference: null, metrics: {}, windows: [], next_cursor: null });
    expect(await client.ok(client.get(`/v1/models/${M}/delays`))).toMatchObject({ predictions: 0, curve: [] });
  });
});
