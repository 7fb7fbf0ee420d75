import type { DriftWindow } from '@plumbline/contracts';
import { getModel, type ModelContext, putModel } from '@plumbline/control';
import { chooseReference, drift, forgetReferences, keptRange, referencesOf, storedReference } from '@plumbline/drift';
import { Binds, type Grid, rowsSql, windowSql } from '@plumbline/rows';
import {
  DAY_MS,
  type Fault,
  HOUR_MS,
  MONDAY_MS,
  outcomeEvent,
  type WatchedEvent,
  type WireEvent,
  watchedStream,
} from '@plumbline/testkit';
import { clearDirty, dirtyStarts, dueWindows, markDirty, recomputeWindows } from '@plumbline/windows';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { profileHours } from './profileHours.js';
import { openWatch, type Watch } from './testing/watch.js';

const NOW = MONDAY_MS + 30 * DAY_MS;
const FROM = NOW - 2 * DAY_MS;
let watch: Watch;
beforeAll(async () => {
  watch = await openWatch(NOW);
});
afterAll(() => watch?.close());

let clock = NOW + DAY_MS;

/** Every window of the days before, computed and profiled. */
async function settle(model: ModelContext): Promise<number> {
  const { store, control } = watch.stores;
  clock += HOUR_MS;
  const starts = Array.from({ length: 48 }, (_, i) => FROM + i * HOUR_MS);
  const due = await dueWindows(control.db, model.projectId, model.model, clock);
  await recomputeWindows(store, model, starts, clock);
  await clearDirty(control.db, model.projectId, model.model, due);
  return (await profileHours(watch.stores, model, clock + 1)).hours;
}

type Asked = { from?: number; to?: number; granularity?: Grid | 'all'; version?: string; dirty?: number[] };
const TARGETS = ['features', 'prediction', 'label'] as const;

async function both(
  model: ModelContext,
  asked: Asked = {},
): Promise<{ kept: DriftWindow[] | null; rows: DriftWindow[] }> {
  const { from = FROM, to = NOW, granularity = 'all', version } = asked;
  const { store, control } = watch.stores;
  const row = chooseReference(await referencesOf(control.db, model), { version })!;
  const reference = storedReference(store, model, row);
  const current = async () => {
    const binds = new Binds();
    const sql = rowsSql(
      store,
      model,
      { from, to, version, nowMs: NOW },
      ['nums', 'cats', 'score', 'class', 'value'],
      binds,
    );
    return { sql: `SELECT *, ${windowSql(granularity, from)} AS win FROM (${sql})`, params: binds.params };
  };
  const of = {
    windowEnd: (start: number) => start + DAY_MS,
    targets: TARGETS,
    catalogued: true as const,
  };
  let taken = true;
  const range = keptRange(
    store,
    model,
    reference,
    {
      from,
      to,
      version,
      granularity,
      nowMs: NOW,
      labelled: true,
      rowsMin: 1,
    },
    (a, b) => dirtyStarts(control.db, model, a, b),
  );
  const kept = await drift(store, model, reference, {
    ...of,
    current,
    kept: async (kinds, names) => {
      const seen = await range(kinds, names);
      taken = seen !== null;
      return seen;
    },
  });
  return { kept: taken ? kept : null, rows: await drift(store, model, reference, { ...of, current }) };
}

/** Profiles say what the rows say: counts and categories exactly, the rest within the tolerance of sketches. */
function expectSame({ kept, rows }: { kept: DriftWindow[] | null; rows: DriftWindow[] }): void {
  expect(kept).not.toBeNull();
  expect(kept!.map(({ start, rows }) => ({ start, rows }))).toEqual(rows.map(({ start, rows }) => ({ start, rows })));
  rows.forEach((window, i) => {
    const other = kept![i]!;
    expect(Object.keys(other.features).sort()).toEqual(Object.keys(window.features).sort());
    for (const [name, want] of Object.entries(window.features)) {
      const got = other.features[name]!;
      const where = `${window.start} ${name}`;
      expect({ n: got.n, missing: got.missing_rate, new: got.new_categories, note: got.note }, where).toEqual({
        n: want.n,
        missing: want.missing_rate,
        new: want.new_categories,
        note: want.note,
      });
      for (const [measure, { value }] of Object.entries(want.measures)) {
        const is = got.measures[measure]!.value;
        if (value === null) expect(is, `${where} ${measure}`).toBeNull();
        else
          expect(Math.abs(is! - value), `${where} ${measure} ${is} ${value}`).toBeLessThanOrEqual(
            tolerance(measure, want),
          );
      }
      if (want.current.mean !== undefined && want.current.mean !== null)
        expect(got.current.mean).toBeCloseTo(want.current.mean, 9);
      if (want.current.std) expect(got.current.std! / want.current.std).toBeCloseTo(1, 8);
      for (const [q, value] of Object.entries(want.current.quantiles ?? {}))
        expect(Math.abs(got.current.quantiles![q]! - value), `${where} ${q}`).toBeLessThanOrEqual(spreadAt(want, q));
    }
  });
}
const EXACT = ['psi', 'js_distance', 'hellinger', 'chi_square', 'total_variation', 'l_infinity'];
function tolerance(measure: string, { reference }: DriftWindow['features'][string]): number {
  if (EXACT.includes(measure)) return 1e-9;
  if (measure === 'ks') return 0.01;
  if (measure === 'mann_whitney_auc') return 0.002;
  return 0.02 * (measure === 'wasserstein' ? (reference.std ?? 0) : 1) + 1e-9;
}
/** A rank error of one per cent is less than the distance between neighbouring quantiles. */
const spreadAt = ({ current }: DriftWindow['features'][string], q: string): number => {
  const levels = Object.keys(current.quantiles!).sort((a, b) => Number(a) - Number(b));
  const i = levels.indexOf(q);
  const at = (j: number) => current.quantiles![levels[Math.min(levels.length - 1, Math.max(0, j))]!]!;
  return at(i + 1) - at(i - 1);
};

const moved: Fault = (e) =>
  e.ts >= NOW - DAY_MS ? { ...e, features: { ...e.features, amount: Number(e.features.amount) * 3 } } : e;
const holes: Fault = (e, random) =>
  random() < 0.2 ? { ...e, features: { ...e.features, age: null, extra: random() } } : e;

describe('profiled hours answer as their rows do', () => {
  it.each<[string, Fault | undefined]>([
    ['of a steady model', undefined],
    ['of one whose amounts tripled', moved],
    ['of one with holes and a feature that nobody knows', holes],
  ])('%s', async (_, fault) => {
    const model = await watch.world({ days: 2, perHour: 60, fault });
    expect(await settle(model)).toBeGreaterThanOrEqual(48);
    expectSame(await both(model));
    expectSame(await both(model, { granularity: { stepMs: DAY_MS, shiftMs: 0 } }));
    const shiftMs = (FROM + 17 * 60_000) % DAY_MS;
    expectSame(
      await both(model, {
        from: FROM + 17 * 60_000,
        to: NOW - 11 * 60_000,
        granularity: { stepMs: DAY_MS / 4, shiftMs },
      }),
    );
    expect(await settle(model)).toBe(0);
  });

  it('of versions with a reference of their own and without', async () => {
    const model = await watch.world({
      days: 2,
      perHour: 60,
      fault: (e, random) => ({ ...e, version: random() < 0.5 ? 'v1' : 'v2' }),
    });
    await watch.upload(
      model,
      watchedStream(
        Array.from({ length: 900 }, (_, i) => MONDAY_MS - i * 1000),
        5,
      ),
      'second',
      'v2',
    );
    await settle(model);
    for (const version of [undefined, 'v1', 'v2']) expectSame(await both(model, { version }));
  });
});

it('what is kept of a reference is the same for a process that has just started', async () => {
  const model = await watch.world({ days: 2, perHour: 40 });
  await settle(model);
  const before = await both(model);
  expect(Object.values(before.kept![0]!.features).some((f) => f.effect && f.importance)).toBe(true);
  forgetReferences();
  expect(await both(model)).toEqual(before);
});

describe('what changes after it was profiled', () => {
  const late = (seed: number): WatchedEvent[] =>
    watchedStream([FROM + 5 * HOUR_MS, FROM + 5 * HOUR_MS + 1000, NOW - HOUR_MS], seed);
  const send = async (model: ModelContext, events: readonly WatchedEvent[], outcomes: readonly WireEvent[] = []) => {
    const predictions = outcomes.length > 0 ? [] : events.map(({ label: _, ...event }) => event as WireEvent);
    await watch.store(model, predictions, outcomes);
    await markDirty(
      watch.stores.control.db,
      model,
      events.map((e) => Math.floor(e.ts / HOUR_MS) * HOUR_MS),
      clock,
    );
  };

  it('is counted from its rows until it is profiled again', async () => {
    const model = await watch.world({ days: 2, perHour: 60 });
    await settle(model);
    await send(model, late(9));
    expectSame(await both(model));
    expect(await settle(model)).toBe(2);
    expectSame(await both(model));
  });

  it('in labels alone makes no work of features', async () => {
    const model = await watch.world({
      days: 2,
      perHour: 60,
      fault: (e) => (e.ts > NOW - DAY_MS ? { ...e, label: null } : e),
    });
    await settle(model);
    const events = late(3);
    await send(model, events);
    await settle(model);
    await send(
      model,
      events,
      events.map((e) => outcomeEvent({ prediction_id: e.prediction_id, label: 1, ts: NOW - 1000 })),
    );
    expectSame(await both(model));
    expect(await settle(model)).toBe(2);
    expectSame(await both(model));
  });

  it('in the types of features makes all of it anew', async () => {
    const model = await watch.world({ days: 2, perHour: 60 });
    await settle(model);
    const { db } = watch.stores.control;
    const features = { ...model.features, tenure: { type: 'categorical' as const } };
    await putModel(db, model.projectId, model.model, { task: 'binary', features });
    const now = await getModel(db, model.projectId, model.model);
    expect((await both(now)).kept).toBeNull();
    expect(await settle(now)).toBeGreaterThanOrEqual(48);
    expectSame(await both(now));
  });
});
