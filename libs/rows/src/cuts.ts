import type { EventStore } from '@plumbline/clickhouse';
import type { ExploreQuestion, FieldView, Filter, GroupPredicate } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { type Binds, type Field, fieldSql } from './fields.js';
import { niceEdges, widthEdges } from './niceEdges.js';
import type { Selection } from './rows.js';
import { fieldFacts, topValues } from './values.js';

/** How the rows of a field fall into groups: by value, or by bins of numbers. Every row is in exactly one. */
export type Cut = { field: string; distinct: number } & (
  | { kind: 'values'; values: string[] }
  | { kind: 'bins'; edges: number[]; min: number; max: number; words: string[] }
);
type Asked = ExploreQuestion['by'][number];

/** Decides the groups of a field by what the selections hold: few values each on its own, many numbers in bins. */
export async function cutOf(
  store: EventStore,
  model: ModelContext,
  selections: readonly Selection[],
  { field, bins }: Asked,
  { type }: Pick<FieldView, 'type'>,
  limit: number,
): Promise<Cut> {
  const probabilities = Array.from({ length: bins.count - 1 }, (_, i) => (i + 1) / bins.count);
  const facts = await fieldFacts(store, model, selections, field, type, probabilities);
  const byValue = type !== 'numeric' || facts.numbers === null || facts.distinct <= bins.count;
  if (!byValue) {
    const words = await topValues(store, model, selections, field, { limit: limit + 1, words: true });
    // With more words than can be told apart it is a field of words.
    if (words.length <= limit) {
      const { min, max, quantiles } = facts.numbers!;
      const [low, high] = [min!, max!];
      const edges =
        bins.kind === 'quantile' ? niceEdges(Object.values(quantiles), low, high) : widthEdges(low, high, bins.count);
      return {
        field,
        distinct: facts.distinct,
        kind: 'bins',
        edges,
        min: low,
        max: high,
        words: words.map((w) => w.value),
      };
    }
  }
  const values = (await topValues(store, model, selections, field, { limit })).map((v) => v.value);
  return { field, distinct: facts.distinct, kind: 'values', values };
}

/** Keys of groups: `=text` for a value, `#2` for a bin, `*` for all other values; NULL stays NULL. */
export function cutSql(cut: Cut, model: ModelContext, binds: Binds): Pick<Field, 'text' | 'needs'> {
  const { text, number, needs } = fieldSql(cut.field, model, binds);
  const own = `concat('=', toString(assumeNotNull(${text})))`;
  if (cut.kind === 'values') {
    const known = `has(${binds.bind(cut.values, 'Array(String)')}, toString(assumeNotNull(${text})))`;
    return { text: `multiIf(isNull(${text}), NULL, ${known}, ${own}, '*')`, needs };
  }
  const x = `toFloat64(assumeNotNull(${number}))`;
  const bin = `concat('#', toString(arrayCount(_e -> _e <= ${x}, ${binds.bind(cut.edges, 'Array(Float64)')})))`;
  return { text: `multiIf(isNull(${text}), NULL, isNull(${number}) OR isNaN(${x}), ${own}, ${bin})`, needs };
}

/** What a key says, and the filters of just its rows. */
export function sayCut(cut: Cut, key: string | null): { predicate: GroupPredicate; filters: Filter[] } {
  const { field } = cut;
  if (key === null) return { predicate: { field, op: 'is_null', value: null }, filters: [{ field, op: 'is_null' }] };
  if (key.startsWith('='))
    return {
      predicate: { field, op: 'eq', value: key.slice(1) },
      filters: [{ field, op: 'eq', value: key.slice(1) }],
    };
  if (cut.kind === 'values')
    return {
      predicate: { field, op: 'not_in', value: cut.values },
      filters: [{ field, op: 'not_in', value: [...cut.values, null] }],
    };
  const at = Number(key.slice(1));
  const [from, to] = [cut.edges[at - 1], cut.edges[at]];
  const bounds: Filter[] = [
    ...(from === undefined ? [] : [{ field, op: 'gte' as const, value: from }]),
    ...(to === undefined ? [] : [{ field, op: 'lt' as const, value: to }]),
  ];
  return {
    predicate: { field, op: 'between', value: [from ?? cut.min, to ?? cut.max] },
    filters: bounds.length > 0 ? bounds : [{ field, op: 'not_null' }],
  };
}
