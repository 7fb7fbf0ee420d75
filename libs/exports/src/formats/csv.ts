import type { ModelContext } from '@plumbline/control';
import type { Binds } from '@plumbline/rows';
import type { Column } from '../layout.js';
import { type Cell, cellSql } from './cells.js';

/** What a spreadsheet takes for the start of a formula. */
const FORMULA = '^[=+@\\t\\r-]';

/** Cells of a CSV: embeddings as JSON; with `safe` no text begins a formula. */
export function csvCells(columns: readonly Column[], model: ModelContext, binds: Binds, safe: boolean): Cell[] {
  return columns.map((column) => {
    const { sql, needs } = cellSql(column, model, binds);
    if (column.type === 'embedding') return { sql: `if(empty(${sql}), NULL, toJSONString(${sql}))`, needs };
    if (column.type !== 'text' || !safe) return { sql, needs };
    return { sql: `if(match(${sql}, ${binds.bind(FORMULA, 'String')}), concat('\\'', ${sql}), ${sql})`, needs };
  });
}

export const csvHeader = (columns: readonly Column[], safe: boolean): Buffer =>
  Buffer.from(`${columns.map(({ name }) => quoted(safe && /^[=+@\t\r-]/.test(name) ? `'${name}` : name)).join(',')}\n`);

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
