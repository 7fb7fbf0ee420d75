import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { Server } from './server.js';

/** What a window may be compared with, and that answers from profiles are those from rows. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const END = Math.floor(Date.now() / DAY) * DAY - 2 * DAY;
const MODEL = 'prices';
const PER_DAY = 20_000;
const DAYS = 4;

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = server.client();
  await client.ok(client.put(`/v1/models/${MODEL}`, { task: 'binary' }));
  const reference = Array.from({ length: 5_000 }, (_, i) => JSON.stringify({ ...row(i * 17, 0), label: i % 2 }));
  await client.ok(
    client.request('POST', `/v1/models/${MODEL}/references`, reference.join('\n'), { type: 'application/x-ndjson' }),
  );
  // On the last day all amounts are half as large again.
  for (let day = DAYS; day > 0; day--) {
    const at = (i: number) => END - day * DAY + Math.floor((i * DAY) / PER_DAY);
    await client.predictions(
      Array.from({ length: PER_DAY }, (_, i) => ({
        model: MODEL,
        prediction_id: `${day}-${i}`,
        ts: at(i),
        ...row(i * 31 + day, day === 1 ? 0.5 : 0),
      })),
    );
  }
});
afterAll(() => server?.dispose());

function row(i: number, more: number) {
  const amount = Math.exp(((i * 7919) % 1000) / 250) * (1 + more);
  const features = {
    amount,
    age: (i * 131) % 60,
    country: ['BR', 'DE', 'US'][i % 3],
    gone: i % 10 === 0 ? null : i % 7,
  };
  return { features, prediction: { score: ((i * 37) % 100) / 100 } };
}

const last = { from: END - DAY, to: END, granularity: 'all' };
const drift = (question: object): Promise<Json> => client.ask(MODEL, 'drift', question);
const psi = (window: Json, name: string) => window.features[name].measures.psi;

describe('the reference of a question', () => {
  it.each<[string, object | string | undefined, string]>([
    ['the default one', undefined, 'training'],
    ['a fixed range', { from: END - 4 * DAY, to: END - 2 * DAY }, '/'],
    ['what was before', { trailing: '3d' }, 'the 3d before each window'],
    ['the same hours of an earlier day', { previous: '1d' }, 'the same span 1d earlier'],
  ])('%s', async (_, reference, named) => {
    const { reference: described, windows } = await drift({ ...last, reference });
    expect(described.name).toContain(named);
    expect(windows).toHaveLength(1);
    expect(windows[0].rows).toBe(PER_DAY);
    expect(psi(windows[0], 'amount')).toMatchObject({ drifted: true });
    expect(psi(windows[0], 'age')).toMatchObject({ drifted: false });
    expect(windows[0].ranked[0]).toBe('amount');
  });

  it('may differ from window to window, of which there are not too many', async () => {
    const days = { from: END - 3 * DAY, to: END, granularity: '1d', reference: { previous: '1d' }, measures: ['psi'] };
    const { windows } = await drift(days);
    expect(windows.map((w: Json) => psi(w, 'amount').drifted)).toEqual([false, false, true]);
    const refused = await client.post(`/v1/models/${MODEL}/drift`, { ...days, from: END - 4 * DAY, granularity: '1h' });
    expect(refused).toMatchObject({ status: 400, body: { code: 'range_too_large' } });
  });
});

describe('profiles', () => {
  const days = { from: END - DAYS * DAY, to: END, granularity: '1d' };
  it('answer when every hour is profiled, and say what the rows say', async () => {
    const kept = await eventually(
      async () => {
        const answer = await drift(days);
        return answer.exact === false && answer;
      },
      { withinMs: 120_000 },
    );
    const rows = await drift({ ...days, exact: true });
    expect(rows.exact).toBe(true);
    expect(kept.windows).toHaveLength(DAYS);
    rows.windows.forEach((want: Json, i: number) => {
      const got = kept.windows[i];
      expect(got).toMatchObject({ start: want.start, end: want.end, rows: want.rows });
      for (const [name, feature] of Object.entries<Json>(want.features)) {
        const now = got.features[name];
        expect(now).toMatchObject({ n: feature.n, missing_rate: feature.missing_rate, type: feature.type });
        expect(now.measures.psi.drifted).toBe(feature.measures.psi.drifted);
        for (const measure of ['psi', 'js_distance'])
          expect(now.measures[measure].value).toBeCloseTo(feature.measures[measure].value, 9);
        if (feature.type === 'numeric')
          expect(Math.abs(now.measures.ks.value - feature.measures.ks.value)).toBeLessThanOrEqual(0.01);
      }
    });
  });

  it('draw what the rows draw', async () => {
    const asked = { from: END - DAYS * DAY, to: END, features: ['amount', 'country', 'gone', 'prediction.score'] };
    // A filter that lets everything pass is answered from the rows.
    const all = [{ field: 'features.age', op: 'gte', value: 0 }];
    const [kept, rows] = [
      await client.ask(MODEL, 'profile', asked),
      await client.ask(MODEL, 'profile', { ...asked, filters: all }),
    ];
    for (const name of asked.features) {
      const [got, want] = [kept.features[name].current, rows.features[name].current];
      expect(kept.features[name].reference).toEqual(rows.features[name].reference);
      for (const field of ['n', 'missing', 'min', 'max', 'edges', 'counts', 'categories', 'distinct'])
        expect(got[field], `${name} ${field}`).toEqual(want[field]);
    }
    const before = await client.ask(MODEL, 'profile', { ...asked, from: END - DAY, reference: { trailing: '2d' } });
    expect(before.features.amount.reference.n).toBe(2 * PER_DAY);
    expect(before.features.amount.current.counts).toHaveLength(before.features.amount.reference.counts.length);
  });

  it('wait for rows that come late', async () => {
    const more = Array.from({ length: 500 }, (_, i) => ({
      model: MODEL,
      prediction_id: `late-${i}`,
      ts: END - 2 * DAY + 5 * HOUR + i,
      ...row(i, 0),
    }));
    await client.predictions(more);
    await eventually(async () => (await drift(days)).windows[DAYS - 2].rows === PER_DAY + 500, { withinMs: 60_000 });
  });

  it('do not answer what they cannot', async () => {
    const asked = [
      { ...days, exact: true },
      { ...days, filters: [{ field: 'features.country', op: 'eq', value: 'BR' }] },
      { ...days, known_at: Date.now() },
      { ...last, from: END - HOUR },
    ];
    for (const question of asked) expect((await drift(question)).exact).toBe(true);
  });
});
