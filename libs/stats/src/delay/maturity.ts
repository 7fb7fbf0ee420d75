import type { CountedValues } from '../distance/counted.js';
import { total } from '../distance/shares.js';
import { type Estimate, UNDEFINED_ESTIMATE } from '../estimate.js';
import { clipInterval } from '../intervals/mean.js';
import { Z95 } from '../special/normal.js';
import { type DelayCurve, shareKnown } from './curve.js';

/** The share of predictions that ever get a label, as far as one can see. */
export interface Plateau extends Estimate {
  /** Whether the curve has stopped rising: under 1 % of it came in the last quarter of the observed ages. */
  settled: boolean;
}

/**
 * The last value of a delay curve with its interval.
 *
 * Formula: F(last) ± z se, cut to [0, 1]. `settled` is false when F(3/4 lastAge) < 0.99 F(last): the value is then what is
 * known by now, not what will ever come. Shapes: a censored curve (a truncated one ends at 1 by construction).
 * Domain: a curve that knows nothing is undefined.
 */
export function plateau(curve: DelayCurve, z: number = Z95): Plateau {
  const last = curve.lastAge === null ? null : shareKnown(curve, curve.lastAge);
  if (last === null) return { ...UNDEFINED_ESTIMATE, settled: false };
  const earlier = shareKnown(curve, curve.lastAge! * 0.75)!;
  const settled = last.share > 0 && earlier.share >= 0.99 * last.share;
  const { share, error } = last;
  return { ...clipInterval({ value: share, low: share - z * error, high: share + z * error }, 0, 1), settled };
}

/** How much of a window's labels one can expect to have by now. */
export interface Maturity {
  /** Mean of F over the ages: expected share of ALL its predictions that have a label by now. */
  maturity: Estimate;
  /** maturity / plateau: expected share of the labels that will ever come. 1 when nothing more is expected. */
  relative: number | null;
}

/**
 * Maturity of a window: `maturity = Σ F(age_i) / n`, absolute.
 *
 * With a plateau of 0.9 a window of old predictions has maturity 0.9 and relative 1: a condition like "at least 80 % of
 * what will come" should look at `relative`, the statement "how many labels are missing" at `maturity`. The limits take
 * the errors of F at different ages as fully correlated (they nearly are): mean F ± z mean se, cut to [0, 1].
 * Shapes: a curve, and the ages of the window's predictions as values with counts (bins will do). Units: the curve's.
 * Domain: no predictions or a curve that knows nothing: undefined.
 */
export function maturity(curve: DelayCurve, ages: CountedValues, z: number = Z95): Maturity {
  const n = total(ages.counts);
  let share = 0;
  let error = 0;
  for (let i = 0; i < ages.values.length; i++) {
    const known = shareKnown(curve, ages.values[i]!);
    if (known === null) return { maturity: { ...UNDEFINED_ESTIMATE }, relative: null };
    share += (ages.counts[i]! / n) * known.share;
    error += (ages.counts[i]! / n) * known.error;
  }
  if (n === 0) return { maturity: { ...UNDEFINED_ESTIMATE }, relative: null };
  const top = curve.shares.at(-1) ?? 0;
  const absolute = clipInterval({ value: share, low: share - z * error, high: share + z * error }, 0, 1);
  return { maturity: absolute, relative: top > 0 ? Math.min(1, share / top) : null };
}
