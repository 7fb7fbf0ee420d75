import type { Filter, RowOrder } from '@plumbline/contracts';
import type { EventsQuestion } from '../../../../../lib/api';
import type { RowsLink } from '../../../../../lib/paths';

export const OPS: { op: Filter['op']; label: string; value: 'one' | 'many' | 'none' }[] = [
  { op: 'eq', label: '=', value: 'one' },
  { op: 'ne', label: '≠', value: 'one' },
  { op: 'gt', label: '>', value: 'one' },
  { op: 'gte', label: '≥', value: 'one' },
  { op: 'lt', label: '<', value: 'one' },
  { op: 'lte', label: '≤', value: 'one' },
  { op: 'in', label: 'is one of', value: 'many' },
  { op: 'not_in', label: 'is none of', value: 'many' },
  { op: 'is_null', label: 'is missing', value: 'none' },
  { op: 'not_null', label: 'is not missing', value: 'none' },
  { op: 'is_not_null', label: 'is not missing', value: 'none' },
];

/** The question of a link. What does not fit is left out, never an error page. `q`, all of it as one JSON, is understood too. */
export function parseRows(get: (key: string) => string | null): RowsLink {
  const q = { ...object(get('q')) };
  for (const key of ['from', 'to', 'version', 'known_at', 'order', 'seed']) {
    const value = get(key);
    if (value !== null) q[key] = value;
  }
  const raw = get('filters');
  const listed = raw === null ? q.filters : json(raw);
  const filters = Array.isArray(listed) ? listed.filter(isFilter) : [];
  return {
    ...(text(q.from) ? { from: text(q.from) } : {}),
    ...(text(q.to) ? { to: text(q.to) } : {}),
    ...(filters.length > 0 ? { filters } : {}),
    ...(text(q.version) !== undefined ? { version: text(q.version) } : {}),
    ...(text(q.known_at) ? { known_at: text(q.known_at) } : {}),
    ...(isOrder(q.order) ? { order: q.order } : {}),
    ...(isSeed(Number(q.seed)) ? { seed: Number(q.seed) } : {}),
  };
}

/** The question to the server, in the range of the page. */
export function rowsQuestion(link: RowsLink, range: { from: string; to: string }, limit = 50): EventsQuestion {
  return {
    from: range.from,
    to: range.to,
    filters: link.filters ?? [],
    order: link.order ?? 'ts',
    ...(link.seed === undefined ? {} : { seed: link.seed }),
    limit,
    ...(link.version === undefined ? {} : { version: link.version }),
    ...(link.known_at === undefined ? {} : { known_at: link.known_at }),
  };
}

export const filterText = (f: Filter): string => {
  const field = f.field.replace(/^(features|tags)\./, '');
  const op = OPS.find((o) => o.op === f.op);
  if (op?.value === 'none') return `${field} ${op.label}`;
  return `${field} ${op?.label ?? f.op} ${Array.isArray(f.value) ? f.value.join(', ') : String(f.value)}`;
};

/** What was typed, as the operator needs it: a list for `in`, a number to compare as numbers. Null if it cannot be. */
export function makeFilter(field: string, op: Filter['op'], typed: string): Filter | null {
  const kind = OPS.find((o) => o.op === op)?.value;
  if (!field || !kind) return null;
  if (kind === 'none') return { field, op };
  if (kind === 'many') {
    const values = typed
      .split(',')
      .map((v) => v.trim())
      .filter(Boolean);
    return values.length > 0 ? { field, op, value: values } : null;
  }
  if (typed.trim() === '') return null;
  if (['gt', 'gte', 'lt', 'lte'].includes(op))
    return Number.isFinite(Number(typed)) ? { field, op, value: Number(typed) } : null;
  return { field, op, value: typed.trim() };
}

function json(raw: string | null): unknown {
  try {
    return JSON.parse(raw ?? 'null');
  } catch {
    return null;
  }
}
function object(raw: string | null): Record<string, unknown> {
  const parsed = json(raw);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    ? (parsed as Record<string, unknown>)
    : {};
}
const text = (raw: unknown): string | undefined =>
  typeof raw === 'string' ? raw : typeof raw === 'number' ? new Date(raw).toISOString() : undefined;
const ORDERS: readonly RowOrder[] = ['ts', 'error', 'random', 'boundary'];
const isOrder = (raw: unknown): raw is RowOrder => ORDERS.includes(raw as RowOrder);
const isSeed = (n: number): boolean => Number.isInteger(n) && n > 0 && n <= 0xffff_ffff;
const isFilter = (raw: unknown): raw is Filter =>
  typeof raw === 'object' &&
  raw !== null &&
  'field' in raw &&
  typeof raw.field === 'string' &&
  'op' in raw &&
  OPS.some((o) => o.op === raw.op);
