import { open } from 'node:fs/promises';
import { type AsyncBuffer, type DecodedArray, parquetScan, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { TableError, type TableRow } from './csv.js';

export type ParquetTable = {
  columns: string[];
  rows: number;
  /** Rows in portions, from the given one (counted from 0); columns that are not wanted are left undefined. */
  read(from?: number, wanted?: ReadonlySet<number>): AsyncGenerator<TableRow[]>;
  close(): Promise<void>;
};

const ROWS_AT_ONCE = 1_000;
/** Cells that are decoded at once: few enough for memory, many enough that large pages are not taken apart too often. */
const CELLS_MAX = 1_000_000;
const DECODED_ROWS_MIN = 20_000;

/** Opens a Parquet file. Its row groups are decoded piece by piece, so memory does not grow with the file. */
export async function openParquet(path: string): Promise<ParquetTable> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const source: AsyncBuffer = {
      byteLength: size,
      async slice(start, end = size) {
        const bytes = new Uint8Array(end - start);
        for (let done = 0; done < bytes.length; ) {
          const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
          if (bytesRead === 0) throw new Error('it ends too early');
          done += bytesRead;
        }
        return bytes.buffer;
      },
    };
    const scan = await readable(parquetScan({ file: source, compressors }));
    const columns = parquetSchema(scan.metadata).children.map((child) => child.element.name);
    return {
      columns,
      rows: Number(scan.metadata.num_rows),
      async *read(from = 0, wanted = new Set(columns.keys())) {
        const rowsMax = Math.max(DECODED_ROWS_MIN, Math.floor(CELLS_MAX / Math.max(1, wanted.size)));
        for (const group of scan.ranges)
          for (let rowStart = Math.max(from, group.rowStart); rowStart < group.rowEnd; rowStart += rowsMax) {
            const rowEnd = Math.min(group.rowEnd, rowStart + rowsMax);
            const decoded: (DecodedArray | undefined)[] = [];
            for (const [index, column] of columns.entries())
              decoded.push(
                wanted.has(index) ? await readable(scan.readColumn({ column, rowStart, rowEnd })) : undefined,
              );
            for (let start = rowStart; start < rowEnd; start += ROWS_AT_ONCE)
              yield rowsOf(decoded, rowStart, start, Math.min(rowEnd, start + ROWS_AT_ONCE));
          }
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Columns turned into rows `[start, end)`; the columns begin at row `first`. */
const rowsOf = (columns: readonly (DecodedArray | undefined)[], first: number, start: number, end: number) =>
  Array.from({ length: end - start }, (_, i): TableRow => {
    const at = start - first + i;
    return { line: start + i + 1, cells: columns.map((column) => column?.[at]) };
  });

const readable = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw new TableError(`the Parquet file cannot be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  });
