import { type Estimate, UNDEFINED_ESTIMATE } from '../estimate.js';
import { wilson } from '../intervals/proportion.js';
import { Z95 } from '../special/normal.js';

/** Sums over weighted rows: how many, Σw, Σw², and Σwε with ε the relative standard error of the row's delay share. */
export interface WeightSums {
  n: number;
  w: number;
  w2: number;
  we: number;
}

/** The same with a loss x of each row: Σwx, Σw²x, Σw²x², Σwεx. */
export interface WeightedSums extends WeightSums {
  wx: number;
  w2x: number;
  w2x2: number;
  wex: number;
}

/** An estimate from weighted rows; `effective` = (Σw)²/Σw², the rows of equal weight that would say as much (Kish). */
export interface CorrectedEstimate extends Estimate {
  effective: number | null;
}

export function noSums(): WeightedSums {
  return { n: 0, w: 0, w2: 0, we: 0, wx: 0, w2x: 0, w2x2: 0, wex: 0 };
}

/** Adds `count` rows of one weight and one loss. Shapes: see WeightedSums. */
export function addRow(
  sums: WeightedSums,
  count: number,
  { weight, relativeError }: { weight: number; relativeError: number },
  x = 0,
): void {
  sums.n += count;
  sums.w += count * weight;
  sums.w2 += count * weight * weight;
  sums.we += count * weight * relativeError;
  sums.wx += count * weight * x;
  sums.w2x += count * weight * weight * x;
  sums.w2x2 += count * weight * weight * x * x;
  sums.wex += count * weight * relativeError * x;
}

/** Rows that all have the loss x. */
export function constant(sums: WeightSums, x: number): WeightedSums {
  const { n, w, w2, we } = sums;
  return { n, w, w2, we, wx: w * x, w2x: w2 * x, w2x2: w2 * x * x, wex: we * x };
}

/** A weighted mean with the variance of its linearisation. */
export interface WeightedMean {
  value: number;
  variance: number;
  effective: number;
  n: number;
}

/**
 * Hájek's mean m = Σwx/Σw with its variance.
 *
 * Formula: n/(n-1) Σw²(x-m)²/(Σw)² + Σ_g (Σ_g wε(x-m)/Σw)²: the sandwich for the rows, and what the errors of the delay
 * curves add, taken as fully correlated within a curve and independent between curves.
 * The truth meant is that of the process which made the window, as for realised metrics, not of its finite rows: as
 * labels come in and all weights become 1 the variance becomes the plain s²/n.
 * Shapes: sums of each group g of rows that share a delay curve. Domain: `null` without rows; one row has an infinite variance.
 * Source: Hájek (1971); Särndal, Swensson and Wretman (1992), section 5.7.
 */
export function weightedMean(groups: readonly WeightedSums[]): WeightedMean | null {
  const all = mergeSums(groups);
  if (!(all.w > 0)) return null;
  const value = all.wx / all.w;
  const rows = Math.max(0, all.w2x2 - 2 * value * all.w2x + value * value * all.w2);
  const curves = groups.reduce((sum, { we, wex }) => sum + (wex - value * we) ** 2, 0);
  const variance = ((all.n / (all.n - 1)) * rows + curves) / all.w ** 2;
  return { value, variance, effective: all.w ** 2 / all.w2, n: all.n };
}

/** Sums over several groups of rows together. */
export function mergeSums(groups: readonly WeightedSums[]): WeightedSums {
  const all = noSums();
  for (const group of groups) for (const key of Object.keys(all) as (keyof WeightedSums)[]) all[key] += group[key];
  return all;
}

/** Normal interval of a weighted mean, `m ± z √variance`. Domain: one row has no limits. */
export function normalInterval(mean: WeightedMean | null, z: number = Z95): CorrectedEstimate {
  if (mean === null) return { ...UNDEFINED_ESTIMATE, effective: null };
  const { value, variance, effective } = mean;
  if (!Number.isFinite(variance)) return { value, low: null, high: null, effective };
  const half = z * Math.sqrt(variance);
  return { value, low: value - half, high: value + half, effective };
}

/**
 * Interval of a weighted proportion: Wilson's with the size p(1-p)/variance, the binomial sample that varies as much.
 *
 * At p = 0 and 1 the linearised variance is 0 and says nothing: there, and wherever it would claim more rows than there are,
 * the size is Kish's. Shapes: a weighted mean of 0/1. Source: Kott and Carr (1997); Franco, Little, Louis and Slud (2019),
 * Journal of Survey Statistics and Methodology 7, 334-364.
 */
export function proportionInterval(mean: WeightedMean | null, z: number = Z95): CorrectedEstimate {
  if (mean === null) return { ...UNDEFINED_ESTIMATE, effective: null };
  const { variance, effective, n } = mean;
  const value = Math.min(1, Math.max(0, mean.value));
  const binomial = (value * (1 - value)) / variance;
  const size = Number.isFinite(binomial) && binomial > 0 ? Math.min(binomial, n) : effective;
  return { ...wilson(value * size, size, z), value, effective };
}
