import type { ComparedMetric } from '@plumbline/contracts';
import { type Estimate, normalSf, squareAndAdd, UNDEFINED_ESTIMATE, Z95 } from '@plumbline/stats';

const NONE: Estimate = { ...UNDEFINED_ESTIMATE };

/**
 * Two versions on different rows: the difference of independent estimates, square-and-add of their intervals. The p-value is
 * that of the standard error on the side of zero, so that it is below 0.05 where the interval leaves out zero.
 */
export function independent(a: Estimate = NONE, b: Estimate = NONE): ComparedMetric {
  const difference = squareAndAdd(a, b);
  return { a, b, difference, p_value: pOf(difference) };
}

function pOf({ value, low, high }: Estimate): number | null {
  if (value === null || low === null || high === null) return null;
  const standardError = (value > 0 ? value - low : high - value) / Z95;
  return standardError > 0 ? 2 * normalSf(Math.abs(value) / standardError) : null;
}
