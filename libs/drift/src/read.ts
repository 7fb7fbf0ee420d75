import { type EventStore, RowReader } from '@plumbline/clickhouse';
import { PlumblineError } from '@plumbline/contracts';
import { quantileSorted, summarise } from '@plumbline/stats';
import { CATEGORIES_MAX, QUANTILES } from './profile.js';
import { forgettable } from './remembered.js';
import { numbersSql, type Source, wordsSql } from './source.js';

export type Summary = {
  n: number;
  mean: number | null;
  std: number | null;
  min: number | null;
  max: number | null;
  quantiles: Record<string, number>;
};

/** The same of values in memory. */
export function summaryOf(sorted: Float64Array): Summary {
  const summary = summarise({ values: sorted });
  return {
    n: sorted.length,
    mean: summary?.mean ?? null,
    std: summary?.std0 ?? null,
    min: summary?.min ?? null,
    max: summary?.max ?? null,
    quantiles: Object.fromEntries(
      summary ? QUANTILES.map((q) => [String(q), quantileSorted(sorted, q)!] as const) : [],
    ),
  };
}

/** Rows per right-closed bin of ascending values. */
export function binsOf(edges: readonly number[], sorted: Float64Array): number[] {
  let before = 0;
  const counts = edges.map((edge) => {
    let low = before;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! <= edge) low = middle + 1;
      else high = middle;
    }
    const count = low - before;
    before = low;
    return count;
  });
  return [...counts, sorted.length - before];
}

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
    `SELECT win, name, count() AS n, avg(v) AS mean, stddevPopStable(v) AS std, min(v) AS lo, max(v) AS hi, quantilesExactInclusive(${QUANTILES.join(', ')})(v) AS qs
     FROM ${numbersSql(source)} WHERE name IN {names:Array(String)} GROUP BY win, name`,
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
        min: r.lo,
        max: r.hi,
        quantiles: Object.fromEntries(QUANTILES.map((q, i) => [String(q), r.qs[i]!])),
      },
    ]),
  );
}

/** Numbers that are read in one go (8 bytes each). */
const VALUES_MAX = 24_000_000;
const TIMEOUT_S = 120;
/** Values of references, which never change, stay in memory up to so many. */
const KEPT_VALUES_MAX = 16_000_000;
const kept = forgettable(new Map<string, Map<string, Float64Array>>());

/**
 * All values, ascending, per window and name: what measures without bins need. Errors: `range_too_large` if the numbers of a
 * single name are too many to hold.
 */
export async function sortedValues(
  store: EventStore,
  source: Source,
  names: readonly string[],
  rows: number,
  heavy = true,
): Promise<Map<string, Float64Array>> {
  if (rows > VALUES_MAX)
    throw new PlumblineError(
      'range_too_large',
      `${rows} rows are too many for measures that compare value by value (at most ${VALUES_MAX}). Ask for a shorter range, or for psi, js_distance or hellinger.`,
    );
  const out = new Map<string, Float64Array>();
  const atOnce = Math.max(1, Math.floor(VALUES_MAX / Math.max(1, rows)));
  for (let i = 0; i < names.length; i += atOnce) {
    const reader = new RowReader(
      await store.queryBinary(
        `SELECT toInt64(win), toString(name), arraySort(vs) FROM (
           SELECT win, name, groupArray(v) AS vs FROM ${numbersSql(source)} WHERE name IN {names:Array(String)} GROUP BY win, name)`,
        { ...source.params, names: names.slice(i, i + atOnce) },
        { heavy, timeoutS: TIMEOUT_S },
      ),
    );
    while (!reader.done) out.set(at(reader.int64(), reader.text()), reader.float64s());
  }
  return out;
}

/** The same of a stored reference, remembered. */
export async function referenceValues(
  store: EventStore,
  reference: { id?: string; part?: string; rows: number; source: Source },
  names: readonly string[],
): Promise<Map<string, Float64Array>> {
  const { rows, source } = reference;
  const id = reference.id ?? reference.part;
  const known = (id && kept.get(id)) || new Map<string, Float64Array>();
  const missing = names.filter((name) => !known.has(at(0, name)));
  if (missing.length === 0) return known;
  const read = await sortedValues(store, source, missing, rows, false);
  for (const name of missing) known.set(at(0, name), read.get(at(0, name)) ?? new Float64Array());
  if (id) {
    kept.delete(id);
    kept.set(id, known);
    let size = 0;
    for (const [key, values] of [...kept].reverse()) {
      for (const v of values.values()) size += v.length;
      if (size > KEPT_VALUES_MAX) kept.delete(key);
    }
  }
  return known;
}

/** Rows that hold a value, and how many hold which: the most frequent ones, if there are too many to keep. */
export type Categories = { n: number; counts: Map<string, number> };

/** Counts per category, per window and name. */
export async function categoryCounts(
  store: EventStore,
  source: Source,
  names: readonly string[],
  textOnly = false,
): Promise<Map<string, Categories>> {
  const rows = await store.query<{ win: number; name: string; value: string; c: number; n: number }>(
    `SELECT win, name, value, c, sum(c) OVER (PARTITION BY win, name) AS n
     FROM (SELECT win, name, value, count() AS c FROM ${wordsSql(source, textOnly)}
           WHERE name IN {names:Array(String)} GROUP BY win, name, value) ORDER BY c DESC, value LIMIT ${CATEGORIES_MAX} BY win, name`,
    { ...source.params, names },
    { timeoutS: TIMEOUT_S },
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
