import { normalQuantile } from '@plumbline/stats';

export type Side = 'above' | 'below';
export type Series = readonly (number | null)[];
export type Noise = { low: number; usual: number; high: number };

/** The range of a value, and what a threshold on a side is at least: beyond it something matters at all. */
export type Limits = { min: number; max: number; least?: Partial<Record<Side, number>> };
const NO_LIMITS: Limits = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

/** Values that must be known before anything is said about noise. */
export const KNOWN_MIN = 8;
/** Median absolute deviation of a normal distribution, as a share of its standard deviation. */
const MAD_NORMAL = 0.6744897501960817;
const Z95 = 1.959963984540054;
/** Spread of values that never differ, as a share of their size. */
const SPREAD_MIN = 0.005;
const SD_MIN = 1e-9;

const median = (sorted: readonly number[]): number => {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** Median and standard deviation of the undisturbed part: by the median absolute deviation, so that a fault in the history does not widen it. */
function spreadOf(values: readonly number[]): { usual: number; sd: number } {
  const usual = median(ascending(values));
  const sd = median(ascending(values.map((v) => Math.abs(v - usual)))) / MAD_NORMAL;
  return { usual, sd: Math.max(sd, Math.abs(usual) * SPREAD_MIN, SD_MIN) };
}

/**
 * Where a judged value lies when nothing is wrong: its median and the central 95 %, taken for normal around it. Null with fewer than
 * eight known values. Source: Rousseeuw and Croux 1993 for the median absolute deviation.
 */
export function noiseOf(series: Series): Noise | null {
  const known = series.filter((v): v is number => v !== null);
  if (known.length < KNOWN_MIN) return null;
  const { usual, sd } = spreadOf(known);
  return { low: usual - Z95 * sd, usual, high: usual + Z95 * sd };
}

/**
 * The threshold that keeps to a false-alarm budget on this history. It is the milder of two that must both hold: the quantile of the
 * robust normal at the level of one look (what history is too short to show), and the smallest value that would have begun at most
 * `allowed` alarms in it (what is not normal about it); one alarm in the history is granted always, it may have been a real one.
 *
 * Shapes: `series` in the order of the looks, null without data. Units: those of the values. Domain: level in (0, 0.5), allowed >= 0, forCount >= 1.
 * Null with fewer than eight known values, and where all of them are zero, unless the limits say what matters. Nothing beyond the limits
 * is said.
 */
export function findThreshold(
  series: Series,
  {
    side,
    level,
    forCount,
    allowed,
    limits = NO_LIMITS,
  }: { side: Side; level: number; forCount: number; allowed: number; limits?: Limits },
): number | null {
  const sign = side === 'above' ? 1 : -1;
  const known = series.filter((v): v is number => v !== null).map((v) => sign * v);
  if (known.length < KNOWN_MIN) return null;
  const { usual, sd } = spreadOf(known);
  const byNoise = usual - normalQuantile(level) * sd;
  const flipped = series.map((v) => (v === null ? null : sign * v));
  const byHistory = smallestWithin(flipped, forCount, Math.max(1, Math.floor(allowed)));
  const least = limits.least?.[side];
  // Zeros alone tell nothing of how far from zero chance goes.
  if (usual === 0 && byHistory === 0 && sd <= SD_MIN) return least ?? null;
  const found = Math.min(limits.max, Math.max(limits.min, sign * Math.max(byNoise, byHistory)));
  if (least === undefined) return found;
  // A floor that the history itself is beyond would ring for what is usual.
  return side === 'above' || sign * byHistory >= least ? Math.max(found, least) : found;
}

/** A longer part of the history is not a fault but how it is. */
const FAULTY_MAX = 0.25;

/** The smallest of the known values above which at most `allowed` alarms would have begun. */
function smallestWithin(series: Series, forCount: number, allowed: number): number {
  const known = ascending(series.filter((v): v is number => v !== null)).reverse();
  const candidates = known.slice(0, Math.max(1, Math.ceil(FAULTY_MAX * known.length)));
  const within = [...new Set(candidates)].filter((c) => alarmsAbove(series, c, forCount) <= allowed);
  return within.at(-1)!;
}

/** Good values after which a further alarm is another problem, not the same one going on. */
const QUIET = 5;

/**
 * Problems that a threshold would have called: `forCount` values in a row above it; what begins again before five good values have
 * passed is the same problem. Without data nothing is concluded.
 */
export function alarmsAbove(series: Series, threshold: number, forCount: number): number {
  let alarms = 0;
  let inRow = 0;
  let good = QUIET;
  for (const v of series) {
    if (v === null) continue;
    inRow = v > threshold ? inRow + 1 : 0;
    if (inRow >= forCount) {
      if (good >= QUIET) alarms++;
      good = 0;
    } else if (inRow === 0) good++;
  }
  return alarms;
}
