import type { CompareQuestion, Filter } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { Binds, Column } from '@plumbline/rows';
import { rowsSql } from '@plumbline/rows';

export type Sides = { a: string; b: string };

export const versionsOf = ({ a, b }: Pick<CompareQuestion, 'a' | 'b'>): Filter => ({
  field: 'version',
  op: 'in',
  value: [...new Set([a.version, b.version])],
});

/** Rows of both versions; filters have to hold for each row by itself. */
export function bothSql(
  store: { database: string },
  model: ModelContext,
  q: Omit<CompareQuestion, 'metrics' | 'paired' | 'min_labels'>,
  columns: readonly Column[],
  binds: Binds,
  nowMs: number,
): string {
  const { from, to, as_of: asOf, known_at: knownAt } = q;
  const filters = [...q.filters, versionsOf(q)];
  return rowsSql(store, model, { from, to, filters, asOf, knownAt, nowMs }, columns, binds);
}

/**
 * One row per prediction id: `in_a, in_b, known_a, known_b, known` (both are labelled, alike), `label, label_num`, and each of
 * `values` (SQL over a row, never NULL) as `NAME_a` and `NAME_b`, meaningful where the id has that version.
 */
export function pairsSql(rows: string, { a, b }: Sides, values: Readonly<Record<string, string>>): string {
  const names = Object.keys(values);
  const each = (side: 'a' | 'b') =>
    [
      `countIf(version = ${side === 'a' ? a : b}) > 0 AS in_${side}`,
      `countIf(version = ${side === 'a' ? a : b} AND has_label) > 0 AS known_${side}`,
      `anyIf(label, version = ${side === 'a' ? a : b} AND has_label) AS label_${side}`,
      ...names.map((name) => `anyIf(_${name}, version = ${side === 'a' ? a : b}) AS ${name}_${side}`),
    ].join(', ');
  return `
    SELECT *, known_a AND known_b AND label_a = label_b AS known, label_a AS label FROM (
      SELECT prediction_id, anyIf(_label_num, has_label) AS label_num, ${each('a')}, ${each('b')}
      FROM (SELECT prediction_id, version, has_label, label, ifNull(label_num, nan) AS _label_num${names.map((name) => `, ${values[name]} AS _${name}`).join('')} FROM (${rows}))
      GROUP BY prediction_id
    )`;
}
