import { kolmogorovSf } from '../special/kolmogorov.js';
import { normalSf } from '../special/normal.js';
import { type CountedValues, mergeCounted, sizeOf, summarise } from './counted.js';

/** Result of the two-sample Kolmogorov-Smirnov test. */
export interface KsTest {
  d: number;
  pLimit: number;
}

/**
 * Two-sample Kolmogorov-Smirnov statistic, `d = max_v |F_ref(v) - F_cur(v)|`, F the right-continuous ECDF, and its
 * limiting p-value `Q(√(nm/(n+m)) d)` (conservative with ties).
 *
 * Shapes: two samples as ascending distinct values with counts. Units: none, d in [0, 1].
 * Domain: `null` when either is empty. Errors: RangeError for malformed samples. Source: Smirnov (1948).
 */
export function ks(ref: CountedValues, cur: CountedValues): KsTest | null {
  const n = sizeOf(ref);
  const m = sizeOf(cur);
  if (n === 0 || m === 0) return null;
  let below = 0;
  let belowCur = 0;
  let d = 0;
  for (const step of mergeCounted(ref, cur)) {
    below += step.ref;
    belowCur += step.cur;
    d = Math.max(d, Math.abs(below / n - belowCur / m));
  }
  return { d, pLimit: kolmogorovSf(Math.sqrt((n / (n + m)) * m) * d) };
}

/**
 * Wasserstein (earth mover's) distance of order 1, `∫ |F_ref(v) - F_cur(v)| dv`.
 *
 * Shapes: as ks. Units: those of the values. Domain: `null` when either sample is empty or holds an infinite value.
 * Errors: RangeError for malformed samples. Source: Vallender (1974); scipy.stats.wasserstein_distance.
 */
export function wasserstein(ref: CountedValues, cur: CountedValues): number | null {
  const n = sizeOf(ref);
  const m = sizeOf(cur);
  if (n === 0 || m === 0) return null;
  let below = 0;
  let belowCur = 0;
  let previous = 0;
  let sum = 0;
  for (const step of mergeCounted(ref, cur)) {
    if (below > 0 || belowCur > 0) sum += Math.abs(below / n - belowCur / m) * (step.value - previous);
    previous = step.value;
    below += step.ref;
    belowCur += step.cur;
  }
  return Number.isFinite(sum) ? sum : null;
}

/**
 * Wasserstein distance in units of the reference's standard deviation (ddof 0).
 *
 * Shapes, errors: see wasserstein. Domain: `null` when either sample is empty or the reference is constant.
 */
export function wassersteinNormalised(ref: CountedValues, cur: CountedValues): number | null {
  const distance = wasserstein(ref, cur);
  const scale = summarise(ref)?.std0 ?? 0;
  if (distance === null || !(scale > 0) || !Number.isFinite(distance / scale)) return null;
  return distance / scale;
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
export function mannWhitney(ref: CountedValues, cur: CountedValues): MannWhitneyTest | null {
  const n = sizeOf(ref);
  const m = sizeOf(cur);
  if (n === 0 || m === 0) return null;
  const size = n + m;
  let u = 0;
  let curBelow = 0;
  let tieShare = 0;
  let groups = 0;
  for (const step of mergeCounted(ref, cur)) {
    u += step.ref * (curBelow + step.cur / 2);
    curBelow += step.cur;
    const ties = step.ref + step.cur;
    if (ties > 0) groups += 1;
    tieShare += ((ties - 1) / (size - 1)) * (ties / size) * (ties + 1);
  }
  const pairs = n * m;
  if (groups < 2) return { u, auc: u / pairs, p: null };
  const sigma = Math.sqrt((pairs / 12) * (size + 1 - tieShare));
  const z = (Math.max(u, pairs - u) - pairs / 2 - 0.5) / sigma;
  return { u, auc: u / pairs, p: Math.min(1, 2 * normalSf(z)) };
}
