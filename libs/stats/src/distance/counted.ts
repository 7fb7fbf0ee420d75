import type { OrderStatistics } from './quantile.js';
import { total } from './shares.js';

/** A sample as distinct values in ascending order with the number of rows that have each. */
export interface CountedValues {
  values: ArrayLike<number>;
  counts: ArrayLike<number>;
}

/** A sample as it comes: counted, or without counts its rows in ascending order. */
export interface Sample {
  values: ArrayLike<number>;
  counts?: ArrayLike<number>;
}

/**
 * Groups rows into distinct ascending values with counts; null, undefined and NaN are dropped.
 *
 * Shapes: n rows in any order -> two arrays of one length. O(n log n). -0 and 0 are one value.
 */
export function countValues(rows: Iterable<number | null | undefined>): { values: number[]; counts: number[] } {
  const kept: number[] = [];
  for (const row of rows) if (row !== null && row !== undefined && !Number.isNaN(row)) kept.push(row + 0);
  const sorted = Float64Array.from(kept).sort();
  const values: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (values.length > 0 && values.at(-1) === value) counts[counts.length - 1]! += 1;
    else {
      values.push(value);
      counts.push(1);
    }
  }
  return { values, counts };
}

/** Moments of a counted sample. `std0` and `std1` have ddof 0 and 1. */
export interface CountedSummary {
  n: number;
  mean: number;
  min: number;
  max: number;
  std0: number;
  std1: number | null;
}

/**
 * Size, mean, extremes and standard deviations, in two passes.
 *
 * A constant sample has std exactly 0. Shapes: a sample, counted or not. Domain: `null` when empty.
 * Errors: RangeError for bad counts or arrays of different length.
 */
export function summarise(sample: Sample): CountedSummary | null {
  const n = sizeOf(sample);
  if (n === 0) return null;
  const { values, counts } = sample;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let mean = 0;
  for (let i = 0; i < values.length; i++) {
    const count = counts ? counts[i]! : 1;
    if (count === 0) continue;
    min = Math.min(min, values[i]!);
    max = Math.max(max, values[i]!);
    sum += values[i]! * count;
    mean += values[i]! * (count / n);
  }
  // The sum of whole numbers is exact, but that of very large ones overflows.
  if (Number.isFinite(sum)) mean = sum / n;
  let squares = 0;
  let drift = 0;
  for (let i = 0; i < values.length; i++) {
    const count = counts ? counts[i]! : 1;
    squares += count * (values[i]! - mean) ** 2;
    drift += count * (values[i]! - mean);
  }
  const constant = min === max;
  const deviance = constant ? 0 : Math.max(0, squares - (drift * drift) / n);
  return {
    n,
    mean: constant ? min : mean + drift / n,
    min,
    max,
    std0: Math.sqrt(deviance / n),
    std1: n > 1 ? Math.sqrt(deviance / (n - 1)) : null,
  };
}

/** Number of rows of a sample. Errors: RangeError for arrays of different length or bad counts. */
export function sizeOf(sample: Sample): number {
  if (!sample.counts) return sample.values.length;
  if (sample.values.length !== sample.counts.length) throw new RangeError('values and counts differ in length');
  return total(sample.counts);
}

/** Order statistics of a sample; of a counted one by binary search in its cumulative counts. */
export function orderStatistics({ values, counts }: Sample): OrderStatistics {
  if (!counts) return { n: values.length, at: (index) => values[index]! };
  const ends = new Float64Array(counts.length);
  let sum = 0;
  for (let i = 0; i < ends.length; i++) {
    sum += counts[i]!;
    ends[i] = sum;
  }
  const at = (index: number) => {
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle]! > index) high = middle;
      else low = middle + 1;
    }
    return values[low]!;
  };
  return { n: sum, at };
}

/** One step of a walk over the union of two samples' values. */
export interface MergedStep {
  value: number;
  /** Rows with exactly this value in the reference and the current sample. */
  ref: number;
  cur: number;
}

/** The union of two samples' values, ascending. */
export function* mergeCounted(ref: CountedValues, cur: CountedValues): Generator<MergedStep> {
  let i = 0;
  let j = 0;
  while (i < ref.values.length || j < cur.values.length) {
    const a = i < ref.values.length ? ref.values[i]! : Number.POSITIVE_INFINITY;
    const b = j < cur.values.length ? cur.values[j]! : Number.POSITIVE_INFINITY;
    const value = Math.min(a, b);
    const step = { value, ref: 0, cur: 0 };
    if (i < ref.values.length && a === value) step.ref = ref.counts[i++]!;
    if (j < cur.values.length && b === value) step.cur = cur.counts[j++]!;
    yield step;
  }
}
