import type { Filter } from '@plumbline/contracts';
import type { DriftQuestion } from '../../../../../lib/api';
import type { Step } from '../../../../../lib/range';
import { iso } from '../../../../../lib/time';

/** Which feature's drawer is open, and at which window. */
export function parseFocus(get: (key: string) => string | null): { feature: string; start: number | null } | null {
  const feature = get('feature');
  if (!feature) return null;
  const start = Date.parse(get('start') ?? '');
  return { feature, start: Number.isFinite(start) ? start : null };
}

export const MEASURES = ['psi', 'js_distance', 'hellinger'] as const;
export type HeatMeasure = (typeof MEASURES)[number];
export const parseMeasure = (raw: string | null): HeatMeasure =>
  MEASURES.includes(raw as HeatMeasure) ? (raw as HeatMeasure) : 'psi';

const DAY = 86_400_000;
/** Drift needs more rows than a metric does, and a heatmap cell some width: about fifty windows, hours only within two days. */
export function driftStep(from: number, to: number, chosen: Step | 'auto'): Step {
  if (chosen !== 'auto') return chosen;
  const span = to - from;
  return span <= 2 * DAY ? '1h' : span <= 60 * DAY ? '1d' : '7d';
}

/** What to compare with: the newest reference, a named one, the range just before this one, or each window's own past. */
export type Against = { kind: 'default' } | { kind: 'named'; name: string } | { kind: 'before' | 'week' | 'trailing' };
export const PAST = [
  { value: 'before', label: 'the range before' },
  { value: 'week', label: 'the same hours a week earlier' },
  { value: 'trailing', label: 'the 28 days before each window' },
] as const;
export function parseAgainst(raw: string | null): Against {
  if (!raw) return { kind: 'default' };
  const past = PAST.find((p) => p.value === raw);
  return past ? { kind: past.value } : { kind: 'named', name: raw.replace(/^ref:/, '') };
}
export function referenceOf(against: Against, from: number, to: number): DriftQuestion['reference'] {
  if (against.kind === 'default') return undefined;
  if (against.kind === 'named') return against.name;
  if (against.kind === 'trailing') return { trailing: '28d' };
  if (against.kind === 'week') return { previous: '7d' };
  return { from: iso(2 * from - to), to: iso(from) };
}

/** A slice is held against the same slice: the whole reference would differ in what makes the slice. */
export const sliceOf = (filters: Filter[]): Pick<DriftQuestion, 'filters' | 'same_slice'> =>
  filters.length > 0 ? { filters, same_slice: true } : {};
