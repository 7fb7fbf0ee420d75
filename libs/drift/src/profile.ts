import type { EventStore } from '@plumbline/clickhouse';
import type { FeatureProfile, Task } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { DECILES, quantileFromOrderStatistics, quantilePosition } from '@plumbline/stats';
import { MARK, numbersSql, type Source, wordsSql } from './source.js';

export const QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;
/** Categories kept by name; what is beyond is counted in `n` and `distinct` only. */
export const CATEGORIES_MAX = 10_000;

export type Kinds = {
  numeric: string[];
  categorical: string[];
  /** No name among the categorical ones ever held a number. */
  textOnly?: boolean;
};

/** Which names a source has and as what: declared types win, otherwise what most rows hold. Text and embeddings are left out. */
export async function kindsOf(
  store: EventStore,
  source: Source,
  declared: Record<string, { type: string }>,
  task: Task,
): Promise<Kinds> {
  const rows = await store.query<{ name: string; kind: string; n: number }>(
    `SELECT name, kind, count() AS n FROM (
       SELECT arrayJoin(arrayConcat(arrayMap(k -> (toString(k), 'numeric'), mapKeys(nums)), arrayMap(k -> (toString(k), 'categorical'), mapKeys(cats)))) AS p, p.1 AS name, p.2 AS kind
       FROM (${source.sql})) GROUP BY name, kind ORDER BY n DESC LIMIT 20000`,
    source.params,
    { heavy: true },
  );
  const kinds: Kinds = { numeric: [], categorical: [] };
  const seen = new Set<string>();
  for (const { name, kind } of rows) {
    if (seen.has(name)) continue;
    seen.add(name);
    const type = declared[name]?.type ?? kind;
    if (type === 'numeric') kinds.numeric.push(name);
    else if (type === 'categorical' || type === 'boolean') kinds.categorical.push(name);
  }
  return withOutputs(kinds, task);
}

function withOutputs(kinds: Kinds, task: Task): Kinds {
  kinds.numeric.push(`${MARK}prediction.score`, `${MARK}prediction.value`);
  kinds.categorical.push(`${MARK}prediction.class`);
  (task === 'regression' ? kinds.numeric : kinds.categorical).push(`${MARK}label`);
  return kinds;
}

/**
 * The same for predictions of a model, from its catalogue of names instead of all rows; undefined if a name was seen as number
 * and as text, so that the rows have to say which it is in them.
 */
export async function kindsOfModel(
  store: EventStore,
  model: ModelContext,
  declared: Record<string, { type: string }> = model.features,
): Promise<Kinds | undefined> {
  const rows = await store.query<{ name: string; types: string[] }>(
    `SELECT name, groupUniqArray(toString(type)) AS types FROM ${store.database}.catalog
     WHERE project = {project:String} AND model = {model:String} AND kind = 'feature' AND type != 'null' GROUP BY name ORDER BY name LIMIT 20000`,
    { project: model.projectId, model: model.model },
  );
  const kinds: Kinds = { numeric: [], categorical: [], textOnly: true };
  for (const { name, types } of rows) {
    const seen = new Set(types.map((t) => (t === 'boolean' ? 'categorical' : t)));
    const type = declared[name]?.type;
    if (seen.size > 1 && type === undefined) return undefined;
    const as = type === 'boolean' ? 'categorical' : (type ?? [...seen][0]);
    if (as === 'numeric') kinds.numeric.push(name);
    else if (as === 'categorical') {
      kinds.categorical.push(name);
      if (seen.has('numeric')) kinds.textOnly = false;
    }
  }
  return withOutputs(kinds, model.task);
}

/** The name as it is shown: without the mark of outputs. */
export const shown = (name: string): string => (name.startsWith(MARK) ? name.slice(1) : name);

type NumericRow = {
  name: string;
  n: number;
  lo: number[];
  hi: number[];
  mean: number;
  std: number;
  min: number;
  max: number;
};
type TextRow = { name: string; value: string; c: number; n: number; kinds: number };

/**
 * Profiles of a source: counts, moments, type-7 quantiles, decile bins with their counts, or categories. Keys carry the
 * mark of outputs. Quantiles come from order statistics, so that bins of discrete features fall on their values exactly.
 */
export async function profile(
  store: EventStore,
  source: Source,
  kinds: Kinds,
  options: { counts?: boolean } = {},
): Promise<Record<string, FeatureProfile>> {
  const [{ rows } = { rows: 0 }] = await store.query<{ rows: number }>(
    `SELECT count() AS rows FROM (${source.sql})`,
    source.params,
    { heavy: true },
  );
  const total = Number(rows);
  const out: Record<string, FeatureProfile> = Object.create(null);
  const levels = [...QUANTILES, ...DECILES];
  const numeric = await store.query<NumericRow>(
    `SELECT name, length(s) AS n, arrayMap(q -> s[toUInt64(floor((n - 1) * q)) + 1], {levels:Array(Float64)}) AS lo,
            arrayMap(q -> s[least(toUInt64(floor((n - 1) * q)) + 2, n)], {levels:Array(Float64)}) AS hi,
            m AS mean, if(s[1] = s[n], 0, sqrt(arraySum(x -> pow(x - m, 2), s) / n)) AS std, s[1] AS min, s[n] AS max
     FROM (SELECT name, arraySort(groupArray(v)) AS s, avg(v) AS m
           FROM ${numbersSql(source)} WHERE name IN {names:Array(String)} GROUP BY name)`,
    { ...source.params, levels, names: kinds.numeric },
    { heavy: true, timeoutS: 300 },
  );
  const edgesOf = new Map<string, number[]>();
  for (const r of numeric) {
    const at = (i: number) =>
      quantileFromOrderStatistics(r.lo[i]!, r.hi[i]!, quantilePosition(Number(r.n), levels[i]!).fraction);
    const edges = [...new Set(DECILES.map((_, i) => at(QUANTILES.length + i)).filter((x) => Number.isFinite(x)))].sort(
      (a, b) => a - b,
    );
    edgesOf.set(r.name, edges);
    out[r.name] = {
      type: 'numeric',
      n: Number(r.n),
      missing: total - Number(r.n),
      missing_rate: total > 0 ? (total - Number(r.n)) / total : 0,
      mean: r.mean,
      std: r.std,
      min: r.min,
      max: r.max,
      quantiles: Object.fromEntries(QUANTILES.map((q, i) => [String(q), at(i)])),
      edges,
    };
  }
  if (options.counts !== false) {
    const counts = await binCounts(store, source, edgesOf);
    for (const [name, bins] of counts.get(0) ?? []) out[name]!.counts = bins;
  }
  const texts = await store.query<TextRow>(
    `SELECT name, value, c, sum(c) OVER (PARTITION BY name) AS n, count() OVER (PARTITION BY name) AS kinds
     FROM (SELECT name, value, count() AS c FROM ${wordsSql(source)}
           WHERE name IN {names:Array(String)} GROUP BY name, value) ORDER BY name, c DESC, value LIMIT ${CATEGORIES_MAX} BY name`,
    { ...source.params, names: kinds.categorical },
    { heavy: true, timeoutS: 300 },
  );
  for (const { name, value, c, ...all } of texts) {
    const n = Number(all.n);
    out[name] ??= {
      type: 'categorical',
      n,
      missing: total - n,
      missing_rate: total > 0 ? (total - n) / total : 0,
      categories: [],
      distinct: Number(all.kinds),
    };
    out[name].categories!.push({ value, count: Number(c) });
  }
  return { ...out };
}

/** Rows per right-closed bin, by window and name: bin i holds (e[i−1], e[i]]. */
export async function binCounts(
  store: EventStore,
  source: Source,
  edgesOf: ReadonlyMap<string, readonly number[]>,
): Promise<Map<number, Map<string, number[]>>> {
  const out = new Map<number, Map<string, number[]>>();
  if (edgesOf.size === 0) return out;
  const names = [...edgesOf.keys()];
  const found = await store.query<{ win: number; name: string; bin: number; c: number }>(
    `SELECT win, name, arrayCount(e -> e < v, edges[indexOf(names, name)]) AS bin, count() AS c
     FROM (SELECT win, name, v FROM ${numbersSql(source)} WHERE name IN {names:Array(String)}) AS pairs
     CROSS JOIN (SELECT {names:Array(String)} AS names, {edges:Array(Array(Float64))} AS edges) AS bins
     GROUP BY win, name, bin`,
    { ...source.params, names, edges: names.map((n) => [...edgesOf.get(n)!]) },
    { heavy: true, timeoutS: 300 },
  );
  for (const { win, name, bin, c } of found) {
    const w = Number(win);
    const byName = out.get(w) ?? new Map<string, number[]>();
    out.set(w, byName);
    const counts = byName.get(name) ?? new Array<number>(edgesOf.get(name)!.length + 1).fill(0);
    byName.set(name, counts);
    counts[Number(bin)] = Number(c);
  }
  return out;
}
