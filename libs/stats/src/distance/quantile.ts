/**
 * Where quantile q of n sorted values lies: between the order statistics `index` and `index + 1` (0-based), a fraction t
 * of the way; h = (n-1)q, index = floor(h), t = h - index (type 7, numpy "linear").
 *
 * Shapes: scalars. Domain: n >= 1, 0 <= q <= 1. Errors: RangeError outside. Lets a database fetch just two rows.
 */
export function quantilePosition(n: number, q: number): { index: number; fraction: number } {
  if (!(n >= 1) || !(q >= 0 && q <= 1)) throw new RangeError(`quantile needs n >= 1 and 0 <= q <= 1, got ${n}, ${q}`);
  const h = (n - 1) * q;
  const index = Math.floor(h);
  return { index, fraction: h - index };
}

/**
 * Interpolates between neighbouring order statistics a <= b: `a + (b-a)t` if t < 0.5, else `b - (b-a)(1-t)`.
 *
 * This form returns exactly a when a = b (`a(1-t) + bt` does not, and would move counts of discrete features across an
 * edge) and is what numpy does, bit for bit. Shapes: scalars. Domain: 0 <= t < 1.
 */
export function quantileFromOrderStatistics(a: number, b: number, t: number): number {
  return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

/** The i-th smallest (0-based) of n values: how a sample too large for an array is read. */
export interface OrderStatistics {
  n: number;
  at(index: number): number;
}

/**
 * Quantile of an ascending array, type 7.
 *
 * Shapes: array of n >= 1 numbers, scalar q. Domain: 0 <= q <= 1; an empty array gives `null`. Errors: RangeError for q
 * outside [0, 1]. Source: Hyndman and Fan (1996), type 7; numpy.quantile(method="linear").
 */
export function quantileSorted(sorted: ArrayLike<number>, q: number): number | null {
  return quantileOf(fromSorted(sorted), q);
}

/** Quantile, type 7, of values reached through their ranks. Domain and errors: see quantileSorted. */
export function quantileOf(source: OrderStatistics, q: number): number | null {
  if (source.n === 0) return null;
  const { index, fraction } = quantilePosition(source.n, q);
  const a = source.at(index);
  return index + 1 < source.n ? quantileFromOrderStatistics(a, source.at(index + 1), fraction) : a;
}

/** Levels of the inner edges of ten bins. */
export const DECILES: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/**
 * Inner edges of the reference's decile bins: the DISTINCT values among its quantiles 0.1 ... 0.9, ascending.
 *
 * Shapes: an ascending array, or order statistics by rank. Domain: an empty sample has no edges (one bin).
 * Fewer than nine edges for discrete values. The bins are (-inf, e1], (e1, e2], ..., (ek, +inf).
 */
export function decileEdges(source: ArrayLike<number> | OrderStatistics): number[] {
  const ranks = 'at' in source && 'n' in source ? (source as OrderStatistics) : fromSorted(source as ArrayLike<number>);
  const edges: number[] = [];
  for (const level of DECILES) {
    const edge = quantileOf(ranks, level);
    if (edge !== null && edge !== edges.at(-1)) edges.push(edge);
  }
  return edges;
}

/**
 * Index of the right-closed bin that holds x: the number of edges strictly below x.
 *
 * Shapes: ascending edges of k bins - 1, scalar. Result in 0 ... edges.length. Domain: x not NaN; ±Infinity fall in the
 * outer bins.
 */
export function binIndex(edges: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Counts of values per right-closed bin.
 *
 * Shapes: ascending edges, values in any order (optionally a count for each); result has edges.length + 1 entries.
 */
export function binCounts(edges: ArrayLike<number>, values: ArrayLike<number>, counts?: ArrayLike<number>): number[] {
  const bins = new Array<number>(edges.length + 1).fill(0);
  for (let i = 0; i < values.length; i++) bins[binIndex(edges, values[i]!)]! += counts === undefined ? 1 : counts[i]!;
  return bins;
}

function fromSorted(sorted: ArrayLike<number>): OrderStatistics {
  return { n: sorted.length, at: (index) => sorted[index]! };
}
