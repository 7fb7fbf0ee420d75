const SHARE = 0.01;
const ROWS_MIN = 32;

/** Rows that a slice has at least: a share of all, or so many of those that were sampled. */
export function supportOf(asked: number | undefined, n: number, oneIn: number): number {
  if (asked === undefined) return Math.max(ROWS_MIN, Math.ceil(SHARE * n));
  return Math.max(1, Math.ceil(asked < 1 ? asked * n : asked / oneIn));
}

/** One row in how many is looked at for values at most, and rows that a value worth knowing is then to be expected to have at least. */
const SAMPLE_MAX = 16;
const SEEN_MIN = 40;
/** Fewer rows than expected have a loss, down to one in so many. */
const LACKING = 8;

/**
 * In one row of how many the values are sought, if slices have about `support` rows: of each that matters the sample has some, but for a chance
 * below e^-40 (`sureWith`).
 */
export const sampleOf = (support: number): number =>
  Math.max(1, Math.min(SAMPLE_MAX, Math.floor(support / (SEEN_MIN * LACKING))));

/** Whether a sample of one row in so many was enough for slices of so many rows. */
export const sureWith = (some: number, support: number): boolean => some === 1 || support >= some * SEEN_MIN;
