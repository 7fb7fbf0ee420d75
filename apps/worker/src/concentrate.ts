import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import type { Concentration, Probes, Scope } from '@plumbline/monitors';
import { Binds, rowError, rowsSql } from '@plumbline/rows';

type What = Parameters<Probes['concentrate']>[3];
const SHARE_MIN = 0.005;
/** What holds more than half of the rows is not a slice but the rule. */
const SHARE_MAX = 0.5;
const ROWS_MIN = 20;
const EXPLAINS_MIN = 0.1;
/** Standard errors by which a value must stand out from the rest. */
const Z_MIN = 4;
const KEPT = 6;

/**
 * Single values of categorical features, tags and versions in which a problem is concentrated, by the share of the whole
 * excess that they explain. One pass over the rows.
 */
export async function concentrate(
  store: EventStore,
  model: ModelContext,
  range: { from: number; to: number },
  scope: Scope,
  what: What,
  nowMs: number,
): Promise<Concentration[]> {
  const binds = new Binds();
  const columns = ['nums', 'cats', 'tags', 'score', 'class', 'value', 'scores'] as const;
  const rows = rowsSql(
    store,
    model,
    { ...range, filters: scope.filters, version: scope.version, nowMs },
    columns,
    binds,
  );
  const coded = Object.entries(model.features).flatMap(([name, f]) =>
    f.type === 'categorical' || f.type === 'boolean' ? [name] : [],
  );
  const codedParam = binds.bind(coded, 'Array(String)');
  const skip = binds.bind('feature' in what ? what.feature : '', 'String');
  const found = await store.query<{
    field: string;
    value: string;
    n: number;
    s: number;
    s2: number;
    total_n: number;
    total_s: number;
    total_s2: number;
  }>(
    `WITH base AS (SELECT nums, cats, tags, version, assumeNotNull(bad) AS bad FROM (SELECT *, ${badness(what, model, binds)} AS bad FROM (${rows})) WHERE isNotNull(bad))
     SELECT field, value, n, s, s2, t.n AS total_n, t.s AS total_s, t.s2 AS total_s2 FROM (
       SELECT p.1 AS field, p.2 AS value, count() AS n, sum(bad) AS s, sum(bad * bad) AS s2 FROM (
         SELECT bad, arrayJoin(arrayConcat(
           arrayMap((k, v) -> (concat('features.', k), v), mapKeys(cats), mapValues(cats)),
           arrayMap((k, v) -> (concat('features.', k), toString(v)), mapKeys(mapFilter((k, v) -> has(${codedParam}, k), nums)), mapValues(mapFilter((k, v) -> has(${codedParam}, k), nums))),
           arrayMap((k, v) -> (concat('tags.', k), v), mapKeys(tags), mapValues(tags)), [('version', toString(version))])) AS p FROM base)
       WHERE field != concat('features.', ${skip}) GROUP BY field, value HAVING n >= ${ROWS_MIN} LIMIT 20000
     ) AS parts CROSS JOIN (SELECT count() AS n, sum(bad) AS s, sum(bad * bad) AS s2 FROM base) AS t`,
    binds.params,
    { heavy: true },
  );
  return found
    .map((r) =>
      weigh(
        { field: r.field, value: r.value, n: Number(r.n), s: Number(r.s), s2: Number(r.s2) },
        { n: Number(r.total_n), s: Number(r.total_s), s2: Number(r.total_s2) },
      ),
    )
    .filter((c): c is Concentration => c !== null)
    .sort((a, b) => b.explains - a.explains)
    .slice(0, KEPT);
}

/** How bad a row is, as SQL; NULL where it cannot be said. */
function badness(what: What, model: ModelContext, binds: Binds): string {
  if (what.kind === 'error') return rowError(model, binds);
  const name = binds.bind(what.feature, 'String');
  switch (what.kind) {
    case 'missing':
      return `toNullable(toFloat64(NOT (mapContains(nums, ${name}) OR mapContains(cats, ${name}))))`;
    case 'outside':
      return `if(mapContains(nums, ${name}), toNullable(toFloat64(nums[${name}] < ${binds.bind(what.low, 'Float64')} OR nums[${name}] > ${binds.bind(what.high, 'Float64')})), NULL)`;
    case 'unseen':
      return `if(mapContains(cats, ${name}), toNullable(toFloat64(NOT has(${binds.bind(what.known, 'Array(String)')}, cats[${name}]))), NULL)`;
  }
}

type Sums = { n: number; s: number; s2: number };

/** Pure: one value against the rest; null if it does not stand out, or is nearly everything. */
export function weigh(part: Sums & { field: string; value: string }, total: Sums): Concentration | null {
  const rest = { n: total.n - part.n, s: total.s - part.s, s2: total.s2 - part.s2 };
  const share = part.n / total.n;
  if (part.n < ROWS_MIN || rest.n < ROWS_MIN || share < SHARE_MIN || share > SHARE_MAX) return null;
  const mean = part.s / part.n;
  const restMean = rest.s / rest.n;
  const variance = (x: Sums) => Math.max(0, x.s2 / x.n - (x.s / x.n) ** 2) / x.n;
  const se = Math.sqrt(variance(part) + variance(rest));
  const excess = (mean - restMean) * part.n;
  const explains = total.s > 0 ? excess / total.s : 0;
  if (mean <= restMean || (se > 0 && (mean - restMean) / se < Z_MIN) || explains < EXPLAINS_MIN) return null;
  return {
    field: part.field,
    value: part.value,
    n: part.n,
    share,
    error: mean,
    rest: restMean,
    explains: Math.min(1, explains),
  };
}
