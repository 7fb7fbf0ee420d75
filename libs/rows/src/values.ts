import type { EventStore } from '@plumbline/clickhouse';
import type { FieldType, Filter, ValuesAnswer, ValuesQuestion } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds, type Field, fieldSql } from './fields.js';
import { assertFilters, fieldsAsked, knownFields } from './known.js';
import { rowsSql, type Selection } from './rows.js';

/** Rows that are counted; of more a sample. */
const ROWS_MAX = 2_000_000;
const PROBABILITIES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/** What a field holds in a selection: its most frequent values and, of numbers, how they lie. */
export async function fieldValues(
  store: EventStore,
  model: ModelContext,
  q: ValuesQuestion,
  nowMs: number,
): Promise<ValuesAnswer> {
  const known = await knownFields(store, model);
  const [field] = fieldsAsked(known, [q.field], model.model);
  assertFilters(known, q.filters, model.model);
  const selection = {
    from: q.from,
    to: q.to,
    filters: q.filters,
    version: q.version,
    asOf: q.as_of,
    knownAt: q.known_at,
    nowMs,
  };
  const oneIn = await oneInOf(store, model, [selection]);
  const sample = [{ ...selection, oneIn }];
  const [facts, values] = await Promise.all([
    fieldFacts(store, model, sample, field!.field, field!.type, PROBABILITIES),
    topValues(store, model, sample, field!.field, { limit: q.limit, search: q.search }),
  ]);
  return {
    field: field!.field,
    type: field!.type,
    rows: facts.rows,
    missing: facts.missing,
    distinct: facts.distinct,
    values: values.map(({ value, count }) => ({ value, count, share: facts.rows > 0 ? count / facts.rows : 0 })),
    numbers: facts.numbers,
    sampled: oneIn,
  };
}

/** One row in how many has to be looked at so that they are not too many. */
export async function oneInOf(
  store: EventStore,
  model: ModelContext,
  selections: readonly Selection[],
  rowsMax = ROWS_MAX,
): Promise<number> {
  const counts = selections.map(async (selection) => {
    const binds = new Binds();
    const rows = rowsSql(store, model, { ...selection, filters: [], unlabelled: true, unique: true }, [], binds);
    const [row] = await store.query<{ n: number }>(`SELECT count() AS n FROM (${rows})`, binds.params, { heavy: true });
    return Number(row?.n ?? 0);
  });
  const all = (await Promise.all(counts)).reduce((sum, n) => sum + n, 0);
  return Math.max(1, Math.ceil(all / rowsMax));
}

export type FieldFacts = Pick<ValuesAnswer, 'rows' | 'missing' | 'distinct' | 'numbers'> & {
  /** Rows whose value is no number. */
  words: number;
};

/** How many rows, how many without the field, and how its numbers lie at these probabilities. */
export async function fieldFacts(
  store: EventStore,
  model: ModelContext,
  selections: readonly Selection[],
  name: string,
  type: FieldType,
  probabilities: readonly number[],
): Promise<FieldFacts> {
  const binds = new Binds();
  const finite = 'isNotNull(_x) AND isFinite(_x)';
  const [found] = await store.query<Record<string, unknown>>(
    `SELECT count() AS n, countIf(isNull(_t)) AS missing, uniqCombined64(_t) AS distinct, countIf(isNotNull(_t) AND (isNull(_x) OR isNaN(_x))) AS words,
       countIf(${finite}) AS numbers, minIf(_x, ${finite}) AS low, maxIf(_x, ${finite}) AS high, avgIf(_x, ${finite}) AS mean,
       quantilesExactInclusiveIf(${probabilities.map(Number).join(', ')})(assumeNotNull(_x), ${finite}) AS at
     FROM (${fieldRows(store, model, selections, name, binds)})`,
    binds.params,
    { heavy: true },
  );
  const number = (key: string) => Number(found?.[key] ?? 0);
  const at = (found?.at as (number | null)[] | undefined) ?? [];
  return {
    rows: number('n'),
    missing: number('missing'),
    distinct: number('distinct'),
    words: number('words'),
    numbers:
      type === 'numeric' && number('numbers') > 0
        ? {
            min: number('low'),
            max: number('high'),
            mean: number('mean'),
            quantiles: Object.fromEntries(probabilities.map((p, i) => [String(p), Number(at[i])])),
          }
        : null,
  };
}

/** The most frequent values of a field. `words`: only those that are no numbers. */
export async function topValues(
  store: EventStore,
  model: ModelContext,
  selections: readonly Selection[],
  name: string,
  { limit, search, words = false }: { limit: number; search?: string; words?: boolean },
): Promise<{ value: string; count: number }[]> {
  const binds = new Binds();
  const rows = fieldRows(store, model, selections, name, binds);
  const conditions = [
    'isNotNull(_t)',
    search && `positionCaseInsensitiveUTF8(assumeNotNull(_t), ${binds.bind(search, 'String')}) > 0`,
    words && '(isNull(_x) OR isNaN(_x))',
  ].filter(Boolean);
  const found = await store.query<{ v: string; n: number }>(
    `SELECT assumeNotNull(_t) AS v, count() AS n FROM (${rows}) WHERE ${conditions.join(' AND ')}
     GROUP BY v ORDER BY n DESC, v LIMIT ${binds.bind(limit, 'UInt32')}`,
    binds.params,
    { heavy: true },
  );
  return found.map(({ v, n }) => ({ value: v, count: Number(n) }));
}

/** The field of all selected rows as text `_t` and as number `_x`. */
function fieldRows(
  store: EventStore,
  model: ModelContext,
  selections: readonly Selection[],
  name: string,
  binds: Binds,
): string {
  const sql: Field = fieldSql(name, model, binds);
  const labelled = (filters: readonly Filter[] | undefined) =>
    name === 'label' || (filters ?? []).some((f) => f.field === 'label');
  return selections
    .map((selection) => {
      const asked = labelled(selection.filters) ? selection : { ...selection, unlabelled: true as const };
      return `SELECT toNullable(toString(${sql.text})) AS _t, toNullable(toFloat64(${sql.number})) AS _x FROM (${rowsSql(store, model, asked, sql.needs, binds)})`;
    })
    .join(' UNION ALL ');
}
