import type { EventStore } from '@plumbline/clickhouse';
import { type Filter, iso, type Onset, type SliceLoss } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { lossOverTime } from '@plumbline/slices';
import { type BinSums, changePoint } from '@plumbline/stats';

const MINUTE_MS = 60_000;
/** Bins of time that people would choose, in minutes. */
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 180, 360, 720, 1440];
const BINS = 400;
/** A split that this share of permutations reaches is an onset. */
const P_MAX = 0.01;

export type OnsetAsked = {
  loss: SliceLoss;
  field?: string;
  filters: readonly Filter[];
  version?: string;
  knownAt?: number;
  from: number;
  to: number;
};
export type Found = Onset & { atMs: number; stepMs: number };
type Grid = { from: number; to: number; stepMs: number };

/** A step with which a range has at most 400 bins. */
export const stepOf = (rangeMs: number): number =>
  (STEPS.find((m) => rangeMs / (m * MINUTE_MS) <= BINS) ?? Math.ceil(rangeMs / (BINS * 1440 * MINUTE_MS)) * 1440) *
  MINUTE_MS;

/** When the mean loss rose for good, from its sums per bin of time; null if that may well be chance. */
export function onsetOf(
  store: EventStore,
  model: ModelContext,
  { loss, field, filters, version, knownAt, ...range }: OnsetAsked,
  nowMs: number,
): Promise<Found | null> {
  const q = { filters: [...filters], version, known_at: knownAt, as_of: undefined, field };
  return onsetIn(range, 'up', (grid) => lossOverTime(store, model, loss, q, grid, nowMs));
}

/** When a series changed for good, asked for in bins that people would choose. */
export async function onsetIn(
  range: { from: number; to: number },
  direction: 'up' | 'down',
  series: (grid: Grid) => Promise<BinSums[] | null>,
): Promise<Found | null> {
  const stepMs = stepOf(range.to - range.from);
  const from = Math.floor(range.from / stepMs) * stepMs;
  const bins = await series({ from, to: range.to, stepMs });
  const found = bins && changePoint(bins, { direction });
  if (!found || found.p > P_MAX) return null;
  const atMs = from + found.at * stepMs;
  return { at: iso(atMs), before: found.before, after: found.after, p_value: found.p, atMs, stepMs };
}
