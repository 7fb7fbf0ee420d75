import { jsonLines, storeTime } from '@plumbline/clickhouse';
import { eq, estimators, getModel, type ModelContext, newId, putModel, references } from '@plumbline/control';
import { Binds } from '@plumbline/rows';
import {
  DAY_MS,
  freshProject,
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
import { type PerformanceInput, performance } from '../performance/performance.js';
import { scoreCells } from './cells.js';
import { estimatorsOf } from './keep.js';

const clock = manualClock(MONDAY_MS + 90 * DAY_MS);
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
  projectId = await freshProject(stores);
  await declare({ task: 'binary', classes: ['0', '1'] });
});

async function declare(body: Parameters<typeof putModel>[3]): Promise<void> {
  await putModel(stores.control.db, projectId, 'fraud', body);
  model = await getModel(stores.control.db, projectId, 'fraud');
}

/** A row is positive as often as its score says. */
const positive = (i: number) => (i * 37) % 100 < (i * 13) % 101;
const score = (i: number) => ((i * 13) % 101) / 101;

type RefRow = { score?: number; class?: string; scores?: Record<string, number>; label: string | null };
async function reference(rows: RefRow[], over: { name?: string; version?: string; createdMs?: number } = {}) {
  const id = newId();
  const common = { project: projectId, model: 'fraud', reference: id };
  const lines = rows.map(({ score: s, class: c, scores, label }, i) => ({
    ...common,
    row: i,
    ts: storeTime(MONDAY_MS - 30 * DAY_MS + i * 1000),
    score: s ?? null,
    class: c ?? '',
    scores: scores ?? {},
    label,
  }));
  await stores.store.insert('reference_rows', jsonLines(lines));
  await stores.control.db.insert(references).values({
    id,
    projectId,
    model: 'fraud',
    name: over.name ?? 'training',
    revision: 1,
    version: over.version ?? null,
    rows: rows.length,
    labelled: rows.filter((r) => r.label !== null).length,
    profiles: {},
    estimates: {},
    createdAt: new Date(over.createdMs ?? clock.now()),
  });
  return id;
}
const scored = (n: number, flip = false): RefRow[] =>
  Array.from({ length: n }, (_, i) => ({ score: score(i), label: positive(i) !== flip ? '1' : '0' }));

async function traffic(n: number, labelledShare = 0): Promise<void> {
  const times = spread(n, MONDAY_MS, MONDAY_MS + 7 * DAY_MS);
  await sender.store(
    projectId,
    times.map((ts, i) =>
      predictionEvent({
        prediction_id: `p${i}`,
        ts,
        features: {},
        version: i % 2 ? 'v1' : 'v2',
        prediction: { score: score(i) },
      }),
    ),
    times.flatMap((ts, i) =>
      i % 100 < labelledShare * 100
        ? [outcomeEvent({ prediction_id: `p${i}`, ts: ts + DAY_MS, label: positive(i) ? 1 : 0 })]
        : [],
    ),
  );
}

const ask = (more: Partial<PerformanceInput> = {}) =>
  performance(
    stores.store,
    model,
    {
      from: MONDAY_MS,
      to: MONDAY_MS + 7 * DAY_MS,
      filters: [],
      group_by: [],
      min_labels: 30,
      granularity: 'all',
      as_of: MONDAY_MS + 8 * DAY_MS,
      estimators: estimatorsOf(stores.store, stores.control.db, model, more.known_at),
      ...more,
    },
    clock.now(),
  );
const NONE = { value: null, low: null, high: null };

describe('estimates', () => {
  it('of a window without labels hold what the labels say later', async () => {
    await reference(scored(3000));
    await traffic(2000);
    const [before] = await ask({ metrics: ['accuracy', 'roc_auc', 'tp', 'ece', 'count'] });
    const { accuracy, roc_auc, tp, ece, count } = before!.metrics;
    expect(before).toMatchObject({ state: 'unlabelled', estimated_by: { name: 'training', revision: 1 } });
    expect(accuracy).toMatchObject({ kind: 'estimated', values: { realized: NONE } });
    expect(accuracy!.value).toBe(accuracy!.values!.estimated!.value);
    expect(roc_auc!.kind).toBe('estimated');
    expect(tp!.values!.estimated).toMatchObject({ value: expect.any(Number), low: null, high: null });
    expect(ece).toEqual({ ...NONE, kind: 'realized', values: { realized: NONE, estimated: NONE } });
    expect(count).toEqual({
      value: 2000,
      low: null,
      high: null,
      kind: 'realized',
      values: { realized: { value: 2000, low: null, high: null } },
    });
    await sender.store(
      projectId,
      [],
      Array.from({ length: 2000 }, (_, i) =>
        outcomeEvent({ prediction_id: `p${i}`, ts: MONDAY_MS + 7.5 * DAY_MS, label: positive(i) ? 1 : 0 }),
      ),
    );
    const [after] = await ask({ metrics: ['accuracy', 'roc_auc'] });
    for (const metric of ['accuracy', 'roc_auc']) {
      const { kind, value, values } = after!.metrics[metric]!;
      expect(kind).toBe('realized');
      expect(value).toBe(values!.realized.value);
      expect(values!.estimated!.low).toBeLessThanOrEqual(value!);
      expect(values!.estimated!.high).toBeGreaterThanOrEqual(value!);
      expect(values!.estimated!.value).toBe(before!.metrics[metric]!.value);
    }
  });

  it('are null without a reference, with one that has no labels or no scores, and absent for regression', async () => {
    await traffic(100, 1);
    const none = async () => (await ask({ metrics: ['accuracy'] }))[0]!;
    expect((await none()).metrics.accuracy).toMatchObject({ kind: 'realized', values: { estimated: NONE } });
    await reference(scored(100).map((r) => ({ ...r, label: null })));
    await reference(
      scored(100).map(({ label }) => ({ class: '1', label })),
      { name: 'classes' },
    );
    const found = await none();
    expect(found.metrics.accuracy!.value).not.toBeNull();
    expect(found.metrics.accuracy!.values!.estimated).toEqual(NONE);
    expect(found.estimated_by).toBeUndefined();
    await declare({ task: 'regression' });
    const [window] = await ask({ metrics: ['mae'] });
    expect(window!.metrics.mae!.values).not.toHaveProperty('estimated');
  });

  it('come from the newest reference of the version, else the newest, as of the time of knowing', async () => {
    await traffic(400);
    await reference(scored(2000), { name: 'old', createdMs: MONDAY_MS + DAY_MS });
    await reference(scored(2000, true), { name: 'own', version: 'v2', createdMs: MONDAY_MS + 2 * DAY_MS });
    await reference(scored(2000), { name: 'new', createdMs: MONDAY_MS + 3 * DAY_MS });
    const by = async (more: Partial<PerformanceInput>) =>
      (await ask({ metrics: ['accuracy'], ...more })).map((w) => w.estimated_by?.name);
    expect(await by({})).toEqual(['new']);
    expect(await by({ version: 'v2' })).toEqual(['own']);
    expect(await by({ version: 'v1' })).toEqual(['new']);
    expect(await by({ group_by: ['version'] })).toEqual(['new', 'own']);
    const known = { estimators: estimatorsOf(stores.store, stores.control.db, model, MONDAY_MS + DAY_MS) };
    expect(await by(known)).toEqual(['old']);
    const groups = await ask({ metrics: ['accuracy'], group_by: ['version'] });
    const [v1, v2] = groups.map((w) => w.metrics.accuracy!.value!);
    expect(v1).toBeGreaterThan(0.65);
    // The flipped reference teaches that scores say nothing.
    expect(v2).toBeCloseTo(0.5, 2);
  });

  it('are learned when first asked, kept, and learned again when the declaration changes', async () => {
    const id = await reference(scored(500));
    await traffic(200);
    const kept = () => stores.control.db.select().from(estimators).where(eq(estimators.reference, id));
    expect(await kept()).toEqual([]);
    await ask({ metrics: ['accuracy'] });
    const [first] = await kept();
    expect(first!.estimator).toMatchObject({ task: 'binary', fitted: { rows: 500 } });
    await declare({ task: 'binary', classes: ['0', '1'], positive_class: '0' });
    const [window] = await ask({ metrics: ['base_rate'] });
    expect((await kept())[0]!.estimator).not.toMatchObject({ basis: (first!.estimator as { basis: string }).basis });
    expect(window!.metrics.base_rate!.value).toBeCloseTo(
      Array.from({ length: 500 }, (_, i) => (positive(i) ? 0 : 1)).reduce((a: number, b) => a + b, 0) / 500,
      1,
    );
  });

  it('work with filters, groups and several windows; each is that of its own rows', async () => {
    await reference(scored(2000));
    await traffic(1400);
    const days = await ask({ metrics: ['base_rate'], granularity: '1d' });
    const [whole] = await ask({ metrics: ['base_rate'] });
    expect(days).toHaveLength(7);
    const mean = days.reduce((sum, w) => sum + w.metrics.base_rate!.value! * w.predictions, 0) / 1400;
    expect(mean).toBeCloseTo(whole!.metrics.base_rate!.value!, 9);
    const high = await ask({
      metrics: ['base_rate'],
      filters: [{ field: 'prediction.score', op: 'gte', value: 0.8 }],
    });
    expect(high[0]!.metrics.base_rate!.value).toBeGreaterThan(0.75);
  });

  it('of nothing are nothing, and of one class what one class can say', async () => {
    await reference(scored(400).map((r) => ({ ...r, label: '1' })));
    expect(await ask({ from: MONDAY_MS - DAY_MS, to: MONDAY_MS })).toEqual([]);
    await traffic(200, 1);
    const [window] = await ask({ metrics: ['accuracy', 'recall', 'roc_auc', 'base_rate'] });
    const estimated = (m: string) => window!.metrics[m]!.values!.estimated;
    expect(estimated('base_rate')!.value).toBe(1);
    expect(estimated('accuracy')!.value).toBe(estimated('recall')!.value);
    expect(estimated('roc_auc')).toEqual(NONE);
    const none = await ask({ metrics: ['accuracy'], filters: [{ field: 'prediction.score', op: 'gt', value: 2 }] });
    expect(none).toEqual([]);
  });

  it('of more scores than can be told apart are those of cells between quantiles, with the mean of each', async () => {
    const binds = new Binds();
    const rows = 'SELECT pow(number / 20000, 3) AS s FROM numbers(20000)';
    const size = { rows: 20_000, parts: 4, groupsMax: 4_000 };
    const { by, score: mean } = await scoreCells(stores.store, rows, binds, {}, size);
    const cells = await stores.store.query<{ score: number; n: number }>(
      `SELECT ${mean} AS score, count() AS n FROM (${rows}) GROUP BY ${by} AS _cell`,
      binds.params,
    );
    expect(cells.length).toBeGreaterThan(300);
    expect(cells.length).toBeLessThanOrEqual(501);
    expect(Math.max(...cells.map((c) => Number(c.n)))).toBeLessThan(20_000 / 100);
    expect(cells.reduce((n, c) => n + Number(c.n), 0)).toBe(20_000);
    const few = await scoreCells(stores.store, 'SELECT number % 7 / 7 AS s FROM numbers(20000)', binds, {}, size);
    expect(few.by).toBe('s');
  });

  it('of several classes', async () => {
    await declare({ task: 'multiclass', classes: ['a', 'b', 'c'] });
    const of = (i: number) => {
      const a = ((i * 13) % 10) / 10;
      const scores = { a, b: (1 - a) * 0.7, c: (1 - a) * 0.3 };
      return { scores, class: a > 0.45 ? 'a' : 'b' };
    };
    const label = (i: number) => ((i * 7) % 10 < (i * 13) % 10 ? 'a' : i % 10 < 7 ? 'b' : 'c');
    await reference(Array.from({ length: 1000 }, (_, i) => ({ ...of(i), label: label(i) })));
    await sender.store(
      projectId,
      spread(300, MONDAY_MS, MONDAY_MS + DAY_MS).map((ts, i) =>
        predictionEvent({ ts, features: {}, prediction: of(i) }),
      ),
    );
    const [window] = await ask({
      metrics: ['accuracy', 'f1_micro', 'f1_macro', 'roc_auc_ovr_macro', 'f1:a', 'log_loss'],
    });
    for (const m of ['accuracy', 'f1_micro', 'f1_macro', 'roc_auc_ovr_macro', 'f1:a'])
      expect(window!.metrics[m], m).toMatchObject({ kind: 'estimated', value: expect.any(Number) });
    expect(window!.metrics.log_loss!.values!.estimated).toEqual(NONE);
  });
});
