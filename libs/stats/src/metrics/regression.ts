import { type Estimate, pointEstimate, UNDEFINED_ESTIMATE } from '../estimate.js';
import { clipInterval, meanFromSums, normalMean } from '../intervals/mean.js';

/** Metrics of a regression, in the order shown. */
export const REGRESSION_METRICS = ['mae', 'rmse', 'mse', 'mape', 'r2', 'bias', 'medae', 'max_error'] as const;

export type RegressionMetric = (typeof REGRESSION_METRICS)[number];

/**
 * Sufficient statistics of labelled regression predictions; e = predicted - label, y = label.
 *
 * `sumSqDevY` = Σ(y - mean y)² (in two passes or Welford: naive sums lose r2's digits). The ape fields cover the
 * `apeRows` rows with y != 0, ape = |e|/|y|. `medae` and `maxError` are the median and the maximum of |e|.
 * The two optional sums are only needed for the interval of r2.
 */
export interface RegressionStats {
  n: number;
  /** Σ|e| */
  sumAbs: number;
  /** Σe */
  sumErr: number;
  /** Σe² */
  sumSq: number;
  /** Σe⁴ */
  sumSqSq: number;
  /** Σ(y - mean y)² */
  sumSqDevY: number;
  apeRows: number;
  sumApe: number;
  sumApeSq: number;
  medae: number | null;
  maxError: number | null;
  /** Σ(y - mean y)⁴ */
  sumQuadDevY?: number;
  /** Σ e² (y - mean y)² */
  sumSqErrSqDevY?: number;
}

/**
 * Metrics of a regression with 95 % intervals, from sufficient statistics.
 *
 * mae, mse, mape, bias: normal with the sample variance. rmse: the square roots of mse's limits (a monotone transform
 * keeps coverage). r2 = 1 - Σe²/Σ(y - mean y)²: delta method on the ratio of the two means if the optional sums are
 * given, else no interval. medae and max_error: no interval. mape is a fraction, not a percentage.
 * Units: mae, rmse, bias, medae, max_error those of the label; mse their square; the rest none.
 * Domain: n = 0 gives `null` everywhere; r2 is `null` for constant labels, mape without a label other than 0.
 */
export function deriveRegression(stats: RegressionStats): Record<RegressionMetric, Estimate> {
  const { n } = stats;
  const positive = (estimate: Estimate) => clipInterval(estimate, 0, Number.MAX_VALUE);
  const mse = positive(meanFromSums(n, stats.sumSq, stats.sumSqSq));
  return {
    mae: positive(meanFromSums(n, stats.sumAbs, stats.sumSq)),
    rmse: squareRoot(mse),
    mse,
    mape: positive(meanFromSums(stats.apeRows, stats.sumApe, stats.sumApeSq)),
    r2: rSquared(stats),
    bias: meanFromSums(n, stats.sumErr, stats.sumSq),
    medae: pointEstimate(n > 0 ? stats.medae : null),
    max_error: pointEstimate(n > 0 ? stats.maxError : null),
  };
}

function squareRoot({ value, low, high }: Estimate): Estimate {
  const root = (x: number | null) => (x === null ? null : Math.sqrt(x));
  return { value: root(value), low: root(low), high: root(high) };
}

function rSquared(stats: RegressionStats): Estimate {
  const { n, sumSq, sumSqDevY, sumQuadDevY, sumSqErrSqDevY } = stats;
  if (!(n > 0) || !(sumSqDevY > 0)) return { ...UNDEFINED_ESTIMATE };
  const ratio = sumSq / sumSqDevY;
  if (sumQuadDevY === undefined || sumSqErrSqDevY === undefined || n < 3) return pointEstimate(1 - ratio);
  // Per row e² - ratio d² has mean 0; the ratio varies like its mean divided by the mean of d².
  const sumSquares = stats.sumSqSq - 2 * ratio * sumSqErrSqDevY + ratio * ratio * sumQuadDevY;
  const meanSqDev = sumSqDevY / n;
  const variance = Math.max(0, sumSquares / (n - 1)) / (meanSqDev * meanSqDev);
  return clipInterval(normalMean(1 - ratio, variance, n), -Number.MAX_VALUE, 1);
}
