import type { EventStore } from '@plumbline/clickhouse';
import type { ExportFormat } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds, type Column as Needed, rowsSql } from '@plumbline/rows';
import { type Cell, cellSql } from '../formats/cells.js';
import { csvCells } from '../formats/csv.js';
import { lineSql } from '../formats/ndjson.js';
import type { Column } from '../layout.js';
import { betweenSql, type Order, type Part, READ_S, rankSql } from './parts.js';

export type File = Order & {
  format: ExportFormat;
  columns: readonly Column[];
  /** Groups (`features.*`, …) of which the file has whatever rows hold. */
  whole: ReadonlySet<string>;
  safe: boolean;
};
export type Counted = { rows: number; labelled: number };

/** The rows of a part as bytes of the format, and how many they are; no more than `rowsMax`. */
export async function readPart(
  store: EventStore,
  model: ModelContext,
  part: Part,
  file: File,
  rowsMax: number | null,
): Promise<Counted & { bytes: Buffer }> {
  const read = { heavy: true, timeoutS: READ_S };
  const binds = new Binds();
  const cells = cellsOf(file, model, binds);
  const chosen = selectionSql(store, model, part, file, rowsMax, needsOf(cells), binds);
  const columns = cells.map(({ sql }, i) => `${sql} AS c${i}`).join(', ');
  const bytes = await store.queryBinary(`SELECT ${columns} FROM (${chosen.rows}) ${chosen.order}`, binds.params, {
    ...read,
    format: file.format === 'ndjson' ? 'Lines' : file.format === 'csv' ? 'CSV' : 'Parquet',
  });
  const counting = new Binds();
  const counted = selectionSql(store, model, part, file, rowsMax, [], counting);
  const [count] = await store.query<Counted>(
    `SELECT count() AS rows, countIf(labelled) AS labelled FROM (SELECT has_label AS labelled FROM (${counted.rows}) ${rowsMax === null ? '' : counted.order})`,
    counting.params,
    read,
  );
  return { bytes, rows: Number(count?.rows ?? 0), labelled: Number(count?.labelled ?? 0) };
}

function cellsOf({ format, columns, whole, safe }: File, model: ModelContext, binds: Binds): Cell[] {
  if (format === 'ndjson') return [lineSql(columns, whole, model, binds)];
  if (format === 'csv') return csvCells(columns, model, binds, safe);
  return columns.map((column) => cellSql(column, model, binds));
}

const needsOf = (cells: readonly Cell[]): Needed[] => [...new Set(cells.flatMap(({ needs }) => needs))];

/** The rows of the part with the columns that are needed, and how they are sorted: always so that no two rows may change places. */
function selectionSql(
  store: EventStore,
  model: ModelContext,
  { selection, ranks, ids }: Part,
  { order, seed }: File,
  rowsMax: number | null,
  needs: readonly Needed[],
  binds: Binds,
): { rows: string; order: string } {
  const limit = rowsMax === null ? '' : ` LIMIT ${binds.bind(rowsMax, 'UInt32')}`;
  if (!ranks) {
    const rows = rowsSql(store, model, selection, [...needs, 'id_a'], binds);
    return { rows, order: `ORDER BY ms, id_a, prediction_id, toString(version)${limit}` };
  }
  const by = rankSql(order, model, seed, binds);
  const rows = rowsSql(store, model, selection, [...new Set([...needs, ...by.needs])], binds);
  const where = [
    betweenSql(ranks, binds),
    ids?.from !== undefined && `prediction_id >= ${binds.bind(ids.from, 'String')}`,
    ids?.to !== undefined && `prediction_id < ${binds.bind(ids.to, 'String')}`,
  ];
  return {
    rows: `SELECT * FROM (SELECT *, ${by.rank} AS _rank FROM (${rows})) WHERE ${where.filter(Boolean).join(' AND ')}`,
    order: `ORDER BY _rank, prediction_id, toString(version)${limit}`,
  };
}
