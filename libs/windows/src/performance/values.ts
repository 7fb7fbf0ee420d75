import type { MetricValue } from '@plumbline/contracts';
import type { Estimate } from '@plumbline/stats';
import type { Counts } from './counts.js';
import { GENERAL } from './metrics.js';
import type { Measured } from './task.js';

const NONE: Estimate = { value: null, low: null, high: null };
const plain = ({ value, low, high }: Estimate): Estimate => ({ value, low, high });

/** A metric from the labels; null where there are not enough of them. General metrics need none. */
export function realizedValue(
  metric: string,
  counts: Counts,
  found: Measured | undefined,
  enough: boolean,
): MetricValue {
  const point = (value: unknown): MetricValue => ({
    value: value === null || value === undefined ? null : Number(value),
    low: null,
    high: null,
    kind: 'realized',
  });
  if (metric === 'count') return point(counts.predictions);
  if (metric === 'latency_p50') return point(counts.p50);
  if (metric === 'latency_p95') return point(counts.p95);
  return realizedOf((enough && found?.estimates[metric]) || undefined);
}

export const realizedOf = (estimate: Estimate = NONE): MetricValue => ({ ...plain(estimate), kind: 'realized' });

/** What is told beside the realized value when estimates are asked for. */
export type Beside = {
  /** Undefined where nothing is ever estimated (regression); null without an estimator. */
  estimated: Record<string, Estimate> | null | undefined;
  corrected: Record<string, Estimate> | undefined;
  /** Labelled enough, and no label to come that matters. */
  settled: boolean;
};

/**
 * A metric with what it was estimated and corrected to. The value shown is the realized one when the window is settled or there is
 * no estimate, else the estimate.
 */
export function valueBeside(metric: string, realized: MetricValue, beside: Beside): MetricValue {
  const { kind: _, ...own } = realized;
  const general = GENERAL.includes(metric);
  const estimated = beside.estimated === undefined || general ? undefined : (beside.estimated?.[metric] ?? NONE);
  const corrected = general ? undefined : beside.corrected?.[metric];
  const values = {
    realized: own,
    ...(estimated ? { estimated: plain(estimated) } : {}),
    ...(corrected ? { corrected: plain(corrected) } : {}),
  };
  return estimated && estimated.value !== null && !beside.settled
    ? { ...plain(estimated), kind: 'estimated', values }
    : { ...realized, values };
}
