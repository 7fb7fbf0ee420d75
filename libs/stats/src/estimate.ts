/**
 * A number together with its two-sided confidence interval.
 *
 * `value` is `null` when the quantity is undefined for the data (for example precision without a predicted positive);
 * `low` and `high` are `null` together, when no honest interval exists. They are never NaN or infinite.
 */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
}

/** The estimate of something undefined: all three fields `null`. */
export const UNDEFINED_ESTIMATE: Readonly<Estimate> = Object.freeze({ value: null, low: null, high: null });

/** A value without an interval; a value that is not finite becomes `null`. */
export function pointEstimate(value: number | null): Estimate {
  return { value: value !== null && Number.isFinite(value) ? value : null, low: null, high: null };
}
