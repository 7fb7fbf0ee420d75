import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openParquet, readCsv } from '@plumbline/tables';
import { ndjsonRows } from './ndjson.js';
import type { Row } from './rows.js';
import type { Input } from './sniff.js';
import { csvRows, planFor, rowOf, type TableRules } from './table.js';

/** The rows of an input in order, whatever its format. */
export type Source = {
  rows: AsyncIterable<Row[]>;
  /** How much of the input was read; undefined if its size is not known. */
  fraction(): number | undefined;
  close(): Promise<void>;
};
export type SourceRules = Omit<TableRules, 'name'>;

export function openSource(input: Input, given: SourceRules): Source {
  const rules = { ...given, name: input.name };
  if (input.format === 'parquet') return parquetSource(input, rules);
  const { bytes, fraction } = input.open('inflated');
  return {
    rows: input.format === 'csv' ? csvRows(readCsv(bytes), rules) : ndjsonRows(bytes, rules),
    fraction,
    async close() {
      bytes.destroy();
    },
  };
}

function parquetSource(input: Input, rules: TableRules): Source {
  let folder: string | undefined;
  let done = 0;
  let rows = 0;
  const read = async function* (): AsyncGenerator<Row[]> {
    let path = input.file!.path;
    if (input.gzip) {
      // Parquet is read from its end, so it has to be inflated somewhere first.
      folder = await mkdtemp(join(tmpdir(), 'plumbline-import-'));
      path = join(folder, 'inflated.parquet');
      await pipeline(input.open('inflated').bytes, createWriteStream(path));
    }
    const table = await openParquet(path);
    try {
      const plan = planFor(table.columns, rules);
      rows = table.rows;
      const wanted = new Set(plan.cells.map(({ index }) => index));
      for await (const portion of table.read(rules.skip ?? 0, wanted)) {
        yield portion.map((row) => rowOf(row, plan, rules, table.columns.length));
        done = portion.at(-1)?.line ?? done;
      }
    } finally {
      await table.close();
    }
  };
  return {
    rows: read(),
    fraction: () => (rows === 0 ? undefined : done / rows),
    async close() {
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
}
