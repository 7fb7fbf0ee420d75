import { type Estimate, UNDEFINED_ESTIMATE } from '../estimate.js';
import { meanFromSums } from '../intervals/mean.js';
import { wilson } from '../intervals/proportion.js';
import { logGamma } from '../special/log-gamma.js';

/** An estimate that was given, and what became of it. */
export interface PastEstimate {
  estimated: Estimate;
  realised: number | null;
}

/** How good past estimates of one metric were. */
export interface TrackRecord {
  /** Estimates that could be compared, and those of them that had an interval. */
  n: number;
  withInterval: number;
  /** Share of intervals that held what was realised, with Wilson's interval. */
  coverage: Estimate;
  /** Intervals that lay entirely above or below what was realised. */
  tooHigh: number;
  tooLow: number;
  /** Mean |estimated - realised|, and mean estimated - realised with its normal interval. */
  meanAbsoluteError: number | null;
  bias: Estimate;
  meanWidth: number | null;
  /** Mean of width + (2/α) distance outside, α = 1 - level: smaller is better; rewards narrow intervals that hold. */
  intervalScore: number | null;
  /** The error of always expecting the first realised value: an estimate that is not better says nothing. `null` under 2. */
  naiveAbsoluteError: number | null;
  verdict: 'unknown' | 'honest' | 'overconfident';
}

/** Compared estimates below which nothing is said about them. */
export const TRACK_MIN = 5;

/**
 * Scores past estimates against reality.
 *
 * `overconfident`: so few intervals held that intervals of that level would do so at most once in forty times (exact
 * binomial; Wilson's limit would accuse honest ones of it three times as often); `unknown` under TRACK_MIN intervals; else
 * `honest`. Windows that follow each other err alike, which the test does not know: it says that intervals did not hold in
 * this stretch, not why.
 * Shapes: one metric's windows in the order of time. Domain: pairs without a value on either side are left out; realised
 * values should be mature. Errors: RangeError for a level outside (0, 1).
 * Source: Gneiting and Raftery (2007), JASA 102, 359-378, section 6.2, for the interval score.
 */
export function trackRecord(past: readonly PastEstimate[], level = 0.95): TrackRecord {
  if (!(level > 0 && level < 1)) throw new RangeError(`the level is ${level}, not in (0, 1)`);
  const compared = past.flatMap(({ estimated, realised }) =>
    estimated.value === null || realised === null ? [] : [{ ...estimated, value: estimated.value, realised }],
  );
  const n = compared.length;
  const limits = compared.flatMap(({ low, high, realised }) =>
    low === null || high === null ? [] : [{ low, high, realised }],
  );
  const mean = <T>(list: readonly T[], f: (item: T) => number) =>
    list.length > 0 ? list.reduce((sum, item) => sum + f(item), 0) / list.length : null;
  const tooHigh = limits.filter(({ low, realised }) => realised < low).length;
  const tooLow = limits.filter(({ high, realised }) => realised > high).length;
  const coverage =
    limits.length > 0 ? wilson(limits.length - tooHigh - tooLow, limits.length) : { ...UNDEFINED_ESTIMATE };
  const errors = compared.map(({ value, realised }) => value - realised);
  const outside = ({ low, high, realised }: (typeof limits)[number]) => Math.max(0, low - realised, realised - high);
  const held = limits.length - tooHigh - tooLow;
  const tooFew = binomialCdf(held, limits.length, level) <= 0.025;
  const verdict = limits.length < TRACK_MIN ? 'unknown' : tooFew ? 'overconfident' : 'honest';
  return {
    n,
    withInterval: limits.length,
    coverage,
    tooHigh,
    tooLow,
    meanAbsoluteError: mean(errors, Math.abs),
    bias: meanFromSums(
      n,
      errors.reduce((sum, error) => sum + error, 0),
      errors.reduce((sum, error) => sum + error * error, 0),
    ),
    meanWidth: mean(limits, ({ low, high }) => high - low),
    intervalScore: mean(limits, (item) => item.high - item.low + (2 / (1 - level)) * outside(item)),
    naiveAbsoluteError: mean(compared.slice(1), ({ realised }) => Math.abs(realised - compared[0]!.realised)),
    verdict,
  };
}

/** P(X <= k) of a binomial law with n rows. */
function binomialCdf(k: number, n: number, p: number): number {
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    const ways = logGamma(n + 1) - logGamma(i + 1) - logGamma(n - i + 1);
    sum += Math.exp(ways + i * Math.log(p) + (n - i) * Math.log(1 - p));
  }
  return Math.min(1, sum);
}
