import { shares } from './shares.js';

/**
 * Jensen-Shannon distance, base 2: `√(KL2(p||m)/2 + KL2(q||m)/2)` with m = (p+q)/2 and 0 log 0 = 0.
 *
 * Shapes: two arrays of counts over the same bins. Units: none, in [0, 1]; symmetric; a metric.
 * Domain: counts >= 0; `null` when either sample is empty. Errors: RangeError for different lengths or bad counts.
 * Source: Lin (1991); Endres and Schindelin (2003). Same as scipy.spatial.distance.jensenshannon(base=2).
 */
export function jsDistance(refCounts: ArrayLike<number>, curCounts: ArrayLike<number>): number | null {
  const both = shares(refCounts, curCounts);
  if (both === null) return null;
  let bits = 0;
  for (let i = 0; i < both.p.length; i++) {
    const p = both.p[i]!;
    const q = both.q[i]!;
    if (p === q) continue;
    const middle = (p + q) / 2;
    if (p > 0) bits += (p * Math.log2(p / middle)) / 2;
    if (q > 0) bits += (q * Math.log2(q / middle)) / 2;
  }
  return Math.sqrt(Math.min(1, Math.max(0, bits)));
}

/**
 * Hellinger distance, `√(Σ (√p - √q)² / 2)`.
 *
 * Shapes: two arrays of counts over the same bins. Units: none, in [0, 1]; symmetric.
 * Domain and errors: see jsDistance. Source: Hellinger (1909).
 */
export function hellinger(refCounts: ArrayLike<number>, curCounts: ArrayLike<number>): number | null {
  const both = shares(refCounts, curCounts);
  if (both === null) return null;
  let sum = 0;
  for (let i = 0; i < both.p.length; i++) sum += (Math.sqrt(both.p[i]!) - Math.sqrt(both.q[i]!)) ** 2;
  return Math.sqrt(Math.min(1, sum / 2));
}

/**
 * Total variation distance, `Σ |p - q| / 2`: the share of rows that would have to move.
 *
 * Shapes, domain and errors: see jsDistance. Units: none, in [0, 1].
 */
export function totalVariation(refCounts: ArrayLike<number>, curCounts: ArrayLike<number>): number | null {
  const both = shares(refCounts, curCounts);
  if (both === null) return null;
  let sum = 0;
  for (let i = 0; i < both.p.length; i++) sum += Math.abs(both.p[i]! - both.q[i]!);
  return Math.min(1, sum / 2);
}

/**
 * Largest change of one share, `max |p - q|`.
 *
 * Shapes, domain and errors: see jsDistance. Units: none, in [0, 1].
 */
export function lInfinity(refCounts: ArrayLike<number>, curCounts: ArrayLike<number>): number | null {
  const both = shares(refCounts, curCounts);
  if (both === null) return null;
  let largest = 0;
  for (let i = 0; i < both.p.length; i++) largest = Math.max(largest, Math.abs(both.p[i]! - both.q[i]!));
  return largest;
}
