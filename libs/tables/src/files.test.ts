import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openParquet, readCsv, TableError, type TableRow } from './index.js';

async function* chunks(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}
async function all(rows: AsyncIterable<TableRow[]>): Promise<TableRow[]> {
  const out: TableRow[] = [];
  for await (const portion of rows) out.push(...portion);
  return out;
}

describe('CSV', () => {
  it.each([1, 7, 1_000])('in pieces of %d bytes: quotes, line ends, blank lines, a byte order mark', async (size) => {
    const text = '\ufeffa,b\r\n1,"x, ""y"""\r\n\r\n2,"two\nlines"\r\n3,é\r\n4\r\n';
    const rows = await all(readCsv(chunks(text, Math.max(size, 4))));
    expect(rows).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', 'x, "y"'] },
      { line: 4, cells: ['2', 'two\nlines'] },
      { line: 6, cells: ['3', 'é'] },
      { line: 7, cells: ['4'] },
    ]);
  });

  it.each([';', '\t'])('may be separated by %j', async (delimiter) => {
    const rows = await all(readCsv(chunks(['a', 'b, c', 'd'].join(delimiter), 100)));
    expect(rows[0]?.cells).toEqual(['a', 'b, c', 'd']);
  });

  it('gives out every row once when there are many portions', async () => {
    const text = `n\n${Array.from({ length: 5_432 }, (_, i) => i).join('\n')}`;
    const rows = await all(readCsv(chunks(text, 997)));
    expect(rows.slice(1).map((r) => Number(r.cells[0]))).toEqual(Array.from({ length: 5_432 }, (_, i) => i));
  });

  it('that ends within a quote is an error that says where; an empty one has no rows', async () => {
    await expect(all(readCsv(chunks('a\n1\n"2', 3)))).rejects.toThrow(TableError);
    expect(await all(readCsv(chunks('', 1)))).toEqual([]);
  });

  it('hands on what breaks its source', async () => {
    async function* broken() {
      yield Buffer.from('a,b\n');
      throw new Error('the disk');
    }
    await expect(all(readCsv(broken()))).rejects.toThrow('the disk');
  });
});

describe('Parquet', () => {
  const ROWS = 45_000;
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plumbline-tables-'));
    path = join(folder, 'a.parquet');
    const numbers = Array.from({ length: ROWS }, (_, i) => i);
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'id', data: numbers.map((i) => `p${i}`), type: 'STRING' },
        { name: 'n', data: numbers.map((i) => (i % 10 === 0 ? null : i / 2)), type: 'DOUBLE' },
        { name: 'big', data: numbers.map(BigInt), type: 'INT64' },
        { name: 'at', data: numbers.map((i) => new Date(i)), type: 'TIMESTAMP' },
      ],
      rowGroupSize: 30_000,
    });
    await writeFile(path, Buffer.from(bytes));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is read from any row, over the borders of row groups', async () => {
    const table = await openParquet(path);
    try {
      expect([table.columns, table.rows]).toEqual([['id', 'n', 'big', 'at'], ROWS]);
      const rows = await all(table.read(29_990));
      expect(rows).toHaveLength(ROWS - 29_990);
      expect(rows[0]).toEqual({ line: 29_991, cells: ['p29990', null, 29_990n, new Date(29_990)] });
      expect(rows.at(-1)?.cells.slice(0, 2)).toEqual([`p${ROWS - 1}`, (ROWS - 1) / 2]);
      expect((await all(table.read())).map((r) => r.cells[2])).toEqual(
        Array.from({ length: ROWS }, (_, i) => BigInt(i)),
      );
    } finally {
      await table.close();
    }
  });

  it('decodes only the columns that are wanted', async () => {
    const table = await openParquet(path);
    const rows = await all(table.read(ROWS - 1, new Set([2]))).finally(() => table.close());
    expect(rows[0]?.cells).toEqual([undefined, undefined, BigInt(ROWS - 1), undefined]);
  });

  it('that is none is an error', async () => {
    const other = join(folder, 'b.parquet');
    await writeFile(other, 'PAR1 but nothing else PAR1');
    await expect(openParquet(other)).rejects.toThrow(TableError);
  });
});
