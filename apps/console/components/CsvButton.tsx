'use client';

import { download, toCsv } from '@/lib/csv';
import { Button } from './Button';
import type { Column } from './Table';

/** The rows of a table as a file: raw numbers, not the rounded ones on screen. */
export function CsvButton<T>({ name, columns, rows }: { name: string; columns: Column<T>[]; rows: T[] }) {
  const kept = columns.filter((c) => c.csv);
  return (
    <Button
      look="ghost"
      icon="download"
      label="Download CSV"
      onClick={() =>
        download(
          `${name}.csv`,
          toCsv(
            kept.map((c) => c.header),
            rows.map((row) => kept.map((c) => c.csv!(row))),
          ),
        )
      }
    />
  );
}
