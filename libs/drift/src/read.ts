import type { EventStore } from '@plumbline/clickhouse';
import type { CountedValues } from '@plumbline/stats';
import { CATEGORIES_MAX, QUANTILES } from './profile.js';
import { numericPairs, type Source, textPairs } from './source.js';

export type Summary = { n: number; mean: number | null; std: number | null; quantiles: Record<string, number> };

/** n, mean, standard deviation (ddof 0) and quantiles per window and name. */
export async function summaries(
  store: EventStore,
  source: Source,
  names: readonly string[],
): Promise<Map<string, Summary>> {
  const rows = await store.query<{
    win: number;
    name: string;
    n: number;
    mean: number;
    std: number;
    lo: number;
    hi: number;
    qs: number[];
  }>(
    `SELECT win, p.1 AS name, count() AS n, avg(p.2) AS mean, stddevPopStable(p.2) AS std, min(p.2) AS lo, max(p.2) AS hi, quantilesExactInclusive(${QUANTILES.join(', ')})(p.2) AS qs
     FROM (SELECT win, arrayJoin(${numericPairs(true)}) AS p FROM (${source.sql})) WHERE name IN {names:Array(String)} GROUP BY win, name`,
    { ...source.params, names },
    { heavy: true },
  );
  return new Map(
    rows.map((r) => [
      at(Number(r.win), r.name),
      {
        n: Number(r.n),
        mean: r.mean,
        std: r.lo === r.hi ? 0 : r.std,
        quantiles: Object.fromEntries(QUANTILES.map((q, i) => [String(q), r.qs[i]!])),
      },
    ]),
  );
}

const VALUES_MAX = 4_000_000;

/** Distinct values, ascending, with their counts, per window and name: what measures without bins need. */
export async function countedValues(
  store: EventStore,
  source: Source,
  names: readonly string[],
): Promise<Map<string, CountedValues>> {
  const rows = await store.query<{ win: number; name: string; vs: number[]; cs: number[] }>(
    `SELECT win, name, groupArray(v) AS vs, groupArray(c) AS cs FROM (
       SELECT win, p.1 AS name, p.2 AS v, count() AS c FROM (SELECT win, arrayJoin(${numericPairs(true)}) AS p FROM (${source.sql}))
       WHERE name IN {names:Array(String)} GROUP BY win, name, v ORDER BY win, name, v LIMIT ${VALUES_MAX}
     ) GROUP BY win, name`,
    { ...source.params, names },
    { heavy: true },
  );
  return new Map(rows.map((r) => [at(Number(r.win), r.name), { values: r.vs, counts: r.cs.map(Number) }]));
}

/** Rows that hold a value, and how many hold which: the most frequent ones, if there are too many to keep. */
export type Categories = { n: number; counts: Map<string, number> };

/** Counts per category, per window and name. */
export async function categoryCounts(
  store: EventStore,
  source: Source,
  names: readonly string[],
): Promise<Map<string, Categories>> {
  const rows = await store.query<{ win: number; name: string; value: string; c: number; n: number }>(
    `SELECT win, name, value, c, sum(c) OVER (PARTITION BY win, name) AS n
     FROM (SELECT win, p.1 AS name, p.2 AS value, count() AS c FROM (SELECT win, arrayJoin(${textPairs(true)}) AS p FROM (${source.sql}))
           WHERE name IN {names:Array(String)} GROUP BY win, name, value) ORDER BY c DESC, value LIMIT ${CATEGORIES_MAX} BY win, name`,
    { ...source.params, names },
    { heavy: true },
  );
  const out = new Map<string, Categories>();
  for (const { win, name, value, c, n } of rows) {
    const key = at(Number(win), name);
    const found = out.get(key) ?? { n: Number(n), counts: new Map<string, number>() };
    out.set(key, found);
    found.counts.set(value, Number(c));
  }
  return out;
}

export const at = (win: number, name: string): string => `${win}\u0000${name}`;
