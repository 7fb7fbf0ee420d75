import { clipInterval } from '../intervals/mean.js';
import { addRow, type CorrectedEstimate, normalInterval, noSums, type WeightedSums, weightedMean } from './sums.js';
import { type DelayWeights, weightAt } from './weights.js';

/** A labelled regression row with the age of its prediction now; `className` only where delays go by some class. */
export interface AgedRegressionRow {
  label: number;
  predicted: number;
  age: number;
  count?: number;
  className?: string;
}

/** Weighted sums of |e|, e and e², e = predicted - label, over rows that share a delay curve. */
export interface CorrectedRegressionStats {
  absolute: WeightedSums;
  error: WeightedSums;
  squared: WeightedSums;
  used: number;
  left: number;
}

/** Weighs labelled regression rows by 1/F(age). Shapes: rows or groups of equal rows. Domain: finite numbers. */
export function correctedRegressionStats(
  rows: Iterable<AgedRegressionRow>,
  weights: DelayWeights,
): CorrectedRegressionStats {
  const stats = { absolute: noSums(), error: noSums(), squared: noSums(), used: 0, left: 0 };
  for (const { label, predicted, age, count = 1, className = '' } of rows) {
    const weight = weightAt(weights, className, age);
    if (weight === null) {
      stats.left += count;
      continue;
    }
    stats.used += count;
    const error = predicted - label;
    addRow(stats.absolute, count, weight, Math.abs(error));
    addRow(stats.error, count, weight, error);
    addRow(stats.squared, count, weight, error * error);
  }
  return stats;
}

/**
 * mae, rmse, mse and bias of weighted rows with 95 % intervals: Hájek means, normal; rmse is the root of mse's limits.
 *
 * Corrects for what the age explains (a window whose older part is labelled more). A delay that depends on the error
 * itself is not seen. Units: those of the label, mse their square. Domain: no rows give `null`. Source: see weightedMean.
 */
export function deriveCorrectedRegression(
  stats: CorrectedRegressionStats,
): Record<'mae' | 'rmse' | 'mse' | 'bias', CorrectedEstimate> {
  const positive = (sums: WeightedSums): CorrectedEstimate => {
    const estimate = normalInterval(weightedMean([sums]));
    return { ...clipInterval(estimate, 0, Number.MAX_VALUE), effective: estimate.effective };
  };
  const mse = positive(stats.squared);
  const root = (x: number | null) => (x === null ? null : Math.sqrt(x));
  return {
    mae: positive(stats.absolute),
    rmse: { value: root(mse.value), low: root(mse.low), high: root(mse.high), effective: mse.effective },
    mse,
    bias: normalInterval(weightedMean([stats.error])),
  };
}
