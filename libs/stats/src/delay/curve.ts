import { censoredRisk, type DelayObservation, type KnownDelay, truncatedRisk } from './risk.js';

/**
 * F(a) = P(label known by age a), as a right-continuous step function; JSON-able.
 *
 * F jumps to `shares[i]` at `ages[i]` and has the standard error `errors[i]` from there on; it is 0 before the first age
 * and keeps its last value beyond the last one. `known: 'censored'` curves are absolute: their last value, the plateau,
 * is below 1 when some labels never come. `'truncated'` curves are relative to what is known by `lastAge`: they end at 1.
 */
export interface DelayCurve {
  known: 'censored' | 'truncated';
  ages: number[];
  shares: number[];
  errors: number[];
  /** Rows and labels that it was made of. */
  rows: number;
  labelled: number;
  /** The greatest age observed (censored), or that is still backed by enough labels (truncated). */
  lastAge: number | null;
}

/** Labels that must be at risk at the last age of a truncated curve: fewer would make all of it guesswork. */
export const TRUNCATED_AT_RISK_MIN = 30;

/**
 * Kaplan-Meier delay curve of predictions with and without a label yet.
 *
 * Formula: 1 - F(a) = Π_{t <= a} (1 - d_t/n_t); Greenwood: se² = (1-F)² Σ_{t <= a} d_t/(n_t(n_t - d_t)). Where every row
 * at risk is labelled F is 1 and Greenwood has no value: the error of the step before is kept.
 * Shapes: (age, labelled, count) in any order, so a histogram of a few hundred bins will do (ages are then bin ends).
 * Units: those of the ages. Domain: censoring must not depend on the delay (it is the clock: now - ts). Rows without any
 * label give F = 0; no rows give a curve that knows nothing (`rows` 0).
 * Errors: see censoredRisk. Source: Kaplan and Meier (1958); Greenwood (1926).
 */
export function delayCurve(observations: Iterable<DelayObservation>): DelayCurve {
  const { steps, rows, labelled, lastAge } = censoredRisk(observations);
  const curve: DelayCurve = { known: 'censored', ages: [], shares: [], errors: [], rows, labelled, lastAge };
  let survival = 1;
  let greenwood = 0;
  for (const { age, events, atRisk } of steps) {
    survival *= 1 - events / atRisk;
    if (atRisk > events) greenwood += events / (atRisk * (atRisk - events));
    curve.ages.push(age);
    curve.shares.push(1 - survival);
    curve.errors.push(atRisk > events ? survival * Math.sqrt(greenwood) : (curve.errors.at(-1) ?? 0));
  }
  return curve;
}

/**
 * Delay curve of rows that are only known once they are labelled (one true class), by the product limit in reversed time.
 *
 * Formula: F(a)/F(last) = Π_{t > a} (1 - d_t/n_t), n_t as in truncatedRisk; se² = F² Σ_{t > a} d_t/(n_t(n_t - d_t)).
 * F(last) itself cannot be known from labels alone: the curve is relative to it. Delays beyond the last age with at least
 * TRUNCATED_AT_RISK_MIN labels at risk are left out.
 * Shapes: (delay, age now, count). Units: those of the ages. Domain: no label with enough company gives a curve without
 * steps. Errors: see truncatedRisk. Source: Lagakos, Barraj and De Gruttola (1988); Woodroofe (1985), Annals of
 * Statistics 13, 163-177.
 */
export function truncatedDelayCurve(known: Iterable<KnownDelay>): DelayCurve {
  const { steps, rows, labelled } = truncatedRisk(known);
  while (steps.length > 0 && steps.at(-1)!.atRisk < TRUNCATED_AT_RISK_MIN) steps.pop();
  const curve: DelayCurve = { known: 'truncated', ages: [], shares: [], errors: [], rows, labelled, lastAge: null };
  let share = 1;
  let greenwood = 0;
  for (const { age, events, atRisk } of steps.toReversed()) {
    curve.ages.push(age);
    curve.shares.push(share);
    curve.errors.push(share * Math.sqrt(greenwood));
    curve.lastAge ??= age;
    share *= 1 - events / atRisk;
    // Nobody below was at risk: what lies there cannot be told from the data, and counts as not yet known.
    if (atRisk === events) break;
    greenwood += events / (atRisk * (atRisk - events));
  }
  for (const list of [curve.ages, curve.shares, curve.errors]) list.reverse();
  return curve;
}

/** Index of the step that holds at an age; -1 before the first. */
function stepAt(ages: readonly number[], age: number): number {
  let low = 0;
  let high = ages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ages[middle]! <= age) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * F(age) with its standard error; `null` from a curve that knows nothing.
 *
 * Shapes: scalar. Units: the curve's. Domain: before the first step 0; beyond the last observation the last value (Gill's
 * convention). A curve of rows without labels is 0 everywhere.
 */
export function shareKnown(curve: DelayCurve, age: number): { share: number; error: number } | null {
  if (curve.rows === 0 || (curve.known === 'truncated' && curve.ages.length === 0)) return null;
  const step = stepAt(curve.ages, age);
  return step < 0 ? { share: 0, error: 0 } : { share: curve.shares[step]!, error: curve.errors[step]! };
}

/**
 * The same curve with at most `stepsMax` steps: those are kept that divide the rise of F most evenly, the last always.
 *
 * F moves by at most 1/stepsMax of its plateau, downwards. For storing; bounded whatever the number of delays.
 * Errors: RangeError for stepsMax < 2.
 */
export function thinDelayCurve(curve: DelayCurve, stepsMax = 256): DelayCurve {
  if (!(stepsMax >= 2)) throw new RangeError(`a curve needs two steps or more, got ${stepsMax}`);
  if (curve.ages.length <= stepsMax) return curve;
  const top = curve.shares.at(-1)!;
  const keep: number[] = [];
  let level = -1;
  curve.shares.forEach((share, i) => {
    const reached = Math.floor((share / top) * (stepsMax - 2));
    if (reached > level || i === curve.shares.length - 1) keep.push(i);
    level = Math.max(level, reached);
  });
  const pick = (list: number[]) => keep.map((i) => list[i]!);
  return { ...curve, ages: pick(curve.ages), shares: pick(curve.shares), errors: pick(curve.errors) };
}
