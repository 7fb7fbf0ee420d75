import type { Estimate } from '../estimate.js';
import { squareAndAdd } from '../intervals/proportion.js';
import type { Direction } from '../metrics/direction.js';
import { normalSf, Z95 } from '../special/normal.js';

/** How a value is compared with a threshold. */
export type Operator = 'gt' | 'lt' | 'gte' | 'lte';

/** What to do with a value that has no interval: never ring on it, or let the value itself decide. */
export interface CompareOptions {
  withoutInterval?: 'never' | 'value';
}

/**
 * Whether a metric is beyond a threshold beyond doubt: its WHOLE interval is, not only the value.
 *
 * gt: low > threshold; gte: low >= threshold; lt: high < threshold; lte: high <= threshold.
 * Shapes: one estimate, one rule. Domain: an undefined value or n = 0 is never beyond. A value without limits is never
 * beyond either, unless `withoutInterval: 'value'` (meant for metrics that have none, see metricHasInterval).
 * Errors: RangeError for a threshold that is not a number.
 */
export function decideBeyond(
  estimate: Estimate & { n?: number },
  rule: { op: Operator; threshold: number },
  options: CompareOptions = {},
): boolean {
  if (Number.isNaN(rule.threshold)) throw new RangeError('the threshold is not a number');
  if (estimate.value === null || estimate.n === 0) return false;
  const upward = rule.op === 'gt' || rule.op === 'gte';
  const point = options.withoutInterval === 'value' ? estimate.value : null;
  const edge = (upward ? estimate.low : estimate.high) ?? point;
  if (edge === null) return false;
  switch (rule.op) {
    case 'gt':
      return edge > rule.threshold;
    case 'gte':
      return edge >= rule.threshold;
    case 'lt':
      return edge < rule.threshold;
    case 'lte':
      return edge <= rule.threshold;
  }
}

/** What a comparison of two estimates says; `difference` = current - baseline with its 95 % interval. */
export interface DifferenceDecision {
  difference: number | null;
  low: number | null;
  high: number | null;
  worse: boolean;
}

/**
 * Whether a metric got worse than a baseline by more than a tolerance, beyond doubt.
 *
 * The interval of the difference comes from the two intervals by square-and-add (MOVER; Newcombe's interval when they
 * are Wilson's), which supposes independent samples. Worse means: for `higher` (is better) high < -tolerance, for `lower`
 * low > tolerance, for `none` either. Getting better is never worse.
 * Shapes: two estimates of one unit. Domain: tolerance >= 0; undefined values never ring; missing limits never ring
 * unless `withoutInterval: 'value'`, which counts a missing interval as one of width 0.
 * Errors: RangeError for a negative tolerance. Source: Zou and Donner (2008); Newcombe (1998b).
 */
export function decideDifference(
  input: { current: Estimate; baseline: Estimate; direction: Direction; tolerance: number },
  options: CompareOptions = {},
): DifferenceDecision {
  const { direction, tolerance } = input;
  if (!(tolerance >= 0)) throw new RangeError(`the tolerance is ${tolerance}, not a number >= 0`);
  const asValue = options.withoutInterval === 'value';
  const { value, low, high } = squareAndAdd(
    asValue ? withLimits(input.current) : input.current,
    asValue ? withLimits(input.baseline) : input.baseline,
  );
  const fell = high !== null && high < -tolerance;
  const rose = low !== null && low > tolerance;
  const worse = direction === 'higher' ? fell : direction === 'lower' ? rose : fell || rose;
  return { difference: value, low, high, worse };
}

/**
 * p-value of "it did not get worse" that the 95 % interval of a difference implies: normal, with the interval's own reach
 * towards zero as 1.96 standard errors. One-sided in the bad direction, two-sided where none is bad.
 *
 * What a monitor's false-alarm budget is compared with (decideFamily): the interval itself is for one look.
 * Shapes: a decision of decideDifference. Domain: `null` without limits; an interval without width leaves no doubt (0 or 1).
 */
export function pNoChange(
  { difference, low, high }: Pick<DifferenceDecision, 'difference' | 'low' | 'high'>,
  direction: Direction,
): number | null {
  if (difference === null || low === null || high === null) return null;
  const reach = difference > 0 ? difference - low : high - difference;
  const away = difference === 0 ? 0.5 : normalSf(reach > 0 ? (Z95 * Math.abs(difference)) / reach : Infinity);
  if (direction === 'none') return Math.min(1, 2 * away);
  return (direction === 'lower') === difference > 0 ? away : 1 - away;
}

function withLimits({ value, low, high }: Estimate): Estimate {
  return { value, low: low ?? value, high: high ?? value };
}
