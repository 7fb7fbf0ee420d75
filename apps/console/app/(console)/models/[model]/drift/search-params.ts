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
  return span <= 2 * DAY ? '1h' : span <= 120 * DAY ? '1d' : '7d';
}

/** What to compare with: the newest reference, a named one, or the range just before this one. */
export type Against = { kind: 'default' } | { kind: 'named'; name: string } | { kind: 'before' };
export function parseAgainst(raw: string | null): Against {
  if (!raw) return { kind: 'default' };
  return raw === 'before' ? { kind: 'before' } : { kind: 'named', name: raw.replace(/^ref:/, '') };
}
export function referenceOf(against: Against, from: number, to: number): DriftQuestion['reference'] {
  if (against.kind === 'default') return undefined;
  if (against.kind === 'named') return against.name;
  return { from: iso(2 * from - to), to: iso(from) };
}
