import type { EventStore } from '@plumbline/clickhouse';
import type { FeatureProfile } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { naturalEffects, pastVariation } from '@plumbline/stats';
import { binCounts } from './profile.js';
import { categoryCounts } from './read.js';
import type { Reference } from './reference.js';
import { remembered } from './remembered.js';
import { referenceSource, type Source } from './source.js';

/** Share of a window at either end of a reference that may lack rows; more of it gone, and the rest is another time of day. */
const EDGE_SHARE = 0.1;
const cache = remembered<Map<string, number>>(500);

/**
 * The PSI by which each name differs within the reference itself, beyond sampling: the reference cut into windows as long as those that
 * are judged, each against the rest. What a season or a burst does there is not drift here. 0 where chance explains it, absent
 * where the reference spans fewer than three such windows. Kept in memory per reference and length: a reference never changes.
 */
export async function naturalOf(
  store: EventStore,
  model: ModelContext,
  referenceId: string,
  profiles: Record<string, FeatureProfile>,
  windowMs: number,
): Promise<Map<string, number>> {
  const key = `${referenceId}~${windowMs}`;
  const known = cache.get(key);
  if (known) return known;
  const source = referenceSource(store.database, model, referenceId);
  return cache.set(key, await naturalIn(store, source, profiles, windowMs));
}

/** The same of a part of a reference. */
export async function naturalOfPart(
  store: EventStore,
  part: Reference,
  windowMs: number,
): Promise<Map<string, number>> {
  const key = `${part.part}~${windowMs}`;
  return cache.get(key) ?? cache.set(key, await naturalIn(store, part.source, part.profiles, windowMs));
}

/** The same of any rows and their profiles. */
export async function naturalIn(
  store: EventStore,
  rows: Source,
  profiles: Record<string, FeatureProfile>,
  windowMs: number,
): Promise<Map<string, number>> {
  const source = await wholeWindows(store, rows, windowMs);
  const names = Object.entries(profiles);
  const bins = await binCounts(
    store,
    source,
    new Map(names.flatMap(([name, p]) => (p.edges ? [[name, p.edges] as const] : []))),
  );
  const categories = await categoryCounts(
    store,
    source,
    names.filter(([, p]) => p.type === 'categorical' && p.distinct === p.categories?.length).map(([name]) => name),
  );
  const past = new Map<string, { all: number[]; windows: number[][] }>();
  const windowsOf = (name: string, all: () => number[]): number[][] => {
    const found = past.get(name) ?? { all: all(), windows: [] };
    past.set(name, found);
    return found.windows;
  };
  for (const byName of bins.values())
    for (const [name, counts] of byName) windowsOf(name, () => profiles[name]!.counts!).push(counts);
  const ordered = new Map<string, { value: string; count: number }[]>();
  for (const [at, { counts }] of categories) {
    const name = at.slice(at.indexOf('\u0000') + 1);
    // By name, as they are compared: what is grouped must not depend on the counts.
    const known = ordered.get(name) ?? [...profiles[name]!.categories!].sort((a, b) => (a.value < b.value ? -1 : 1));
    ordered.set(name, known);
    windowsOf(name, () => known.map((c) => c.count)).push(known.map((c) => counts.get(c.value) ?? 0));
  }
  const varied = naturalEffects([...past.values()].map(({ all, windows }) => pastVariation(all, windows)));
  return new Map(
    [...past.keys()].flatMap((name, i) => {
      const effect = varied[i]!;
      return effect === null ? [] : [[name, effect] as const];
    }),
  );
}

/** The rows of a reference in windows of this length; those that its first or last row cuts short are left out. */
async function wholeWindows(store: EventStore, base: Source, lengthMs: number): Promise<Source> {
  const length = Math.trunc(lengthMs);
  const [ends] = await store.query<{ first: number; last: number }>(
    `SELECT toInt64(toUnixTimestamp64Milli(min(ts))) AS first, toInt64(toUnixTimestamp64Milli(max(ts))) AS last FROM (${base.sql})`,
    base.params,
  );
  const slack = EDGE_SHARE * length;
  const from = Math.ceil((Number(ends?.first ?? 0) - slack) / length) * length;
  const to = Math.floor((Number(ends?.last ?? 0) + slack) / length) * length;
  return {
    ...base,
    sql: `SELECT *, ts_ms - positiveModulo(ts_ms, {natural_ms:Int64}) AS win
      FROM (SELECT * EXCEPT (win), toInt64(toUnixTimestamp64Milli(ts)) AS ts_ms FROM (${base.sql}))
      WHERE win >= {natural_from:Int64} AND win < {natural_to:Int64}`,
    params: { ...base.params, natural_ms: length, natural_from: from, natural_to: to },
  };
}
