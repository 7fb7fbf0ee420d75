import { wilson } from '../intervals/proportion.js';
import { logGamma } from '../special/log-gamma.js';
import { normalSf, Z95 } from '../special/normal.js';
import { type PairedDifference, UNDEFINED_DIFFERENCE } from './auc.js';

/** Rows by whether version A and version B were right (or said yes): both, only A, only B, neither. */
export interface PairedCounts {
  both: number;
  onlyA: number;
  onlyB: number;
  neither: number;
}

/** Discordant pairs up to which McNemar's p-value is summed exactly. */
const EXACT_MAX = 1000;

/**
 * Difference of two proportions on the same rows, `(onlyA - onlyB)/n`, with Newcombe's paired interval and McNemar's test.
 *
 * Formula: with Wilson limits l, u of both proportions, d ± √(δ1² - 2 φ δ1 δ2 + δ2²), δ the distances to the limits on
 * either side, φ = max(0, eh - fg - n/2)/√(margins) when eh > fg, else (eh - fg)/√(margins).
 * p: McNemar's mid-p on the discordant rows, exact up to 1,000, beyond the normal approximation.
 * Shapes: counts of rows. Domain: no rows: undefined; no discordant rows: p = 1. Result within [-1, 1].
 * Errors: RangeError for negative counts. Source: Newcombe (1998c), Statistics in Medicine 17, 2635-2650, method 10;
 * Fagerland, Lydersen and Laake (2013), BMC Medical Research Methodology 13:91, for the mid-p.
 */
export function pairedProportions(counts: PairedCounts, z: number = Z95): PairedDifference {
  const { both, onlyA, onlyB, neither } = counts;
  const n = both + onlyA + onlyB + neither;
  if (n === 0) return { ...UNDEFINED_DIFFERENCE };
  const a = wilson(both + onlyA, n, z);
  const b = wilson(both + onlyB, n, z);
  const margins = Math.sqrt((both + onlyA) * (onlyB + neither) * (both + onlyB) * (onlyA + neither));
  const excess = both * neither - onlyA * onlyB;
  const phi = margins === 0 ? 0 : (excess > 0 ? Math.max(0, excess - n / 2) : excess) / margins;
  const value = (onlyA - onlyB) / n;
  const spread = (one: number, two: number) => Math.sqrt(Math.max(0, one * one - 2 * phi * one * two + two * two));
  return {
    value,
    low: Math.max(-1, value - spread(a.value! - a.low!, b.high! - b.value!)),
    high: Math.min(1, value + spread(a.high! - a.value!, b.value! - b.low!)),
    p: mcNemar(onlyA, onlyB),
  };
}

/**
 * McNemar's two-sided test that neither version is right where only one is: `p = 2 P(X < k) + P(X = k)`, k the smaller
 * count, X binomial(n, 1/2); above 1,000 discordant rows `2 Φ(-|b - c|/√(b + c))`.
 *
 * Shapes: the discordant counts. Domain: 0 and 0 give 1. Errors: RangeError for negative counts. Source: see pairedProportions.
 */
export function mcNemar(onlyA: number, onlyB: number): number {
  if (!(onlyA >= 0) || !(onlyB >= 0)) throw new RangeError(`counts are not negative, got ${onlyA} and ${onlyB}`);
  const n = onlyA + onlyB;
  if (n === 0) return 1;
  if (n > EXACT_MAX) return 2 * normalSf(Math.abs(onlyA - onlyB) / Math.sqrt(n));
  const smaller = Math.min(onlyA, onlyB);
  const chance = (k: number) => Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) - n * Math.LN2);
  let below = 0;
  for (let k = 0; k < smaller; k++) below += chance(k);
  return Math.min(1, 2 * below + (onlyA === onlyB ? 2 : 1) * chance(smaller));
}
