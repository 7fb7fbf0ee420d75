import { type Filter, filter as filterSchema, METRICS } from '@plumbline/contracts';
import { getModel, type ModelContext, putModel } from '@plumbline/control';
import { Binds, rowsSql, searchEvents, windowSql, windowStart } from '@plumbline/rows';
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
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { performance } from './performance/performance.js';
import { clearDirty, countDirty, dueWindows, markDirty, modelsWithDueWindows } from './recompute/dirty.js';
import { newestWindows } from './recompute/newest.js';
import { recomputeWindows } from './recompute/recompute.js';
import { latestResults } from './testing/latestResults.js';

const clock = manualClock(MONDAY_MS + 60 * DAY_MS);
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
  await putModel(stores.control.db, projectId, 'fraud', { task: 'binary' });
  model = await getModel(stores.control.db, projectId, 'fraud');
});

const week = { from: MONDAY_MS, to: MONDAY_MS + 7 * DAY_MS };
const question = { ...week, filters: [], group_by: [], min_labels: 1, granularity: '1h' as const };

describe('filters', () => {
  const rows = [
    { prediction_id: 'nums', features: { x: 5, text: 'a' } },
    { prediction_id: 'floats', features: { x: 0.1 } },
    { prediction_id: 'large', features: { x: 1e21 } },
    { prediction_id: 'small', features: { x: 1.5e-7 } },
    { prediction_id: 'coded', features: { x: '5' } },
    { prediction_id: 'words', features: { x: 'five', text: "it's" }, tags: { t: '' } },
    { prediction_id: 'yes', features: { x: true }, tags: { t: 'a' } },
    { prediction_id: 'null', features: { x: null }, prediction: { score: 0.1 }, version: 'v2' },
    { prediction_id: 'vector', features: { x: [1, 2] } },
    { prediction_id: 'none', features: {}, prediction: { score: 0.6, class: '0' }, version: '' },
  ];
  const all = rows.map((r) => r.prediction_id);
  const without = (...ids: string[]) => all.filter((id) => !ids.includes(id));

  it('choose the rows they say; a complement holds for rows without the value too', async () => {
    await sender.store(
      projectId,
      rows.map((r, i) => predictionEvent({ ts: MONDAY_MS + i, ...r })),
      [outcomeEvent({ prediction_id: 'nums', label: 1 }), outcomeEvent({ prediction_id: 'words', label: 'yes' })],
    );
    const table: [field: string, op: string, value: unknown, expected: string[]][] = [
      ['features.x', 'eq', 5, ['nums', 'coded']],
      ['features.x', 'eq', '5', ['nums', 'coded']],
      ['features.x', 'eq', 0.1, ['floats']],
      ['features.x', 'eq', 1e21, ['large']],
      ['features.x', 'eq', 1.5e-7, ['small']],
      ['features.x', 'eq', true, ['yes']],
      ['features.x', 'eq', null, ['null', 'none']],
      ['features.x', 'ne', 5, without('nums', 'coded')],
      ['features.x', 'ne', null, without('null', 'none')],
      ['features.x', 'in', [5, 'five', null], ['nums', 'coded', 'words', 'null', 'none']],
      ['features.x', 'in', [], []],
      ['features.x', 'not_in', [], all],
      ['features.x', 'not_in', [5, 'five'], without('nums', 'coded', 'words')],
      ['features.x', 'not_in', [5, null], without('nums', 'coded', 'null', 'none')],
      ['features.x', 'gt', 0.1, ['nums', 'large', 'coded']],
      ['features.x', 'gte', '0.1', ['nums', 'floats', 'large', 'coded']],
      ['features.x', 'lt', 5, ['floats', 'small']],
      ['features.x', 'lte', 5, ['nums', 'floats', 'small', 'coded']],
      ['features.x', 'is_null', undefined, ['null', 'none']],
      ['features.x', 'not_null', undefined, without('null', 'none')],
      ['features.x', 'is_not_null', undefined, without('null', 'none')],
      ['features.text', 'eq', "it's", ['words']],
      ['features.text', 'is_null', undefined, without('nums', 'words')],
      ['features.nothing', 'is_null', undefined, all],
      ['features.constructor', 'eq', 1, []],
      ['tags.t', 'eq', '', ['words']],
      ['tags.t', 'ne', 'a', without('yes')],
      ['version', 'eq', '', ['none']],
      ['version', 'not_in', ['v1', ''], ['null']],
      ['prediction.class', 'eq', 0, ['null', 'none']],
      ['prediction.class', 'eq', '1', without('null', 'none')],
      ['prediction.score', 'lt', 0.7, ['null', 'none']],
      ['prediction.value', 'is_null', undefined, all],
      ['label', 'eq', 1, ['nums']],
      ['label', 'ne', 1, without('nums')],
      ['label', 'gt', 0, ['nums']],
      ['prediction_id', 'in', ['nums', 'gone'], ['nums']],
    ];
    for (const [field, op, value, expected] of table) {
      const f = filterSchema.parse({ field, op, value }) as Filter;
      const { items } = await searchEvents(
        stores.store,
        model,
        { ...week, filters: [f], limit: 100, order: 'ts', seed: 0 },
        clock.now(),
      );
      expect(items.map((r) => r.prediction_id).sort(), `${field} ${op} ${JSON.stringify(value)}`).toEqual(
        [...expected].sort(),
      );
    }
  });
});

describe('windows in SQL', () => {
  it('are those of windowStart, before 1970 too', async () => {
    const instants = fc.sample(fc.integer({ min: -1e12, max: 4e12 }), { numRuns: 200, seed: 7 });
    for (const granularity of ['1h', '1d', '7d'] as const) {
      const found = await stores.store.query<{ win: number }>(
        `SELECT ${windowSql(granularity, 0)} AS win FROM (SELECT arrayJoin({all:Array(Int64)}) AS ms)`,
        { all: instants },
      );
      expect(found.map((r) => Number(r.win))).toEqual(instants.map((ms) => windowStart(ms, granularity)));
    }
  });
});

describe('rows', () => {
  const read = async (more: { asOf?: number; knownAt?: number; version?: string }) => {
    const binds = new Binds();
    const sql = rowsSql(stores.store, model, { ...week, nowMs: clock.now(), ...more }, [], binds);
    const rows = await stores.store.query<{ id: string; label: string }>(
      `SELECT concat(prediction_id, ' ', version) AS id, if(has_label, label, '-') AS label FROM (${sql}) ORDER BY id`,
      binds.params,
    );
    return rows.map((r) => `${r.id} ${r.label}`);
  };

  it('are each identity once with the label that won, as the world was known and as it had arrived', async () => {
    const start = clock.now();
    await sender.store(projectId, [
      predictionEvent({ prediction_id: 'a' }),
      predictionEvent({ prediction_id: 'a', version: 'v2', ts: MONDAY_MS + HOUR_MS }),
    ]);
    clock.advance(1000);
    await sender.store(projectId, [], [outcomeEvent({ prediction_id: 'a', label: 0, ts: MONDAY_MS + DAY_MS })]);
    clock.advance(1000);
    await sender.store(projectId, [], [outcomeEvent({ prediction_id: 'a', label: 1, ts: MONDAY_MS + 2 * DAY_MS })]);
    expect(await read({})).toEqual(['a v1 1', 'a v2 1']);
    expect(await read({ version: 'v2' })).toEqual(['a v2 1']);
    expect(await read({ asOf: MONDAY_MS })).toEqual(['a v1 -']);
    expect(await read({ asOf: MONDAY_MS + DAY_MS })).toEqual(['a v1 0', 'a v2 0']);
    expect(await read({ knownAt: start - 1 })).toEqual([]);
    expect(await read({ knownAt: start })).toEqual(['a v1 -', 'a v2 -']);
    expect(await read({ knownAt: start + 1000 })).toEqual(['a v1 0', 'a v2 0']);
  });

  it('without outcome are negatives once their attribution window has passed, if the model says so', async () => {
    await putModel(stores.control.db, projectId, 'fraud', {
      task: 'binary',
      classes: ['0', '1'],
      labels: { attribution_window: '1d', missing: 'negative' },
    });
    model = await getModel(stores.control.db, projectId, 'fraud');
    await sender.store(
      projectId,
      [
        predictionEvent({ prediction_id: 'old' }),
        predictionEvent({ prediction_id: 'told' }),
        predictionEvent({ prediction_id: 'young', ts: MONDAY_MS + 2 * DAY_MS }),
      ],
      [outcomeEvent({ prediction_id: 'told', label: 1 })],
    );
    expect(await read({ asOf: MONDAY_MS + 2 * DAY_MS })).toEqual(['old v1 0', 'told v1 1', 'young v1 -']);
    expect(await read({ asOf: MONDAY_MS + DAY_MS - 1 })).toEqual(['old v1 -', 'told v1 1']);
  });
});

describe('events in pages', () => {
  it('are all there once, newest first or worst first', async () => {
    const times = spread(23, MONDAY_MS, MONDAY_MS + HOUR_MS);
    await sender.store(
      projectId,
      times.map((ts, i) =>
        predictionEvent({
          prediction_id: `e${i}`,
          ts: i % 3 === 0 ? MONDAY_MS : ts,
          prediction: { score: (i % 5) / 10 },
        }),
      ),
      times.map((_, i) => outcomeEvent({ prediction_id: `e${i}`, label: i % 2 })),
    );
    for (const order of ['ts', 'error'] as const) {
      const seen: string[] = [];
      const errors: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await searchEvents(
          stores.store,
          model,
          { ...week, filters: [], limit: 4, cursor, order, seed: 0 },
          clock.now(),
        );
        seen.push(...page.items.map((r) => r.prediction_id));
        errors.push(...page.items.map((r) => r.error!));
        cursor = page.next_cursor ?? undefined;
      } while (cursor);
      expect(new Set(seen).size, order).toBe(23);
      expect(seen).toHaveLength(23);
      if (order === 'error') expect(errors).toEqual([...errors].sort((a, b) => b - a));
    }
  });
});

describe('performance', () => {
  it('leaves empty windows out, counts what it has, and says nothing below min_labels', async () => {
    await sender.store(
      projectId,
      [
        predictionEvent({ prediction_id: 'a', prediction: { score: 0.9 } }),
        predictionEvent({ prediction_id: 'b', prediction: { score: 0.2 } }),
        predictionEvent({ prediction_id: 'c', prediction: { score: 0.8 }, ts: MONDAY_MS + 5 * HOUR_MS }),
      ],
      [outcomeEvent({ prediction_id: 'a', label: 1 }), outcomeEvent({ prediction_id: 'b', label: true })],
    );
    const windows = await performance(stores.store, model, question, clock.now());
    expect(windows.map((w) => [w.start, w.predictions, w.labelled, w.metrics.accuracy?.value])).toEqual([
      ['2026-01-05T00:00:00.000Z', 2, 2, 0.5],
      ['2026-01-05T05:00:00.000Z', 1, 0, null],
    ]);
    const few = await performance(stores.store, model, { ...question, min_labels: 3 }, clock.now());
    expect(few[0]!.metrics.accuracy!.value).toBeNull();
  });

  it('of a window with several hundred classes says what it can without their matrix', async () => {
    await putModel(stores.control.db, projectId, 'species', { task: 'multiclass' });
    const species = await getModel(stores.control.db, projectId, 'species');
    const name = (i: number) => `species-${i % 600}`;
    // One of three is taken for its neighbour.
    const rows = (n: number, ts: number) =>
      Array.from({ length: n }, (_, i) => ({
        sent: predictionEvent({
          model: 'species',
          prediction_id: `${ts}-${i}`,
          ts,
          prediction: { scores: { [name(i)]: 0.75, [name(i + 1)]: 0.25 } },
        }),
        came: outcomeEvent({ model: 'species', prediction_id: `${ts}-${i}`, label: name(i % 3 === 0 ? i + 1 : i) }),
      }));
    const all = [...rows(600, MONDAY_MS), ...rows(3, MONDAY_MS + HOUR_MS)];
    await sender.store(
      projectId,
      all.map((r) => r.sent),
      all.map((r) => r.came),
    );
    const metrics = [...METRICS.multiclass, 'recall:species-1'];
    const [many, few] = await performance(stores.store, species, { ...question, metrics }, clock.now());
    const told = (window = many) =>
      Object.fromEntries(
        Object.entries(window!.metrics).flatMap(([m, { value }]) => (value === null ? [] : [[m, value]])),
      );
    const logLoss = -(2 * Math.log(0.75) + Math.log(0.25)) / 3;
    expect(told()).toEqual({
      accuracy: 2 / 3,
      f1_micro: 2 / 3,
      log_loss: expect.closeTo(logLoss, 12),
      ece: expect.closeTo(0.75 - 2 / 3, 12),
    });
    expect(many).toMatchObject({ predictions: 600, labelled: 600 });
    expect(many).not.toHaveProperty('confusion');
    expect(told(few)).toMatchObject({ accuracy: 2 / 3, f1_macro: expect.any(Number), 'recall:species-1': 0.5 });
    expect(few!.confusion!.classes).toEqual(['species-0', 'species-1', 'species-2']);
  });

  it.each([
    [{ granularity: '1h' as const, to: MONDAY_MS + 50_001 * HOUR_MS }, 'range_too_large'],
    [{ metrics: ['acuracy'] }, 'invalid_request'],
    [{ metrics: ['mae'] }, 'invalid_request'],
    [{ group_by: ['nonsense'] }, 'invalid_request'],
  ])('refuses %j', async (over, code) => {
    await expect(performance(stores.store, model, { ...question, ...over }, clock.now())).rejects.toMatchObject({
      code,
    });
  });
});

describe('recomputing', () => {
  it('writes what performance says, over all versions and for each, and the newest answer is the one that is read', async () => {
    await sender.store(projectId, [
      predictionEvent({ prediction_id: 'a' }),
      predictionEvent({ prediction_id: 'b', version: 'v2' }),
    ]);
    expect(await recomputeWindows(stores.store, model, [MONDAY_MS], clock.now())).toBe(3);
    const before = await latestResults(stores.store, model, 10);
    expect(before).toMatchObject([{ start: MONDAY_MS, predictions: 2, labelled: 0, computedAt: clock.now() }]);
    clock.advance(1000);
    await sender.store(projectId, [], [outcomeEvent({ prediction_id: 'a', label: 1 })]);
    await recomputeWindows(stores.store, model, [MONDAY_MS], clock.now());
    expect(await latestResults(stores.store, model, 10)).toMatchObject([
      { predictions: 2, labelled: 1, metrics: { accuracy: [1, expect.any(Number), 1] } },
    ]);
    expect(await latestResults(stores.store, model, 10, 'v2')).toMatchObject([{ predictions: 1, labelled: 0 }]);
  });

  it('again changes no number', async () => {
    await sender.store(
      projectId,
      spread(50, MONDAY_MS, MONDAY_MS + 5 * HOUR_MS).map((ts) => predictionEvent({ ts })),
    );
    const starts = [0, 1, 2, 3, 4].map((h) => MONDAY_MS + h * HOUR_MS);
    await recomputeWindows(stores.store, model, starts, clock.now());
    const once = await latestResults(stores.store, model, 10);
    await recomputeWindows(stores.store, model, starts, clock.now() + 1000);
    expect((await latestResults(stores.store, model, 10)).map((r) => ({ ...r, computedAt: clock.now() }))).toEqual(
      once,
    );
    expect(once.map((r) => r.predictions)).toEqual([10, 10, 10, 10, 10]);
  });

  it('tells the newest windows of several models at once, each with its own metric and granularity', async () => {
    await putModel(stores.control.db, projectId, 'daily', { task: 'regression', granularity: '1d' });
    const daily = await getModel(stores.control.db, projectId, 'daily');
    await sender.store(
      projectId,
      spread(6, MONDAY_MS, MONDAY_MS + 3 * HOUR_MS)
        .map((ts, i) => predictionEvent({ ts, prediction_id: `${i}` }))
        .concat(
          spread(4, MONDAY_MS, MONDAY_MS + 2 * DAY_MS).map((ts) =>
            predictionEvent({ model: 'daily', ts, prediction: { value: 3 } }),
          ),
        ),
      [outcomeEvent({ prediction_id: '5', label: 1 })],
    );
    const hours = [0, 1, 2].map((h) => MONDAY_MS + h * HOUR_MS);
    await recomputeWindows(stores.store, model, hours, clock.now());
    await recomputeWindows(stores.store, daily, [MONDAY_MS, MONDAY_MS + DAY_MS], clock.now());
    const found = await newestWindows(stores.store, [model, daily], 2);
    expect(found.get('fraud')).toMatchObject([
      { start: hours[1], predictions: 2, labelled: 0 },
      { start: hours[2], predictions: 2, labelled: 1 },
    ]);
    expect(found.get('daily')).toMatchObject([
      { start: MONDAY_MS, predictions: 2, metric: [null, null, null] },
      { start: MONDAY_MS + DAY_MS, predictions: 2 },
    ]);
    expect(await newestWindows(stores.store, [], 2)).toEqual(new Map());
  });

  it('of a long backfill with many versions is done in pieces', async () => {
    const hours = Array.from({ length: 1600 }, (_, h) => MONDAY_MS - h * HOUR_MS);
    const versions = ['1', '2', '3', '4', '5', '6', '7'];
    const events = hours.flatMap((ts) => versions.map((version) => predictionEvent({ ts, version, features: {} })));
    for (let i = 0; i < events.length; i += 4000) await sender.store(projectId, events.slice(i, i + 4000));
    expect(await recomputeWindows(stores.store, model, hours, clock.now())).toBe(1600 * 8);
    const results = await latestResults(stores.store, model, 2000);
    expect(results.map((r) => r.predictions)).toEqual(Array(1600).fill(7));
  });
});

describe('dirty windows', () => {
  const at = Date.UTC(2026, 3, 1);
  const due = async (nowMs: number) => (await dueWindows(stores.control.db, projectId, 'fraud', nowMs)).starts;
  const mark = (hours: number[], nowMs: number) => markDirty(stores.control.db, model, hours, nowMs);

  it('are due when they were quiet for a moment, and no later than ten seconds after the first mark', async () => {
    await mark([MONDAY_MS, MONDAY_MS + 1, MONDAY_MS + HOUR_MS], at);
    expect(await due(at + 1_499)).toEqual([]);
    expect(await due(at + 1_500)).toEqual([MONDAY_MS, MONDAY_MS + HOUR_MS]);
    expect(await countDirty(stores.control.db, projectId, 'fraud')).toBe(2);
    for (let s = 1; s <= 20; s++) await mark([MONDAY_MS], at + s * 1_000);
    expect(await due(at + 9_999)).toEqual([MONDAY_MS + HOUR_MS]);
    expect(await due(at + 10_000)).toEqual([MONDAY_MS, MONDAY_MS + HOUR_MS]);
    expect(await modelsWithDueWindows(stores.control.db, at + 10_000)).toContainEqual({ projectId, model: 'fraud' });
  });

  it.each([
    ['later', 1_600],
    ['in the same moment', 1_500],
    ['by a machine whose clock is behind', 1_000],
  ])('that are marked again while they are computed, %s, stay dirty', async (_, againAt) => {
    const { db } = stores.control;
    await mark([MONDAY_MS, MONDAY_MS + HOUR_MS], at);
    const taken = await dueWindows(db, projectId, 'fraud', at + 1_500);
    await mark([MONDAY_MS], at + againAt);
    await clearDirty(db, projectId, 'fraud', taken);
    expect(await due(at + 60_000)).toEqual([MONDAY_MS]);
  });

  it('of days and weeks are marked by any of their hours', async () => {
    model = { ...model, granularity: '7d' };
    await mark([MONDAY_MS + 3 * DAY_MS, MONDAY_MS + 6 * DAY_MS, MONDAY_MS + 7 * DAY_MS], at);
    expect(await due(at + 5_000)).toEqual([MONDAY_MS, MONDAY_MS + 7 * DAY_MS]);
  });

  it('by the thousand are marked and cleared', async () => {
    const hours = Array.from({ length: 4_500 }, (_, h) => MONDAY_MS + h * HOUR_MS);
    await mark(hours, at);
    const taken = await dueWindows(stores.control.db, projectId, 'fraud', at + 5_000);
    expect(taken.starts).toEqual(hours);
    await clearDirty(stores.control.db, projectId, 'fraud', taken);
    expect(await countDirty(stores.control.db, projectId, 'fraud')).toBe(0);
  });
});
