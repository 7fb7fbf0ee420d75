import { jsonLines, storeTime } from '@plumbline/clickhouse';
import { getModel, type ModelContext, newId, putModel, references } from '@plumbline/control';
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
import { estimatorsOf } from '../estimate/keep.js';
import { latestResults } from '../testing/latestResults.js';
import { dueWindows } from './dirty.js';
import { recomputeWindows } from './recompute.js';
import { historyOf } from './results.js';
import { markRipe } from './ripe.js';
import { scoredWindows } from './score.js';

const clock = manualClock(MONDAY_MS + DAY_MS);
let stores: Stores;
let sender: Sender;
let projectId: string;
let model: ModelContext;
beforeAll(async () => {
  stores = await openStores();
  sender = await openSender(stores, clock.now);
});
afterAll(async () => {
  await sender.close();
  await stores.close();
});
beforeEach(async () => {
  clock.set(MONDAY_MS + DAY_MS);
  projectId = await freshProject(stores);
  await declare({});
  await reference('training');
});

async function declare(labels: { attribution_window?: string; missing?: 'ignore' | 'negative' }): Promise<void> {
  await putModel(stores.control.db, projectId, 'fraud', {
    task: 'binary',
    classes: ['0', '1'],
    granularity: '1d',
    labels,
  });
  model = await getModel(stores.control.db, projectId, 'fraud');
}

const score = (i: number) => ((i * 13) % 101) / 101;
const positive = (i: number) => (i * 37) % 100 < (i * 13) % 101;
async function reference(name: string, flip = false) {
  const id = newId();
  const rows = Array.from({ length: 1000 }, (_, i) => ({
    project: projectId,
    model: 'fraud',
    reference: id,
    row: i,
    ts: storeTime(MONDAY_MS - 30 * DAY_MS + i * 1000),
    score: score(i),
    label: positive(i) !== flip ? '1' : '0',
  }));
  await stores.store.insert('reference_rows', jsonLines(rows));
  const createdAt = new Date(clock.now());
  const more = { version: null, rows: 1000, labelled: 1000, profiles: {}, estimates: {}, createdAt };
  await stores.control.db.insert(references).values({ id, projectId, model: 'fraud', name, revision: 1, ...more });
}

const ids = Array.from({ length: 200 }, (_, i) => `p${i}`);
const predict = () =>
  sender.store(
    projectId,
    spread(200, MONDAY_MS, MONDAY_MS + DAY_MS).map((ts, i) =>
      predictionEvent({ prediction_id: ids[i]!, ts, features: {}, prediction: { score: score(i) } }),
    ),
  );
const label = (from: number, to: number) =>
  sender.store(
    projectId,
    [],
    ids
      .slice(from, to)
      .map((id, i) => outcomeEvent({ prediction_id: id, ts: clock.now(), label: positive(from + i) ? 1 : 0 })),
  );
const recompute = () =>
  recomputeWindows(stores.store, model, [MONDAY_MS], clock.now(), {
    estimators: estimatorsOf(stores.store, stores.control.db, model),
  });
const history = (version = '*') =>
  historyOf(stores.store, model, { start: MONDAY_MS, version, after: null, limit: 100 });
const scored = () => scoredWindows(stores.store, model, { version: '*', before: null, limit: 100 });

describe('results as a history', () => {
  it('tell how accuracy, estimate and coverage of a window evolved, and only what changed', async () => {
    await predict();
    expect(await recompute()).toBe(2);
    clock.advance(HOUR_MS);
    expect(await recompute()).toBe(0);
    await label(0, 100);
    clock.advance(HOUR_MS);
    expect(await recompute()).toBe(2);
    clock.advance(HOUR_MS);
    await label(100, 200);
    clock.advance(HOUR_MS);
    expect(await recompute()).toBe(2);
    expect(await recompute()).toBe(0);
    const rows = await history();
    expect(rows.map((r) => [r.predictions, r.labelled, r.state])).toEqual([
      [200, 0, 'unlabelled'],
      [200, 100, 'provisional'],
      [200, 200, 'final'],
    ]);
    expect(rows.map((r) => r.computedAt)).toEqual([...rows.map((r) => r.computedAt)].sort((a, b) => a - b));
    expect(rows[0]!.metrics.accuracy).toEqual([null, null, null]);
    expect(rows[1]!.corrected.accuracy).toBeDefined();
    const width = ([, low, high]: readonly (number | null)[]) => high! - low!;
    expect(width(rows[2]!.metrics.accuracy!)).toBeLessThan(width(rows[1]!.metrics.accuracy!));
    for (const r of rows) expect(r.estimated.accuracy).toEqual(rows[0]!.estimated.accuracy);
    expect(await history('v1')).toHaveLength(3);
    expect(
      await historyOf(stores.store, model, { start: MONDAY_MS, version: '*', after: rows[0]!.computedAt, limit: 1 }),
    ).toMatchObject([{ labelled: 100 }]);
    expect(await latestResults(stores.store, model, 5)).toMatchObject([
      { labelled: 200, metrics: { accuracy: rows[2]!.metrics.accuracy } },
    ]);
  });
});

describe('the track record', () => {
  it('holds what was said before the labels came, whatever reference came since, once for each window', async () => {
    await predict();
    await recompute();
    const [said] = await history();
    expect(await scored()).toEqual([]);
    clock.advance(DAY_MS);
    await reference('hindsight', true);
    await label(0, 200);
    clock.advance(HOUR_MS);
    await recompute();
    await recompute();
    const [window, ...more] = await scored();
    expect(more).toEqual([]);
    expect(window).toMatchObject({
      start: MONDAY_MS,
      predictions: 200,
      labelled: 200,
      reference: { name: 'training' },
    });
    expect(window!.metrics.accuracy!.estimated).toEqual(said!.estimated.accuracy);
    const [low, high] = window!.metrics.accuracy!.estimated.slice(1);
    expect(window!.metrics.accuracy!.realized[0]).toBeGreaterThan(low!);
    expect(window!.metrics.accuracy!.realized[0]).toBeLessThan(high!);
    expect(window!.metrics).not.toHaveProperty('tp');
  });

  it('waits until a window is over, has enough labels, and most of them', async () => {
    clock.set(MONDAY_MS + DAY_MS / 2);
    await sender.store(
      projectId,
      ids
        .slice(0, 60)
        .map((id, i) => predictionEvent({ prediction_id: id, ts: MONDAY_MS + i, prediction: { score: score(i) } })),
      ids.slice(0, 60).map((id, i) => outcomeEvent({ prediction_id: id, ts: MONDAY_MS + i, label: 1 })),
    );
    await recompute();
    expect(await history()).toMatchObject([{ state: 'final' }]);
    expect(await scored()).toEqual([]);
  });
});

describe('windows that ripen', () => {
  it('are computed again when waiting has made them final, and then no more', async () => {
    await predict();
    await label(0, 180);
    clock.advance(HOUR_MS);
    await recompute();
    expect((await history()).at(-1)!.state).toBe('provisional');
    const due = async () => (await dueWindows(stores.control.db, projectId, 'fraud', clock.now() + 60_000)).starts;
    await markRipe(stores.store, stores.control.db, clock.now());
    expect(await due()).toEqual([]);
    clock.advance(20 * DAY_MS);
    await markRipe(stores.store, stores.control.db, clock.now());
    expect(await due()).toEqual([MONDAY_MS]);
    expect(await recompute()).toBe(2);
    expect((await history()).at(-1)).toMatchObject({ state: 'final', labelled: 180, maturity: 1 });
    expect(await scored()).toHaveLength(1);
  });

  it('are settled by silence where silence means negative', async () => {
    await declare({ attribution_window: '3d', missing: 'negative' });
    await predict();
    await recompute();
    clock.advance(5 * DAY_MS);
    await markRipe(stores.store, stores.control.db, clock.now());
    expect((await dueWindows(stores.control.db, projectId, 'fraud', clock.now() + 60_000)).starts).toEqual([MONDAY_MS]);
    await recompute();
    expect((await history()).at(-1)).toMatchObject({
      state: 'final',
      labelled: 200,
      metrics: { base_rate: [0, 0, expect.any(Number)] },
    });
  });
});
