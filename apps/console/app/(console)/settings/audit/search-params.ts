import type { AuditFilter } from '@/lib/settings';
import { AREAS } from './told';

const HOUR_MS = 3_600_000;
export const SPANS = { '24h': 24, '7d': 168, '30d': 720, all: null } as const;
export type Span = keyof typeof SPANS;

export type AuditView = { q: string; area: string; actor: string; span: Span };

export function parseView(params: URLSearchParams): AuditView {
  const area = params.get('area') ?? '';
  const span = params.get('span') ?? 'all';
  return {
    q: (params.get('q') ?? '').slice(0, 200),
    area: (AREAS as readonly string[]).includes(area) ? area : '',
    actor: (params.get('actor') ?? '').slice(0, 200),
    span: span in SPANS ? (span as Span) : 'all',
  };
}

/** What is asked for a view. The start is cut to the minute, so that the same view is the same question for a while. */
export function filterOf(view: AuditView, nowMs: number): AuditFilter {
  const hours = SPANS[view.span];
  const from = hours === null ? undefined : Math.floor(nowMs / 60_000) * 60_000 - hours * HOUR_MS;
  return {
    ...(view.q.trim() ? { q: view.q.trim() } : {}),
    ...(view.area ? { action: view.area } : {}),
    ...(view.actor ? { actor: view.actor } : {}),
    ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
  };
}
