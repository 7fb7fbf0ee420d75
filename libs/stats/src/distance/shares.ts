/** Two histograms over the same bins, as shares. */
export interface Shares {
  p: Float64Array;
  q: Float64Array;
  /** Totals of the reference and the current sample. */
  n: number;
  m: number;
  /** Bins that occur in either sample. */
  occupied: number;
}

/**
 * Counts of two samples as shares of their totals.
 *
 * Shapes: two arrays of one length. Domain: finite counts >= 0 (weighted counts are fine); `null` when a total is 0.
 * Errors: RangeError for different lengths, negative or non-finite counts.
 */
export function shares(refCounts: ArrayLike<number>, curCounts: ArrayLike<number>): Shares | null {
  if (refCounts.length !== curCounts.length) {
    throw new RangeError(`histograms differ in length: ${refCounts.length} and ${curCounts.length}`);
  }
  const n = total(refCounts);
  const m = total(curCounts);
  if (n === 0 || m === 0) return null;
  const bins = refCounts.length;
  const p = new Float64Array(bins);
  const q = new Float64Array(bins);
  let occupied = 0;
  for (let i = 0; i < bins; i++) {
    p[i] = refCounts[i]! / n;
    q[i] = curCounts[i]! / m;
    if (refCounts[i]! > 0 || curCounts[i]! > 0) occupied += 1;
  }
  return { p, q, n, m, occupied };
}

/** Sum of counts. Errors: RangeError for a negative or non-finite count. */
export function total(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (!(count >= 0) || count === Number.POSITIVE_INFINITY) throw new RangeError(`not a count: ${count}`);
    sum += count;
  }
  return sum;
}

/**
 * Number of bins or categories that occur in either sample: the B of the drift tests.
 *
 * Shapes: two arrays of one length. Errors: RangeError for different lengths.
 */
export function occupiedBins(refCounts: ArrayLike<number>, curCounts: ArrayLike<number>): number {
  if (refCounts.length !== curCounts.length) throw new RangeError('histograms differ in length');
  let occupied = 0;
  for (let i = 0; i < refCounts.length; i++) if (refCounts[i]! > 0 || curCounts[i]! > 0) occupied += 1;
  return occupied;
}
