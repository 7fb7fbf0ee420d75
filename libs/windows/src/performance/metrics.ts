import { GENERAL_METRICS, type Granularity, METRICS, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { type Grid, gridOf } from '@plumbline/rows';

export const WINDOWS_MAX = 10_000;
/** Windows that a range may span, empty ones included: over five years of hours. */
const SPAN_MAX = 50_000;
/** Metrics that need no labels. */
export const GENERAL: readonly string[] = GENERAL_METRICS;
const PER_CLASS = /^(precision|recall|f1|roc_auc):./s;

export const defaultMetrics = (model: ModelContext): string[] => [
  ...METRICS[model.task].filter((m) => m !== 'confusion'),
  ...GENERAL_METRICS,
];

export function assertMetrics(model: ModelContext, metrics: readonly string[]): void {
  const known: readonly string[] = [...METRICS[model.task], ...GENERAL];
  const unknown = metrics.filter((m) => !known.includes(m) && !(model.task === 'multiclass' && PER_CLASS.test(m)));
  if (unknown.length > 0)
    throw new PlumblineError(
      'invalid_request',
      `${unknown.map((m) => `'${m.slice(0, 60)}'`).join(', ')} is not a metric of a ${model.task} model. It has: ${known.join(', ')}.`,
    );
}

/** Refuses at once what could only end in too many windows, before any row is read. */
export function assertWindows(from: number, to: number, granularity: Granularity | Grid): void {
  if (granularity === 'all') return;
  const { stepMs } = typeof granularity === 'string' ? gridOf(granularity) : granularity;
  // Empty windows are left out, so a long sparse range is fine; this only stops ranges that no traffic explains.
  if ((to - from) / stepMs > SPAN_MAX) throw tooManyWindows();
}

export const tooManyWindows = () =>
  new PlumblineError(
    'range_too_large',
    `More than ${WINDOWS_MAX} windows × groups. Ask for a shorter range, a coarser granularity or fewer groups.`,
  );
