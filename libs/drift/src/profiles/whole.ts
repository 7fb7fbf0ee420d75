import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import type { Grid } from '@plumbline/rows';
import type { StoredReference } from '../reference.js';
import {
  compareHours,
  computedWindows,
  HOUR_MS,
  hoursIn,
  type Part,
  type ProfiledHour,
  profiledHours,
} from './hours.js';

/** A range that profiles may answer: no filters, and nothing of what was known when. */
export type KeptRange = {
  from: number;
  to: number;
  version?: string;
  /** Windows of any length, aligned anywhere, or the range as one. */
  granularity: Grid | 'all';
  nowMs: number;
  /** Labels are asked for as well. */
  labelled: boolean;
  /** Starts of computed windows whose rows have changed since. */
  dirty: ReadonlySet<number>;
  /** Below so many predictions the rows themselves are as quick, and exact. */
  rowsMin?: number;
};

const ROWS_MIN = 50_000;
/** The hours of the range that lie within one of its windows and whose profiles say what their rows say; null if rows should answer. */
export async function wholeHours(
  store: EventStore,
  model: ModelContext,
  reference: StoredReference,
  range: KeptRange,
  parts: readonly Part[],
): Promise<{ hours: Set<number>; profiled: Record<Part, ProfiledHour[]> } | null> {
  const of = async (part: Part) => (parts.includes(part) ? profiledHours(store, model, reference, part, range) : []);
  const [computed, predictions, labels] = await Promise.all([
    computedWindows(store, model, range),
    of('predictions'),
    of('labels'),
  ]);
  const profiled = { predictions, labels };
  const windows = computed.filter((w) => range.version === undefined || w.version === range.version);
  const rows = windows.reduce((sum, w) => sum + w.predictions, 0);
  if (rows < (range.rowsMin ?? ROWS_MIN)) return null;
  const bad = new Set(range.dirty);
  for (const part of parts)
    for (const { window } of compareHours(model, windows, profiled[part], part).other) bad.add(window.start);
  const good = new Set(windows.map((w) => w.start).filter((start) => !bad.has(start)));
  const hours = [...good]
    .flatMap((start) => hoursIn(model, start))
    .filter(
      (hour) =>
        hour >= range.from && hour + HOUR_MS <= range.to && startOf(range, hour) === startOf(range, hour + HOUR_MS - 1),
    );
  if (hours.length === 0) return null;
  const whole = new Set(hours);
  const mine = (h: ProfiledHour) => whole.has(h.hour) && (range.version === undefined || h.version === range.version);
  return { hours: whole, profiled: { predictions: predictions.filter(mine), labels: labels.filter(mine) } };
}

/** Start of the window of a range that holds `ms`. */
export function startOf({ granularity: grid, from }: Pick<KeptRange, 'granularity' | 'from'>, ms: number): number {
  if (grid === 'all') return from;
  return Math.floor((ms - grid.shiftMs) / grid.stepMs) * grid.stepMs + grid.shiftMs;
}

/** All hours that a range touches. */
export const hoursOf = ({ from, to }: { from: number; to: number }): number[] => {
  const first = Math.floor(from / HOUR_MS) * HOUR_MS;
  return Array.from({ length: Math.ceil((to - first) / HOUR_MS) }, (_, i) => first + i * HOUR_MS);
};
