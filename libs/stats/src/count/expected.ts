import { median } from 'simple-statistics';
import { robustSpread } from '../intervals/robust.js';

/** What a count should be, and the band outside which it is unusual. `null` when there is no history. */
export interface ExpectedCount {
  expected: number | null;
  /** A count below this (strictly) is unusually low; 0 when no count could be. */
  low: number | null;
  /** A count above this (strictly) is unusually high. */
  high: number | null;
}

/** How wide the band is. */
export interface ExpectedCountOptions {
  /** Half-width in standard deviations; 4 rings less than once in a thousand stationary looks. */
  factor?: number;
  /** Relative standard deviation that is always granted: real traffic is never a pure Poisson stream. */
  relativeFloor?: number;
}

/**
 * Expected count of a period and its band, from the counts of comparable periods (the same hour in earlier weeks).
 *
 * Formula: on the square-root scale, where a Poisson count has standard deviation 1/2 whatever its mean:
 * s = max(1/2, relativeFloor √c / 2, 1.4826 b_n MAD(√x)), half = factor s √(1 + π/(2n)) (the median's own error included), with c the
 * median (mean for n < 3); low = (√c - half)² - 1, high = (√c + half)² + 1, low not below 0. With fewer than three values
 * the MAD says nothing and the Poisson and relative parts decide alone.
 * Shapes: up to some dozens of counts, in any order. Units: counts. Domain: counts >= 0.
 * Errors: RangeError for a negative or non-finite count, or a factor that is not positive.
 * Source: Anscombe (1948) for the root; Croux and Rousseeuw (1992) for the MAD in small samples.
 */
export function expectedCount(history: readonly number[], options: ExpectedCountOptions = {}): ExpectedCount {
  const { factor = 4, relativeFloor = 0.1 } = options;
  if (!(factor > 0) || !(relativeFloor >= 0)) throw new RangeError(`bad band: ${factor}, ${relativeFloor}`);
  const bad = history.find((count) => !(count >= 0) || count === Number.POSITIVE_INFINITY);
  if (bad !== undefined) throw new RangeError(`not a count: ${bad}`);
  const n = history.length;
  if (n === 0) return { expected: null, low: null, high: null };
  const expected = n < 3 ? history.reduce((sum, count) => sum + count, 0) / n : median(history);
  const root = Math.sqrt(expected);
  const spread = n < 3 ? 0 : robustSpread(history.map(Math.sqrt)).spread;
  const deviation = Math.max(0.5, (relativeFloor * root) / 2, spread);
  const half = factor * deviation * Math.sqrt(1 + Math.PI / 2 / n);
  return {
    expected,
    low: root > half ? Math.max(0, (root - half) ** 2 - 1) : 0,
    high: (root + half) ** 2 + 1,
  };
}
