'use client';

import { type ReactNode, useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Table } from '@/components/Table';
import { download, toCsv } from '@/lib/csv';
import { number } from '@/lib/format';

type Cell = string | number | null;
/** The numbers of a picture: raw for CSV, with a way to write them for people. */
export type ChartTable = { columns: { header: string; text?: (value: Cell) => string }[]; rows: Cell[][] };

/** A chart in a card, with its numbers one button away as a table and as CSV. */
export function ChartCard({
  title,
  note,
  name,
  table,
  children,
  actions,
  legend,
  bar,
}: {
  title: string;
  note?: ReactNode;
  /** File name of the CSV. */
  name: string;
  table: ChartTable;
  children: ReactNode;
  actions?: ReactNode;
  legend?: ReactNode;
  /** Choices above chart and table alike. */
  bar?: ReactNode;
}) {
  const [asTable, setAsTable] = useState(false);
  return (
    <Card
      flush
      title={title}
      note={note}
      actions={
        <>
          {actions}
          <Button
            look="ghost"
            icon={asTable ? 'chart' : 'table'}
            label={asTable ? 'Show as chart' : 'Show as table'}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          />
          <Button
            look="ghost"
            icon="download"
            label="Download CSV"
            onClick={() =>
              download(
                `${name}.csv`,
                toCsv(
                  table.columns.map((c) => c.header),
                  table.rows,
                ),
              )
            }
          />
        </>
      }
    >
      {bar}
      {asTable ? (
        <Table
          caption={title}
          maxHeight="26rem"
          rows={table.rows}
          rowKey={(row) => String(row[0])}
          columns={table.columns.map((c, i) => ({
            key: c.header,
            header: c.header,
            align: typeof table.rows.find((r) => r[i] !== null)?.[i] === 'number' ? ('right' as const) : undefined,
            sort: (row: Cell[]) => row[i] ?? null,
            className: 'whitespace-nowrap',
            cell: (row: Cell[]) =>
              c.text ? c.text(row[i] ?? null) : typeof row[i] === 'string' ? row[i] : number(row[i] as number | null),
          }))}
        />
      ) : (
        <>
          {legend && (
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 pt-3 text-xs text-muted">{legend}</div>
          )}
          {children}
        </>
      )}
    </Card>
  );
}

type Mark = 'line' | 'dashed' | 'dotted' | 'band' | 'bar' | 'hollow' | 'ring' | 'deploy' | 'incident' | 'shade' | 'dot';
export function LegendItem({ mark, colour, children }: { mark: Mark; colour: string; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <svg width="18" height="10" viewBox="0 0 18 10" aria-hidden="true">
        <LegendMark mark={mark} colour={colour} />
      </svg>
      {children}
    </span>
  );
}

function LegendMark({ mark, colour }: { mark: Mark; colour: string }) {
  switch (mark) {
    case 'band':
      return <rect width="18" height="8" y="1" rx="1.5" fill={colour} opacity="0.22" />;
    case 'shade':
      return <rect width="18" height="10" rx="1.5" fill={colour} />;
    case 'bar':
      return <rect width="12" height="10" x="3" rx="1.5" fill={colour} />;
    case 'hollow':
      return <rect width="12" height="8" x="3" y="1" rx="1.5" fill="none" stroke={colour} strokeWidth="1.5" />;
    case 'deploy':
      return <path d="M9 0.5 13.5 5 9 9.5 4.5 5z" fill={colour} />;
    case 'incident':
      return <path d="M9 0.5 14 9.5H4z" fill={colour} />;
    case 'ring':
      return <circle cx="9" cy="5" r="3" fill="none" stroke={colour} strokeWidth="1.5" />;
    case 'dot':
      return <circle cx="9" cy="5" r="3" fill={colour} />;
    default:
      return (
        <line
          x1="0"
          x2="18"
          y1="5"
          y2="5"
          stroke={colour}
          strokeWidth="2"
          strokeDasharray={mark === 'line' ? undefined : mark === 'dashed' ? '5 3' : '2 2.5'}
        />
      );
  }
}
