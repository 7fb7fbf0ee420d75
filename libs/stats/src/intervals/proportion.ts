import { type Estimate, UNDEFINED_ESTIMATE } from '../estimate.js';
import { Z95 } from '../special/normal.js';

/**
 * Wilson score interval of a proportion.
 *
 * Formula: p = k/n, centre (p + z²/2n) / (1 + z²/n), half-width z √(p(1-p)/n + z²/4n²) / (1 + z²/n), clipped to [0, 1].
 * Shapes: scalars. Domain: 0 <= k <= n (k and n may be weighted counts); n = 0 gives an undefined estimate.
 * `z` is the two-sided normal quantile (default 95 %). Errors: RangeError for k outside [0, n].
 * Source: E. B. Wilson (1927); Newcombe (1998a), method 3.
 */
export function wilson(k: number, n: number, z: number = Z95): Estimate {
  if (!(n >= 0) || !(k >= 0) || k > n) throw new RangeError(`wilson needs 0 <= k <= n, got k = ${k}, n = ${n}`);
  if (n === 0) return { ...UNDEFINED_ESTIMATE };
  const p = k / n;
  const shrink = 1 + (z * z) / n;
  const centre = (p + (z * z) / (2 * n)) / shrink;
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / shrink;
  // At k = 0 and k = n the limit is exactly 0 or 1; rounding must not push it past the value.
  const low = k === 0 ? 0 : Math.min(p, Math.max(0, centre - half));
  const high = k === n ? 1 : Math.max(p, Math.min(1, centre + half));
  return { value: p, low, high };
}

/**
 * Newcombe's interval of the difference of two independent proportions, `k1/n1 - k2/n2`.
 *
 * Formula: with Wilson limits (l1, u1), (l2, u2) and d = p1 - p2, the limits are
 * d - √((p1-l1)² + (u2-p2)²) and d + √((u1-p1)² + (p2-l2)²).
 * Shapes: scalars. Domain: 0 <= k <= n each; an empty sample gives an undefined estimate. Result in [-1, 1].
 * Errors: RangeError as in wilson. Source: R. G. Newcombe (1998b), Statistics in Medicine 17, 873-890, method 10.
 */
export function newcombe(k1: number, n1: number, k2: number, n2: number, z: number = Z95): Estimate {
  return squareAndAdd(wilson(k1, n1, z), wilson(k2, n2, z));
}

/**
 * Interval of the difference `a - b` of two independent estimates from their own intervals (square-and-add, MOVER).
 *
 * Formula: as newcombe, with any limits in the place of Wilson's. Shapes: two estimates of one unit.
 * Domain: any; an undefined value gives an undefined estimate, missing limits give the difference without limits.
 * Source: Zou and Donner (2008), Statistics in Medicine 27, 1693-1702.
 */
export function squareAndAdd(a: Estimate, b: Estimate): Estimate {
  if (a.value === null || b.value === null) return { ...UNDEFINED_ESTIMATE };
  const value = a.value - b.value;
  if (a.low === null || a.high === null || b.low === null || b.high === null) return { value, low: null, high: null };
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}
