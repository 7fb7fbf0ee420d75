import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';

/** A row of a table; `line` counts from 1, in a Parquet file it is the number of the row. */
export type TableRow = { line: number; cells: readonly unknown[] };

export const CSV_RECORD_MAX = 4 * 1024 * 1024;
const ROWS_AT_ONCE = 1_000;

/** The file is not what it seems to be; the message says where. */
export class TableError extends Error {
  override name = 'TableError';
}

/** Rows of a CSV in portions, first the header. Memory does not grow with the file; a row may have too few or too many cells. */
export async function* readCsv(bytes: AsyncIterable<Buffer>): AsyncGenerator<TableRow[]> {
  const chunks = bytes[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(first.value),
    relax_column_count: true,
    max_record_size: CSV_RECORD_MAX,
  });
  pipeline(startingWith(first.value, chunks), parser, () => {});
  let line = 0;
  let portion: TableRow[] = [];
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      line++;
      // Blank lines and line ends within quotes count too, as in an editor.
      if (cells.length > 1 || cells[0] !== '') portion.push({ line, cells });
      for (const cell of cells) if (cell.includes('\n')) line += cell.split('\n').length - 1;
      if (portion.length < ROWS_AT_ONCE) continue;
      yield portion;
      portion = [];
    }
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('CSV_'))
      throw new TableError(`the CSV cannot be read after line ${line}: ${(error as Error).message}`, { cause: error });
    throw error;
  }
  if (portion.length > 0) yield portion;
}

async function* startingWith(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Comma, semicolon or tab: whichever the header has most of. */
function delimiterOf(start: Buffer): string {
  const header = start.toString('utf8', 0, 65_536).split('\n', 1)[0] ?? '';
  const count = (delimiter: string) => header.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best));
}
