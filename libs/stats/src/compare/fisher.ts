import { logGamma } from '../special/log-gamma.js';

/**
 * Fisher's exact test that a share grew: P(X >= k1) for X hypergeometric, k1 of n1 rows against k2 of n2.
 *
 * With K = k1 + k2 and N = n1 + n2, `P(X = x) = C(K, x) C(N-K, n1-x) / C(N, n1)`. Exact in the far tail, where corrections for
 * many features look and where normal approximations of rare events are off by orders of magnitude.
 * Shapes: scalars; the tail nearer to k1 is summed from k1 outwards until it no longer counts, O(standard deviation) terms. Domain: whole numbers
 * 0 <= k <= n; an empty sample gives 1. Relative error about 1e-8 at a million rows.
 * Errors: RangeError for counts outside the domain. Source: Fisher (1935); scipy.stats.fisher_exact(alternative="greater").
 */
export function fisherGreater(k1: number, n1: number, k2: number, n2: number): number {
  for (const [k, n] of [
    [k1, n1],
    [k2, n2],
  ] as const) {
    if (!(Number.isInteger(k) && Number.isInteger(n) && k >= 0 && k <= n)) {
      throw new RangeError(`Fisher's test needs whole numbers 0 <= k <= n, got k = ${k}, n = ${n}`);
    }
  }
  const hits = k1 + k2;
  const rows = n1 + n2;
  const least = Math.max(0, hits - n2);
  const most = Math.min(hits, n1);
  if (k1 <= least) return 1;
  const mean = (n1 / rows) * hits;
  const upwards = k1 > mean;
  const start = upwards ? k1 : k1 - 1;
  let term = Math.exp(logChoose(hits, start) + logChoose(rows - hits, n1 - start) - logChoose(rows, n1));
  let sum = term;
  for (let x = start; upwards ? x < most : x > least; x += upwards ? 1 : -1) {
    term *= upwards
      ? ((hits - x) / (x + 1)) * ((n1 - x) / (rows - hits - n1 + x + 1))
      : (x / (hits - x + 1)) * ((rows - hits - n1 + x) / (n1 - x + 1));
    sum += term;
    if (term < 1e-17 * sum) break;
  }
  return Math.min(1, Math.max(0, upwards ? sum : 1 - sum));
}

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
