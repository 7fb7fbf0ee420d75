import type { EventStore } from '@plumbline/clickhouse';
import { type ExportFormat, type ExportQuestion, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { Selection } from '@plumbline/rows';
import { csvHeader } from '../formats/csv.js';
import { ParquetFile } from '../formats/parquet.js';
import { type Column, layoutOf } from '../layout.js';
import type { ChunkWriter } from './chunks.js';
import { countRows, type Part, partOf, partsByTime } from './parts.js';
import { type File, neededBy, readPart } from './read.js';
import { seenIn } from './seen.js';
import { partsInOrder } from './sort.js';

export type Progress = { rows: number; bytes: number; done: number; total: number };
export type Written = { rows: number; labelled: number; columns: Column[] };

/** Text is larger than columns that are packed. */
const CELLS_MAX = { parquet: 1_500_000, csv: 800_000, ndjson: 400_000 } as const;
const ROWS_MAX = 50_000;
const ROWS_MIN = 200;
const BYTES_MAX = 64 * 1024 * 1024;

/** Rows that are read and written at once: as many as hold so many cells and so many bytes of text. */
export const rowsAtOnce = (format: ExportFormat, columns: number, rowBytes: number): number =>
  Math.max(
    ROWS_MIN,
    Math.min(ROWS_MAX, Math.floor(CELLS_MAX[format] / columns), Math.floor(BYTES_MAX / (rowBytes + 1))),
  );
/** Groups of columns of which a file has all, unless columns are asked for. */
const GROUPS = ['features.*', 'tags.*', 'prediction.*'];
const CREATED_BY = 'Plumbline';

/** What a file is of: as it was known at one moment, so that it can be written again. */
export const selectionOf = (q: ExportQuestion & { known_at: number }): Selection => ({
  from: q.from,
  to: q.to,
  filters: q.filters,
  version: q.version,
  asOf: q.as_of,
  knownAt: q.known_at,
  nowMs: q.known_at,
  sources: true,
});

/**
 * Writes the file part by part: memory holds one part, however many rows there are. The same question gives the same bytes.
 * `tell` is asked after each part; what it throws ends the work. Errors: `too_large`.
 */
export async function writeFile(
  store: EventStore,
  model: ModelContext,
  q: ExportQuestion & { known_at: number },
  to: ChunkWriter,
  bytesMax: number,
  tell: (progress: Progress) => Promise<void>,
): Promise<Written> {
  const selection = selectionOf(q);
  const seen = await seenIn(store, model, selection);
  const columns = layoutOf(q.columns, seen, model);
  const file: File = { format: q.format, columns, whole: new Set(q.columns ?? GROUPS), safe: q.spreadsheet_safe };
  const rowsMax = (format: ExportFormat) => rowsAtOnce(format, columns.length, seen.rowBytes);
  const all = await countRows(store, model, selection);
  const asked = Math.min(all, q.limit ?? all);
  // Rows are put in order first, and all are looked at for that.
  const total = q.order === 'ts' ? asked : all + asked;
  const written = { rows: 0, labelled: 0 };
  let done = 0;
  const advance = async (rows: number) => {
    done = Math.min(total, done + rows);
    await tell({ ...written, bytes: to.bytes, done, total });
  };
  const parts =
    q.order === 'ts'
      ? partsByTime(store, model, selection, rowsMax(q.format))
      : partsInOrder(store, model, to.key, selection, {
          by: q,
          needs: neededBy(file, model),
          rowsMax: rowsMax(q.format),
          sortedAtOnce: rowsMax('parquet'),
          tell: advance,
        });
  const parquet = new ParquetFile(
    columns.map((c) => c.name),
    CREATED_BY,
  );
  const append = async (part: Part, mostRows: number | null) => {
    const { bytes, rows, labelled } = await readPart(store, model, part, file, mostRows);
    if (part.exact && rows !== Math.min(part.of, mostRows ?? part.of))
      throw new Error(`${part.of} rows were put in order and ${rows} came back`);
    if (part.of > 0 && rows === 0) return;
    await to.write(q.format === 'parquet' ? parquet.append(bytes) : bytes);
    if (to.bytes > bytesMax)
      throw new PlumblineError(
        'too_large',
        `The file would be larger than ${Math.max(0, bytesMax)} bytes (PLUMBLINE_EXPORT_BYTES_MAX, or what PLUMBLINE_EXPORTS_BYTES_MAX leaves beside other exports). Ask for a shorter range, fewer columns, or Parquet, or delete exports.`,
      );
    written.rows += rows;
    written.labelled += labelled;
  };
  if (q.format === 'csv') await to.write(csvHeader(columns, q.spreadsheet_safe));
  // Nothing, in the shape of the rows: a file without rows has its columns all the same.
  if (q.format === 'parquet')
    await append(partOf(store, model, { selection: { ...selection, to: selection.from }, of: 0 }), null);
  await advance(0);
  for await (const part of parts) {
    const left = q.limit === undefined ? null : q.limit - written.rows;
    if (left !== null && left <= 0) break;
    await append(part, left !== null && left <= part.of ? left : null);
    await advance(part.of);
  }
  if (q.format === 'parquet') await to.write(parquet.finish());
  return { ...written, columns };
}
