import type { RowOrder } from '@plumbline/contracts';
import { isFilter } from '../../../../../filters/filter';
import type { EventsQuestion } from '../../../../../lib/api';
import type { RowsLink } from '../../../../../lib/paths';

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
