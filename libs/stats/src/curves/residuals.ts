import { type CountedValues, orderStatistics, summarise } from '../distance/counted.js';
import { binCounts, quantileOf } from '../distance/quantile.js';

/** Residuals (predicted - label) for drawing. */
export interface Residuals {
  n: number;
  mean: number;
  std: number;
  /** Quantiles 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99. */
  quantiles: Record<string, number>;
  /** Ascending inner edges of the right-closed bins; the first and the last bin are open and hold the tails. */
  edges: number[];
  counts: number[];
}

const LEVELS = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

/**
 * Histogram and quantiles of residuals. Bins are of equal width between the quantiles 0.005 and 0.995, as wide as Freedman
 * and Diaconis say, 2 IQR/∛n, but 10 to `binsMax`; what lies outside is counted in two open bins.
 *
 * Shapes: residuals as ascending distinct values with counts, or the middles of fine bins. Units: those of the label.
 * Domain: `null` without rows; a constant has one bin. Errors: RangeError for binsMax < 10 or bad counts.
 * Source: Freedman and Diaconis (1981), Zeitschrift für Wahrscheinlichkeitstheorie 57, 453-476.
 */
export function residuals(sample: CountedValues, binsMax = 60): Residuals | null {
  if (!(binsMax >= 10)) throw new RangeError(`a histogram needs ten bins or more, got ${binsMax}`);
  const summary = summarise(sample);
  if (summary === null) return null;
  const order = orderStatistics(sample);
  const at = (level: number) => quantileOf(order, level)!;
  const [low, high] = [at(0.005), at(0.995)];
  const width = (2 * (at(0.75) - at(0.25))) / Math.cbrt(summary.n);
  const bins = Math.max(10, Math.min(binsMax, width > 0 ? Math.ceil((high - low) / width) : binsMax));
  const edges = high > low ? Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins) : [];
  return {
    n: summary.n,
    mean: summary.mean,
    std: summary.std0,
    quantiles: Object.fromEntries(LEVELS.map((level) => [String(level), at(level)])),
    edges,
    counts: binCounts(edges, sample.values, sample.counts),
  };
}
