import type { EventStore } from '@plumbline/clickhouse';
import type { FeatureProfile } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { naturalVariation, psi } from '@plumbline/stats';
import { binCounts } from './profile.js';
import { categoryCounts } from './read.js';
import { referenceSource, type Source } from './source.js';

const ROWS_MIN = 100;
/** With fewer than the usual five windows the largest is a rough limit, but a better one than none: it only quiets. */
const WINDOWS_MIN = 3;
const CACHED_MAX = 500;
const cache = new Map<string, Map<string, number>>();

/**
 * How much the PSI of each name varies within the reference itself: the reference cut into windows as long as those that
 * are judged, each against the rest. What a season or a burst does there is not drift here. Empty when the reference spans
 * fewer than three such windows. Kept in memory per reference and length: a reference never changes.
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
  const out = await naturalIn(store, referenceSource(store.database, model, referenceId), profiles, windowMs);
  if (cache.size >= CACHED_MAX) cache.delete(cache.keys().next().value!);
  cache.set(key, out);
  return out;
}

/** The same of any rows and their profiles. */
export async function naturalIn(
  store: EventStore,
  base: Source,
  profiles: Record<string, FeatureProfile>,
  windowMs: number,
): Promise<Map<string, number>> {
  const source = {
    ...base,
    sql: `SELECT *, toInt64(toUnixTimestamp64Milli(ts) - positiveModulo(toUnixTimestamp64Milli(ts), ${Math.trunc(windowMs)})) AS win FROM (SELECT * EXCEPT (win) FROM (${base.sql}))`,
  };
  const names = Object.entries(profiles);
  const bins = await binCounts(
    store,
    source,
    new Map(names.flatMap(([name, p]) => (p.edges ? [[name, p.edges] as const] : []))),
  );
  const categories = await categoryCounts(
    store,
    source,
    names.filter(([, p]) => p.type === 'categorical').map(([name]) => name),
  );
  const series = new Map<string, number[]>();
  const push = (name: string, ref: number[], cur: number[]) => {
    if (cur.reduce((a, b) => a + b, 0) < ROWS_MIN) return;
    const value = psi(
      ref.map((r, i) => Math.max(0, r - cur[i]!)),
      cur,
    );
    if (value !== null) series.set(name, [...(series.get(name) ?? []), value]);
  };
  for (const byName of bins.values()) for (const [name, counts] of byName) push(name, profiles[name]!.counts!, counts);
  for (const [at, { counts }] of categories) {
    const name = at.slice(at.indexOf('\u0000') + 1);
    const known = profiles[name]!.categories ?? [];
    push(
      name,
      known.map((c) => c.count),
      known.map((c) => counts.get(c.value) ?? 0),
    );
  }
  return new Map(
    [...series].flatMap(([name, values]) => {
      const limit = naturalVariation(values, { windowsMin: WINDOWS_MIN });
      return limit === null ? [] : [[name, limit] as const];
    }),
  );
}
