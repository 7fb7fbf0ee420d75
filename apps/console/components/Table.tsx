'use client';

import { Fragment, type MouseEvent, type ReactNode, useMemo, useState } from 'react';
import { Icon } from './icons';
import { sortRows } from './table-sort';
import { useColumnWidths } from './useColumnWidths';

export type Column<T> = {
  key: string;
  header: string;
  tip?: string;
  cell: (row: T) => ReactNode;
  /** Present = the header sorts; nulls go last either way. */
  sort?: (row: T) => number | string | null;
  csv?: (row: T) => string | number | boolean | null | undefined;
  align?: 'right';
  className?: string;
  /** On a narrow screen: a line of its own, or left out. */
  narrow?: 'wide' | 'omit';
};
export type Sort = { key: string; descending: boolean };

/** The one table: sorting with aria, columns that can be made wider, rows that open, CSV, cards on narrow screens, details under a row. */
export function Table<T>({
  rows,
  columns,
  rowKey,
  caption,
  onOpen,
  initialSort,
  cards = false,
  details,
  maxHeight,
}: {
  rows: T[];
  columns: Column<T>[];
  rowKey: (row: T) => string;
  caption: string;
  /** A click anywhere on the row; the keyboard way is the link in the first cell. */
  onOpen?: (row: T) => void;
  initialSort?: Sort;
  cards?: boolean;
  details?: (row: T) => ReactNode;
  maxHeight?: string;
}) {
  const [sort, setSort] = useState<Sort | null>(initialSort ?? null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const widths = useColumnWidths();
  const sorted = useMemo(() => {
    const by = sort ? columns.find((c) => c.key === sort.key)?.sort : undefined;
    return by && sort ? sortRows(rows, by, sort.descending) : rows;
  }, [rows, columns, sort]);

  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  const click = (event: MouseEvent, row: T) => {
    if (event.target instanceof Element && event.target.closest('a,button,input,label,select')) return;
    if (window.getSelection()?.toString()) return;
    if (details) toggle(rowKey(row));
    else onOpen?.(row);
  };
  const clickable = details || onOpen;

  return (
    <div className="min-w-0">
      <div
        className="overflow-x-auto"
        {...(maxHeight && {
          style: { maxHeight, overflowY: 'auto' },
          // What scrolls can be scrolled by keyboard.
          tabIndex: 0,
          role: 'region',
          'aria-label': caption,
        })}
      >
        <table className={`w-full border-collapse text-sm ${cards ? 'as-cards' : ''}`}>
          <caption className="sr-only">{caption}</caption>
          <thead className={maxHeight ? 'sticky top-0 z-10 bg-surface' : ''}>
            <tr>
              {details && <th className="w-8 border-b border-line" aria-label="Details" />}
              {columns.map((c) => {
                const active = sort?.key === c.key;
                return (
                  <th
                    key={c.key}
                    scope="col"
                    aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : undefined}
                    style={widths.styleOf(c.key)}
                    className={`group/th relative border-b border-line px-2.5 py-2 text-xs font-medium whitespace-nowrap text-faint first:pl-4 last:pr-4 ${c.align === 'right' ? 'text-right' : 'text-left'} ${widths.resized(c.key) ? 'overflow-hidden' : ''}`}
                  >
                    {c.sort ? (
                      <button
                        type="button"
                        data-tip={c.tip}
                        onKeyDown={widths.onKeyDown(c.key)}
                        onClick={() => setSort({ key: c.key, descending: active ? !sort.descending : false })}
                        className={`group inline-flex items-center gap-1 align-middle hover:text-text ${active ? 'text-text' : ''} ${c.align === 'right' ? 'flex-row-reverse' : ''}`}
                      >
                        {c.header}
                        <Icon
                          name="up"
                          size={11}
                          className={`transition-transform ${active ? '' : 'opacity-0 group-hover:opacity-60 group-focus-visible:opacity-60'} ${active && sort.descending ? 'rotate-180' : ''}`}
                        />
                      </button>
                    ) : (
                      <span data-tip={c.tip} className="align-middle">
                        {c.header}
                      </span>
                    )}
                    {c !== columns.at(-1) && (
                      <span
                        aria-hidden="true"
                        {...widths.handle(c.key)}
                        className="absolute inset-y-1.5 -right-1 z-1 w-2 cursor-col-resize touch-none border-r border-transparent group-hover/th:border-line-strong hover:border-accent! max-lg:hidden"
                      />
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {sorted.map((row) => {
              const key = rowKey(row);
              const expanded = open.has(key);
              return (
                <Fragment key={key}>
                  <tr
                    onClick={clickable ? (e) => click(e, row) : undefined}
                    className={`border-b border-line last:border-b-0 ${clickable ? 'cursor-pointer hover:bg-hover' : ''} ${expanded ? 'bg-hover' : ''}`}
                  >
                    {details && (
                      <td className="toggle w-8 pl-3 align-middle">
                        <button
                          type="button"
                          aria-expanded={expanded}
                          aria-label={expanded ? 'Hide details' : 'Show details'}
                          onClick={() => toggle(key)}
                          className="flex size-6 items-center justify-center rounded text-faint hover:text-text"
                        >
                          <Icon
                            name="chevron"
                            size={13}
                            className={`transition-transform ${expanded ? 'rotate-90' : ''}`}
                          />
                        </button>
                      </td>
                    )}
                    {columns.map((c) => (
                      <td
                        key={c.key}
                        data-label={c.header}
                        style={widths.styleOf(c.key)}
                        className={`${widths.resized(c.key) ? 'overflow-hidden text-ellipsis' : ''} px-2.5 py-2 align-middle first:pl-4 last:pr-4 ${c.align === 'right' ? 'text-right' : ''} ${c.narrow ?? ''} ${c.className ?? ''}`}
                      >
                        {c.cell(row)}
                      </td>
                    ))}
                  </tr>
                  {details && expanded && (
                    <tr className="border-b border-line bg-sunken last:border-b-0">
                      <td className="wide" colSpan={columns.length + 1}>
                        {details(row)}
                      </td>
                    </tr>
                  )}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}
