import type { EventStore } from '@plumbline/clickhouse';
import type { ExportFormat } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds, type Column as Needed } from '@plumbline/rows';
import { type Cell, cellSql } from '../formats/cells.js';
import { csvCells } from '../formats/csv.js';
import { lineSql } from '../formats/ndjson.js';
import type { Column } from '../layout.js';
import { type Part, READ } from './parts.js';

export type File = {
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
  const limit = (own: Binds) => (rowsMax === null ? '' : ` LIMIT ${own.bind(rowsMax, 'UInt32')}`);
  const binds = new Binds();
  const cells = cellsOf(file, model, binds);
  const columns = cells.map(({ sql }, i) => `${sql} AS c${i}`).join(', ');
  const bytes = await store.queryBinary(
    `SELECT ${columns} FROM (${part.rows(needsOf(cells), binds)}) ORDER BY ${part.order}${limit(binds)}`,
    binds.params,
    { ...READ, format: file.format === 'ndjson' ? 'Lines' : file.format === 'csv' ? 'CSV' : 'Parquet' },
  );
  const counting = new Binds();
  const counted = part.rows([], counting);
  const first = rowsMax === null ? '' : ` ORDER BY ${part.order}${limit(counting)}`;
  const [count] = await store.query<Counted>(
    `SELECT count() AS rows, countIf(labelled) AS labelled FROM (SELECT has_label AS labelled FROM (${counted})${first})`,
    counting.params,
    READ,
  );
  return { bytes, rows: Number(count?.rows ?? 0), labelled: Number(count?.labelled ?? 0) };
}

/** Columns of the rows that a file is made of. */
export const neededBy = (file: File, model: ModelContext): Needed[] => needsOf(cellsOf(file, model, new Binds()));

function cellsOf({ format, columns, whole, safe }: File, model: ModelContext, binds: Binds): Cell[] {
  if (format === 'ndjson') return [lineSql(columns, whole, model, binds)];
  if (format === 'csv') return csvCells(columns, model, binds, safe);
  return columns.map((column) => cellSql(column, model, binds));
}

const needsOf = (cells: readonly Cell[]): Needed[] => [...new Set(cells.flatMap(({ needs }) => needs))];
