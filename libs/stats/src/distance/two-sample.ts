import { compareSamples } from './compare-samples.js';
import { type Sample, summarise } from './counted.js';

/** Result of the two-sample Kolmogorov-Smirnov test. */
export interface KsTest {
  d: number;
  pLimit: number;
}

/**
 * Two-sample Kolmogorov-Smirnov statistic, `d = max_v |F_ref(v) - F_cur(v)|`, F the right-continuous ECDF, and its
 * limiting p-value `Q(√(nm/(n+m)) d)` (conservative with ties).
 *
 * Shapes: two samples, see compareSamples. Units: none, d in [0, 1].
 * Domain: `null` when either is empty. Errors: RangeError for malformed samples. Source: Smirnov (1948).
 */
export const ks = (ref: Sample, cur: Sample): KsTest | null => compareSamples(ref, cur)?.ks ?? null;

/**
 * Wasserstein (earth mover's) distance of order 1, `∫ |F_ref(v) - F_cur(v)| dv`.
 *
 * Shapes: as ks. Units: those of the values. Domain: `null` when either sample is empty or holds an infinite value.
 * Errors: RangeError for malformed samples. Source: Vallender (1974); scipy.stats.wasserstein_distance.
 */
export const wasserstein = (ref: Sample, cur: Sample): number | null => compareSamples(ref, cur)?.wasserstein ?? null;

/**
 * Wasserstein distance in units of the reference's standard deviation (ddof 0).
 *
 * Shapes, errors: see wasserstein. Domain: `null` when either sample is empty or the reference is constant.
 */
export const wassersteinNormalised = (ref: Sample, cur: Sample): number | null =>
  inUnitsOf(summarise(ref)?.std0 ?? 0, wasserstein(ref, cur));

/** A distance in units of the reference's standard deviation; `null` where that is 0 or the distance undefined. */
export function inUnitsOf(std: number, distance: number | null): number | null {
  if (distance === null || !(std > 0) || !Number.isFinite(distance / std)) return null;
  return distance / std;
}

/** Result of the Mann-Whitney test. */
export interface MannWhitneyTest {
  /** #{(x, y): x > y} plus half the ties, x from the reference, y from the current sample. */
  u: number;
  /** u/(nm): the probability that a reference value exceeds a current one. */
  auc: number;
  /** Two-sided p-value; `null` when all values are equal: the test is not defined, the probability is. */
  p: number | null;
}

/**
 * Mann-Whitney U test, two-sided normal approximation with continuity and tie correction.
 *
 * Formula: σ² = nm/12 ((N+1) - Σ(t³-t)/(N(N-1))), z = (max(U, nm-U) - nm/2 - 0.5)/σ, p = min(1, 2(1-Φ(z))).
 * Shapes: as ks. Domain: `null` when either sample is empty; p is `null` when all values are equal.
 * Errors: RangeError for malformed samples. Source: Mann and Whitney (1947); scipy.stats.mannwhitneyu(asymptotic).
 */
export const mannWhitney = (ref: Sample, cur: Sample): MannWhitneyTest | null =>
  compareSamples(ref, cur)?.mannWhitney ?? null;
