import type { EventStore } from '@plumbline/clickhouse';
import type { CountedValues } from '@plumbline/stats';
import { QUANTILES } from './profile.js';
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

/** Counts per category, per window and name. */
export async function categoryCounts(
  store: EventStore,
  source: Source,
  names: readonly string[],
): Promise<Map<string, Map<string, number>>> {
  const rows = await store.query<{ win: number; name: string; value: string; c: number }>(
    `SELECT win, p.1 AS name, p.2 AS value, count() AS c FROM (SELECT win, arrayJoin(${textPairs(true)}) AS p FROM (${source.sql}))
     WHERE name IN {names:Array(String)} GROUP BY win, name, value ORDER BY c DESC LIMIT 10000 BY win, name`,
    { ...source.params, names },
    { heavy: true },
  );
  const out = new Map<string, Map<string, number>>();
  for (const { win, name, value, c } of rows) {
    const key = at(Number(win), name);
    const counts = out.get(key) ?? new Map<string, number>();
    out.set(key, counts);
    counts.set(value, Number(c));
  }
  return out;
}

export const at = (win: number, name: string): string => `${win}\u0000${name}`;
