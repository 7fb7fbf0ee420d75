import type { EventStore } from '@plumbline/clickhouse';
import type { Filter, SliceLoss } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds, fieldSql, filterSql, type Grid, rowsSql, windowSql } from '@plumbline/rows';
import { lossSql } from '../rows.js';

export type Measured = { start: number; rows: number; sum: number; slices: { n: number; sum: number }[] };

/** Rows and losses of slices in each window of a range, in one pass; windows without labelled rows are absent. */
export async function measureSlices(
  store: EventStore,
  model: ModelContext,
  loss: SliceLoss,
  slices: readonly { filters: readonly Filter[] }[],
  range: { from: number; to: number; grid: Grid },
  nowMs: number,
): Promise<Measured[]> {
  const binds = new Binds();
  const lost = lossSql(model, loss, binds);
  const conditions = slices.map(({ filters }) => {
    const fields = filters.map((filter) => ({ filter, field: fieldSql(filter.field, model, binds) }));
    return {
      sql: fields.map(({ filter, field }) => `(${filterSql(filter, field, binds)})`).join(' AND ') || '1',
      needs: fields.flatMap(({ field }) => field.needs),
    };
  });
  const columns = [...new Set([...lost.needs, ...conditions.flatMap((c) => c.needs)])];
  const { unlabelled } = lost;
  const selection = { from: range.from, to: range.to, nowMs, ...(unlabelled ? { unlabelled } : {}) };
  const rows = rowsSql(store, model, selection, columns, binds);
  const own = conditions.map((_, i) => `countIf(_in${i}) AS n${i}, sumIf(_loss, _in${i}) AS s${i}`);
  const found = await store.query<Record<string, number>>(
    `SELECT win, count() AS rows, sum(_loss) AS sum${own.map((s) => `, ${s}`).join('')} FROM (
       SELECT ${windowSql(range.grid, range.from)} AS win, assumeNotNull(toFloat64(${lost.loss})) AS _loss${conditions.map((c, i) => `, (${c.sql}) AS _in${i}`).join('')}
       FROM (${rows}) WHERE ${lost.has}) GROUP BY win ORDER BY win`,
    binds.params,
    { heavy: true },
  );
  return found.map((row) => ({
    start: Number(row.win),
    rows: Number(row.rows),
    sum: Number(row.sum),
    slices: slices.map((_, i) => ({ n: Number(row[`n${i}`]), sum: Number(row[`s${i}`]) })),
  }));
}
