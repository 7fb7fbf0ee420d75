import { pairedMeanDifference } from '../intervals/mean.js';
import { normalSf, Z95 } from '../special/normal.js';
import { type PairedDifference, UNDEFINED_DIFFERENCE } from './auc.js';

/** Sums over the rows that both versions predicted: of the losses' differences x_A - x_B, and of their squares. */
export interface PairedSums {
  n: number;
  sumDifference: number;
  sumSquaredDifference: number;
}

/**
 * Difference of two mean losses on the same rows (mae, mse, brier, log loss, bias): normal, with the variance of the
 * row's differences.
 *
 * Shapes: sums. Units: those of the loss. Domain: no rows: undefined; one row has no limits; equal losses everywhere give
 * 0 without width and p = 1. Source: central limit theorem; see pairedMeanDifference.
 */
export function pairedMeans({ n, sumDifference, sumSquaredDifference }: PairedSums, z: number = Z95): PairedDifference {
  const estimate = pairedMeanDifference(n, sumDifference, sumSquaredDifference, z);
  return { ...estimate, p: pOf(estimate, z) };
}

/** Sums of both versions' squared errors and of their products, for the difference of root mean squares. */
export interface PairedSquares {
  n: number;
  /** Σ e_A² and Σ e_B² */
  sumA: number;
  sumB: number;
  /** Σ e_A⁴, Σ e_B⁴ and Σ e_A² e_B² */
  sumA2: number;
  sumB2: number;
  sumAB: number;
}

/**
 * Difference of two rmse on the same rows by the delta method: var = Σ (e_A²/(2 rmse_A) - e_B²/(2 rmse_B) - mean)²/(n(n-1)).
 *
 * Units: those of the label. Domain: no rows: undefined; an rmse of 0 or a single row has no limits.
 */
export function pairedRmse({ n, sumA, sumB, sumA2, sumB2, sumAB }: PairedSquares, z: number = Z95): PairedDifference {
  if (!(n > 0)) return { ...UNDEFINED_DIFFERENCE };
  const a = Math.sqrt(sumA / n);
  const b = Math.sqrt(sumB / n);
  if (!(a > 0 && b > 0 && n > 1)) return { value: a - b, low: null, high: null, p: null };
  const mean = (a - b) / 2;
  const squares = sumA2 / (4 * a * a) - sumAB / (2 * a * b) + sumB2 / (4 * b * b);
  const half = z * Math.sqrt(Math.max(0, squares - n * mean * mean) / (n * (n - 1)));
  const estimate = { value: a - b, low: a - b - half, high: a - b + half };
  return { ...estimate, p: pOf(estimate, z) };
}

/** Two-sided p-value that belongs to a normal interval. */
export function pOf({ value, high }: { value: number | null; high: number | null }, z: number): number | null {
  if (value === null || high === null) return null;
  const standardError = (high - value) / z;
  return standardError > 0 ? 2 * normalSf(Math.abs(value) / standardError) : value === 0 ? 1 : null;
}
