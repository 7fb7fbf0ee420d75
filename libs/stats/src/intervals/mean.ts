import { type Estimate, pointEstimate, UNDEFINED_ESTIMATE } from '../estimate.js';
import { Z95 } from '../special/normal.js';

/**
 * Normal interval of a mean, `mean ± z √(s²/n)`.
 *
 * Shapes: scalars; `sampleVariance` has ddof 1. Domain: n >= 0; n = 0 is undefined, n = 1 or an unknown variance has a
 * value but no limits. Units: those of the mean. Errors: RangeError for a negative variance or n.
 * Source: central limit theorem; wants some dozens of rows, or heavier-tailed rows proportionally more.
 */
export function normalMean(mean: number, sampleVariance: number | null, n: number, z: number = Z95): Estimate {
  if (!(n >= 0)) throw new RangeError(`normalMean needs n >= 0, got ${n}`);
  if (sampleVariance !== null && sampleVariance < 0)
    throw new RangeError(`a variance is not negative: ${sampleVariance}`);
  if (n === 0 || !Number.isFinite(mean)) return { ...UNDEFINED_ESTIMATE };
  if (n < 2 || sampleVariance === null || !Number.isFinite(sampleVariance)) return pointEstimate(mean);
  const half = z * Math.sqrt(sampleVariance / n);
  return { value: mean, low: mean - half, high: mean + half };
}

/**
 * Sample variance (ddof 1) from sums, `(Σx² - (Σx)²/n) / (n - 1)`, never below 0.
 *
 * Shapes: scalars. Domain: n >= 0; n < 2 gives `null`. Loses digits when the mean is much larger than the deviation:
 * meant for losses and errors near 0, not for raw features.
 */
export function varianceFromSums(n: number, sum: number, sumSquares: number): number | null {
  if (n < 2) return null;
  return Math.max(0, (sumSquares - (sum * sum) / n) / (n - 1));
}

/** Normal interval of a mean from Σx and Σx². Shapes, domain, errors: see normalMean and varianceFromSums. */
export function meanFromSums(n: number, sum: number, sumSquares: number, z: number = Z95): Estimate {
  return normalMean(sum / n, varianceFromSums(n, sum, sumSquares), n, z);
}

/**
 * Interval of the mean of paired differences, `mean(a_i - b_i) ± z √(s_d²/n)`: two versions scored on the same rows.
 *
 * Shapes: `sumDifference` = Σ(a_i - b_i), `sumSquaredDifference` = Σ(a_i - b_i)² over the n rows both have.
 * Domain: n = 0 is undefined, n = 1 has no limits. Units: those of a and b.
 */
export function pairedMeanDifference(
  n: number,
  sumDifference: number,
  sumSquaredDifference: number,
  z: number = Z95,
): Estimate {
  return meanFromSums(n, sumDifference, sumSquaredDifference, z);
}

/**
 * Cuts the limits (not the value) of an interval to [min, max].
 *
 * Shapes: one estimate. Domain: min <= max; either may be infinite. Missing limits stay missing.
 */
export function clipInterval(estimate: Estimate, min: number, max: number): Estimate {
  const { value, low, high } = estimate;
  const clip = (x: number | null) => (x === null ? null : Math.min(max, Math.max(min, x)));
  return { value, low: clip(low), high: clip(high) };
}
