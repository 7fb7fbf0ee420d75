const SHARE = 0.01;
const ROWS_MIN = 32;

/** Rows that a slice has at least: a share of all, or so many of those that were sampled. */
export function supportOf(asked: number | undefined, n: number, oneIn: number): number {
  if (asked === undefined) return Math.max(ROWS_MIN, Math.ceil(SHARE * n));
  return Math.max(1, Math.ceil(asked < 1 ? asked * n : asked / oneIn));
}
