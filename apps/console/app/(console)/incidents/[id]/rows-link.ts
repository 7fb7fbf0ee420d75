import type { Evidence, Filter } from '@plumbline/contracts';
import { isFilter } from '../../../../filters/filter';
import { paths, type RowsLink } from '../../../../lib/paths';

const time = (raw: unknown): string | undefined =>
  typeof raw === 'string'
    ? raw
    : typeof raw === 'number' && Number.isFinite(raw)
      ? new Date(raw).toISOString()
      : undefined;

type Part = { field: string; value: string | null };

/** The address of the rows that were judged, as they were known then; optionally of one slice of them. */
export const rowsLink = (model: string, e: Evidence, slice?: Part): string => paths.rows(model, judgedRows(e, slice));

/** Which rows these are. */
export function judgedRows(e: Evidence, slice?: Part): RowsLink & { from: string; to: string } {
  const q = e.rows_query;
  const filters = Array.isArray(q.filters) ? q.filters.filter(isFilter) : [];
  const extra: Filter[] = slice
    ? [
        slice.value === null
          ? { field: slice.field, op: 'is_null' }
          : { field: slice.field, op: 'eq', value: slice.value },
      ]
    : [];
  const same = (a: Filter, b: Filter) => a.field === b.field && a.op === b.op && a.value === b.value;
  return {
    from: time(q.from) ?? e.window.start,
    to: time(q.to) ?? e.window.end,
    filters: [...filters.filter((f) => !extra.some((x) => same(f, x))), ...extra],
    known_at: time(q.known_at) ?? e.known_at,
    order: q.order === 'error' || (q.order === undefined && e.kind === 'performance') ? 'error' : 'ts',
    ...(typeof q.version === 'string' ? { version: q.version } : {}),
  };
}
