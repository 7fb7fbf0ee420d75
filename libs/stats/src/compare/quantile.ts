import { wilson } from '../intervals/proportion.js';
import { robustSpread } from '../intervals/robust.js';

/** What a quantile of a positive quantity (a response time) was in earlier windows, and up to where it is as usual. */
export interface UsualQuantile {
  usual: number;
  limit: number;
}
export interface UsualQuantileOptions {
  /** Relative growth that does not matter. */
  tolerance?: number;
  /** Half-width of the band in robust standard deviations of the windows. */
  factor?: number;
}

const WINDOWS_MIN = 3;
/** Two-sided 99 %. */
const Z99 = 2.5758293035489004;

/**
 * The usual quantile and its limit, from the same quantile of earlier windows: how much they differ among themselves is part of the
 * limit, because rows of one window are not independent and an interval from its rows alone is too narrow.
 *
 * Formula: on the logarithmic scale c = median, s = 1.4826 b_n MAD, limit = exp(c + max(ln(1 + tolerance), factor s √(1 + π/2n))).
 * Shapes: the quantile of each earlier window, any order. Units: those of the values. Domain: values > 0, at least three of
 * them, otherwise null. Errors: RangeError for a value that is not positive.
 * Source: Croux and Rousseeuw (1992) for the MAD in small samples.
 */
export function usualQuantile(earlier: readonly number[], options: UsualQuantileOptions = {}): UsualQuantile | null {
  const { tolerance = 0.1, factor = 3 } = options;
  const bad = earlier.find((q) => !(q > 0) || !Number.isFinite(q));
  if (bad !== undefined) throw new RangeError(`not a positive value: ${bad}`);
  const n = earlier.length;
  if (n < WINDOWS_MIN) return null;
  const { centre, spread } = robustSpread(earlier.map(Math.log));
  const half = Math.max(Math.log1p(tolerance), factor * spread * Math.sqrt(1 + Math.PI / 2 / n));
  return { usual: Math.exp(centre), limit: Math.exp(centre + half) };
}

/**
 * Whether the quantile at `level` lies above a limit beyond doubt: more than 1 - level of the rows do, by the whole interval.
 *
 * Formula: Wilson's lower limit (default 99 %, two-sided) of beyond / n > 1 - level. A sign test: distribution-free.
 * Shapes: rows above the limit, rows. Domain: no rows: false. Errors: RangeError as in wilson, and for a level not within (0, 1).
 */
export function quantileAbove(beyond: number, n: number, level: number, z: number = Z99): boolean {
  if (!(level > 0 && level < 1)) throw new RangeError(`the level is between 0 and 1, got ${level}`);
  const { low } = wilson(beyond, n, z);
  return low !== null && low > 1 - level;
}
