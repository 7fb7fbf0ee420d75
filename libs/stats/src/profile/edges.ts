import { DECILES, quantileSorted } from '../distance/quantile.js';

/** Bins in the body: a distance that is read off them errs by less than one part in 250. */
const PARTS = 250;
/** Each tail's last part is halved so many times: the mass of a heavy tail sits where its rows are few. */
const HALVINGS = 8;

const bits = new DataView(new ArrayBuffer(8));

/** The largest double below x. */
export function nextBelow(x: number): number {
  if (x === 0) return -Number.MIN_VALUE;
  bits.setFloat64(0, x);
  bits.setBigInt64(0, bits.getBigInt64(0) + (x > 0 ? -1n : 1n));
  return Math.max(-Number.MAX_VALUE, bits.getFloat64(0));
}

/**
 * Inner edges of the bins on which every later sample of a variable is counted: quantiles of the reference at every 1/250 and finer in the
 * tails, its deciles, its extremes, and both sides of every value that holds more than a part. Up to 250 distinct values are edges all.
 *
 * Bins are right-closed: (-∞, e0], (e0, e1], …, (ek, ∞); the first holds what is below the reference's range, the last what is above.
 * Shapes: n ascending finite values, further edges that must be among them -> at most about 550 ascending distinct edges; none for an
 * empty sample.
 */
export function profileEdges(sorted: Float64Array, more: readonly number[] = []): number[] {
  const n = sorted.length;
  if (n === 0) return [];
  const levels = [...DECILES];
  for (let i = 1; i < PARTS; i++) levels.push(i / PARTS);
  for (let i = 1; i <= HALVINGS; i++) levels.push(1 / PARTS / 2 ** i, 1 - 1 / PARTS / 2 ** i);
  const found = [...distinct(sorted, PARTS), sorted[0]!, sorted[n - 1]!];
  for (const level of levels) found.push(quantileSorted(sorted, level)!);
  const edges = new Set([...found, ...more]);
  edges.add(nextBelow(sorted[0]!));
  for (const edge of found) if (rowsAt(sorted, edge) > n / PARTS) edges.add(nextBelow(edge));
  return [...edges].sort((a, b) => a - b);
}

/** The distinct values, if there are no more than so many. */
function distinct(sorted: Float64Array, most: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < sorted.length && out.length <= most; i = firstAbove(sorted, sorted[i]!)) out.push(sorted[i]!);
  return out.length > most ? [] : out;
}

const rowsAt = (sorted: Float64Array, value: number) =>
  firstAbove(sorted, value) - firstAbove(sorted, nextBelow(value));

/** Index of the first of ascending values that is larger: how many are not. */
export function firstAbove(sorted: ArrayLike<number>, value: number, from = 0): number {
  let low = from;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
