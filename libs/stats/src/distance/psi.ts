import { shares } from './shares.js';

/** Shares below this are lifted to it, so that an empty bin does not make the index infinite. */
export const PSI_SHARE_MIN = 1e-4;

/**
 * Population stability index, `Σ (q' - p') ln(q'/p')` with p' = max(p, 1e-4), q' = max(q, 1e-4), not renormalised.
 *
 * Shapes: two arrays of counts over the same bins or categories. Units: nats, >= 0.
 * Domain: counts >= 0; `null` when either sample is empty. Errors: RangeError for different lengths or bad counts.
 * A bin that is empty in BOTH samples adds 0. Source: credit-scoring practice (Siddiqi 2006); Jeffreys' divergence.
 */
export function psi(refCounts: ArrayLike<number>, curCounts: ArrayLike<number>): number | null {
  const both = shares(refCounts, curCounts);
  if (both === null) return null;
  let sum = 0;
  for (let i = 0; i < both.p.length; i++) {
    const p = Math.max(both.p[i]!, PSI_SHARE_MIN);
    const q = Math.max(both.q[i]!, PSI_SHARE_MIN);
    sum += (q - p) * Math.log(q / p);
  }
  return sum;
}

/**
 * PSI less what sampling alone adds, `PSI - (B-1)(1/n + 1/m)`; may be negative.
 *
 * Shapes: as psi. B counts the bins that occur in either sample, n and m are the sizes. Domain: `null` when a sample is
 * empty. Source: without drift PSI ~ (1/n + 1/m) χ²(B-1); Yurdakul, Statistical properties of the PSI (2018).
 */
export function psiDebiased(refCounts: ArrayLike<number>, curCounts: ArrayLike<number>): number | null {
  const value = psi(refCounts, curCounts);
  const both = shares(refCounts, curCounts);
  if (value === null || both === null) return null;
  return value - (both.occupied - 1) * (1 / both.n + 1 / both.m);
}
