import type { EventStore } from '@plumbline/clickhouse';
import type { PerformanceWindow } from '@plumbline/contracts';
import { getModel, type ModelContext, putModel } from '@plumbline/control';
import {
  DAY_MS,
  freshProject,
  HOUR_MS,
  MONDAY_MS,
  manualClock,
  openSender,
  openStores,
  outcomeEvent,
  predictionEvent,
  type Sender,
  type Stores,
  spread,
} from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clearDirty, countDirty, dueWindows, markDirty } from '../recompute/dirty.js';
import { markAll } from '../recompute/markAll.js';
import { recomputeWindows } from '../recompute/recompute.js';
import { answerPerformance } from './answer.js';
import { type PerformanceInput, performance } from './performance.js';

const clock = manualClock();
let stores: Stores;
let sender: Sender;
let projectId: string;
let model: ModelContext;
/** The store, counting how often rows are read. Both ways ask it, because what is known of delays is kept by store. */
let watched: EventStore;
let reads = 0;
beforeAll(async () => {
  stores = await openStores();
  watched = {
    ...stores.store,
    query: (sql, params, options) => {
      if (sql.includes('sum(_n) AS predictions, sum(_l) AS labelled')) reads++;
      return stores.store.query(sql, params, options);
    },
  };
  sender = await openSender(stores, clock.now);
});
afterAll(async () => {
  await sender.close();
  await stores.close();
});
beforeEach(async () => {
  clock.set(MONDAY_MS + 10 * DAY_MS);
  projectId = await freshProject(stores);
  await declare({});
});

async function declare(spec: object): Promise<void> {
  await putModel(stores.control.db, projectId, 'fraud', { task: 'binary', classes: ['0', '1'], ...spec });
  model = await getModel(stores.control.db, projectId, 'fraud');
}

const range = { from: MONDAY_MS, to: MONDAY_MS + 3 * DAY_MS };
const plain: PerformanceInput = { ...range, filters: [], group_by: [], min_labels: 1, granularity: '1h' };
const hours = Array.from({ length: 72 }, (_, i) => MONDAY_MS + i * HOUR_MS);
const predictions = spread(1440, range.from, range.to).map((ts, i) =>
  predictionEvent({
    prediction_id: `p${i}`,
    ts,
    version: i % 3 ? 'v1' : 'v2',
    prediction: { score: ((i * 37) % 100) / 100 },
    latency_ms: i % 50,
  }),
);
const outcomes = (every: number, offset: number, ts: number) =>
  predictions.flatMap(({ prediction_id }, i) =>
    i % every === offset ? [outcomeEvent({ prediction_id, ts, label: (i * 7) % 3 ? 1 : 0 })] : [],
  );

/** Joins what came and marks its windows, as the worker does. */
async function store(list: typeof predictions, labels: ReturnType<typeof outcomes>, marked: readonly number[]) {
  await sender.store(projectId, list, labels);
  await markDirty(stores.control.db, model, marked, clock.now());
}
async function compute(): Promise<void> {
  clock.advance(20_000);
  const due = await dueWindows(stores.control.db, projectId, 'fraud', clock.now());
  await recomputeWindows(stores.store, model, due.starts, clock.now());
  await clearDirty(stores.control.db, projectId, 'fraud', due);
}

/** The answer, and how often it read rows for it. */
async function answered(q: PerformanceInput, rowsMax = 0): Promise<{ windows: PerformanceWindow[]; reads: number }> {
  reads = 0;
  const windows = await answerPerformance(watched, stores.control.db, model, q, clock.now(), rowsMax);
  return { windows, reads };
}
const fromRows = (q: PerformanceInput) => performance(watched, model, q, clock.now());

/** The engine adds in no fixed order. */
const rounded = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_, v) => (typeof v === 'number' ? Number(v.toPrecision(10)) : v)));

/** Equal but for what is read off the delay curve, which computed windows do at a dozen points. */
function expectAlike(found: PerformanceWindow[], expected: PerformanceWindow[]): void {
  const exact = (w: PerformanceWindow) => ({ ...w, maturity: null, expected_coverage: null });
  expect(rounded(found.map(exact))).toEqual(rounded(expected.map(exact)));
  for (const [i, w] of found.entries()) {
    expect(Math.abs(w.maturity! - expected[i]!.maturity!)).toBeLessThan(0.02);
    expect(Math.abs(w.expected_coverage! - expected[i]!.expected_coverage!)).toBeLessThan(0.02);
  }
}

describe('an answer from computed windows', () => {
  it('is the answer from rows, whichever metrics, windows and versions are asked for', async () => {
    await store(predictions, outcomes(2, 0, range.to), hours);
    await compute();
    const questions: PerformanceInput[] = [
      plain,
      { ...plain, group_by: ['version'] },
      { ...plain, version: 'v2', metrics: ['roc_auc', 'count', 'latency_p95'] },
      { ...plain, from: MONDAY_MS + 5 * HOUR_MS, to: MONDAY_MS + 30 * HOUR_MS },
      { ...plain, min_labels: 11 },
      { ...plain, from: MONDAY_MS - 30 * DAY_MS },
    ];
    for (const q of questions) {
      const { windows, reads } = await answered(q);
      expect(reads).toBe(0);
      expectAlike(windows, await fromRows(q));
    }
    expect((await answered(plain)).windows).toHaveLength(72);
  });

  it('reads the windows that wait to be computed again, and all of them when they are many', async () => {
    await store(predictions, outcomes(2, 0, range.to), hours);
    await compute();
    const late = outcomes(2, 1, range.to + DAY_MS);
    await store([], late.slice(0, 10), [MONDAY_MS]);
    const one = await answered(plain);
    expect(one.reads).toBe(1);
    expectAlike(one.windows, await fromRows(plain));
    await store([], late.slice(10), hours);
    expect((await answered(plain)).reads).toBe(1);
    expectAlike((await answered(plain)).windows, await fromRows(plain));
    await compute();
    const all = await answered(plain);
    expect(all.reads).toBe(0);
    expectAlike(all.windows, await fromRows(plain));
  });

  it('is not given for few rows, cut windows, filters, other groups, past moments, or what was not kept', async () => {
    await store(predictions, outcomes(2, 0, range.to), hours);
    await compute();
    expect((await answered(plain, 200_000)).reads).toBe(1);
    const others: PerformanceInput[] = [
      { ...plain, from: MONDAY_MS + 1 },
      { ...plain, granularity: '1d' },
      { ...plain, filters: [{ field: 'version', op: 'eq', value: 'v1' }] },
      { ...plain, group_by: ['prediction.class'] },
      { ...plain, as_of: clock.now() },
      { ...plain, known_at: clock.now() },
    ];
    for (const q of others) {
      const { windows, reads } = await answered(q);
      expect(reads).toBeGreaterThan(0);
      expect(rounded(windows)).toEqual(rounded(await fromRows(q)));
    }
  });

  it('is not given by definitions that are no longer those of the model', async () => {
    await store(predictions, outcomes(2, 0, range.to), hours);
    await compute();
    await declare({ decision_threshold: 0.9 });
    const { windows, reads } = await answered(plain);
    expect(reads).toBe(1);
    expect(rounded(windows)).toEqual(rounded(await fromRows(plain)));

    await markAll(stores.store, stores.control.db, model, clock.now());
    await compute();
    expect((await answered(plain)).reads).toBe(0);
    expectAlike((await answered(plain)).windows, windows);

    await declare({ granularity: '1d' });
    await markAll(stores.store, stores.control.db, model, clock.now());
    expect(await countDirty(stores.control.db, projectId, 'fraud')).toBe(3);
    await compute();
    await declare({});
    await markAll(stores.store, stores.control.db, model, clock.now());
    expect(await countDirty(stores.control.db, projectId, 'fraud')).toBe(72);
  });

  it('knows that silence has become a label', async () => {
    await declare({ labels: { missing: 'negative', attribution_window: '9d' } });
    await store(predictions, outcomes(20, 0, MONDAY_MS + DAY_MS), hours);
    await compute();
    clock.advance(3 * HOUR_MS);
    const { windows, reads } = await answered(plain);
    expect(reads).toBeGreaterThan(0);
    expectAlike(windows, await fromRows(plain));
    expect(windows[0]!.labelled).toBe(20);
  });
});
