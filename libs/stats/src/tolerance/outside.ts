/** Normal quantile of a one-sided 99 % limit. */
const Z99 = 2.3263478740408408;

/**
 * The share of a population that may lie outside the smallest and the largest of n values drawn from it, with confidence.
 *
 * Formula: the mass outside the extremes is Beta(2, n - 1); the answer is its quantile at `confidence`, the p that solves
 * (1 - p)^n + n p (1 - p)^(n - 1) = 1 - confidence. Distribution-free for continuous values, safe for discrete ones.
 * Shapes: scalars. Domain: n >= 2; fewer values bound nothing: 1. Errors: RangeError for a confidence not within (0, 1).
 * Source: S. S. Wilks (1941), Annals of Mathematical Statistics 12, 91-96.
 */
export function outsideExtremes(n: number, confidence = 0.99): number {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence is between 0 and 1, got ${confidence}`);
  if (!(n >= 2)) return 1;
  const beyond = (p: number) => Math.exp(n * Math.log1p(-p)) + n * p * Math.exp((n - 1) * Math.log1p(-p));
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (beyond(middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * An upper limit of the share of a population that is in none of the categories of a sample.
 *
 * Formula: Good-Turing's estimate f1/n and its standard error, (f1 + z √(f1 + 2 f2) + z²) / n, at most 1; f1 and f2 are the
 * categories seen once and twice, z the normal 99 % quantile; z²/n is Wilson's limit where nothing was seen once. A normal limit, not
 * a proven one: how often it is exceeded is counted in the test.
 * Shapes: scalars. Domain: 0 <= once, twice <= n; no rows: 1. Errors: RangeError for counts out of range.
 * Source: I. J. Good (1953), Biometrika 40, 237-264; W. W. Esty (1983), Annals of Statistics 11, 905-912, for the variance.
 */
export function unseenShareLimit(once: number, twice: number, n: number): number {
  if (!(once >= 0 && twice >= 0 && once + twice <= n)) throw new RangeError(`bad counts: ${once}, ${twice} of ${n}`);
  return n > 0 ? Math.min(1, (once + Z99 * Math.sqrt(once + 2 * twice) + Z99 * Z99) / n) : 1;
}
