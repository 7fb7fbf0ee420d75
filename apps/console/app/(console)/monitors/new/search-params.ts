import { type Filter, filter } from '@plumbline/contracts';

/** What a new monitor begins with. */
export type Asked = { model: string; metric: string; slice: Filter[] };
export const NOTHING: Asked = { model: '', metric: '', slice: [] };

const SLICE_MAX = 20;

/** `model`, `metric`, and `slice` as JSON of filters. What does not fit is left out, never an error page. */
export function parseAsked(get: (key: string) => string | null): Asked {
  return { model: get('model') ?? '', metric: get('metric') ?? '', slice: filtersOf(get('slice')) };
}

function filtersOf(raw: string | null): Filter[] {
  try {
    const listed: unknown = JSON.parse(raw ?? '[]');
    if (!Array.isArray(listed)) return [];
    return listed.flatMap((f) => filter.safeParse(f).data ?? []).slice(0, SLICE_MAX);
  } catch {
    return [];
  }
}
