import type { EventStore } from '@plumbline/clickhouse';
import {
  GENERAL_METRICS,
  type Granularity,
  iso,
  METRICS,
  type MetricValue,
  type PerformanceQuestion,
  type PerformanceWindow,
  PlumblineError,
} from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { Estimate } from '@plumbline/stats';
import { Binds, fieldSql } from '../rows/fields.js';
import { type Grid, gridOf, referenceRowsSql, rowsSql, windowEnd, windowSql } from '../rows/rows.js';
import { binary } from './binary.js';
import { multiclass } from './multiclass.js';
import { regression } from './regression.js';
import type { Keys, Measured, Task } from './task.js';

const TASKS: Record<ModelContext['task'], Task> = { binary, multiclass, regression };
const WINDOWS_MAX = 10_000;
/** Windows that a range may span, empty ones included: over five years of hours. */
const SPAN_MAX = 50_000;
const GENERAL: readonly string[] = GENERAL_METRICS;
const PER_CLASS = /^(precision|recall|f1|roc_auc):./s;

type Counts = Record<string, unknown> & {
  w: number;
  predictions: number;
  labelled: number;
  p50: number | null;
  p95: number | null;
};
export type PerformanceInput = Pick<PerformanceQuestion, 'from' | 'to' | 'filters' | 'group_by' | 'min_labels'> &
  Partial<Pick<PerformanceQuestion, 'metrics' | 'version' | 'as_of' | 'known_at'>> & {
    granularity: Granularity | Grid;
    /** Rows of a stored reference instead of predictions. */
    reference?: string;
  };

/**
 * Performance per window and group, from raw rows: predictions, labels, coverage, and every metric with its interval.
 * Windows ascend and empty ones are left out; below `min_labels` a metric is null.
 */
export async function performance(
  store: EventStore,
  model: ModelContext,
  q: PerformanceInput,
  nowMs: number,
): Promise<PerformanceWindow[]> {
  const metrics = q.metrics ?? defaultMetrics(model);
  assertMetrics(model, metrics);
  assertWindows(q.from, q.to, q.granularity);
  const task = TASKS[model.task];
  const binds = new Binds();
  const groups = q.group_by.map((field, i) => ({ field, name: `grp${i}`, sql: fieldSql(field, model, binds) }));
  const columns = [...new Set([...task.columns, 'latency_ms' as const, ...groups.flatMap((g) => g.sql.needs)])];
  const selection = {
    from: q.from,
    to: q.to,
    filters: q.filters,
    version: q.version,
    asOf: q.as_of,
    knownAt: q.known_at,
    nowMs,
  };
  const rows = q.reference
    ? referenceRowsSql(store, model, q.reference, columns, binds)
    : rowsSql(store, model, selection, columns, binds);
  const names = ['win', ...groups.map((g) => g.name)];
  const keys: Keys = {
    select: [`${windowSql(q.granularity, q.from)} AS win`, ...groups.map((g) => `(${g.sql.text}) AS ${g.name}`)].join(
      ', ',
    ),
    names: names.join(', '),
    of: (row) => JSON.stringify(names.map((n) => (n === 'win' ? Number(row.win) : (row[n] ?? null)))),
  };
  const options = { heavy: q.to - q.from > 7 * 86_400_000 };
  const counts = await store.query<Counts>(
    `SELECT ${keys.names}, count() AS predictions, countIf(has_label) AS labelled, quantileExactInclusive(0.5)(latency_ms) AS p50, quantileExactInclusive(0.95)(latency_ms) AS p95
     FROM (SELECT ${keys.select}, has_label, latency_ms FROM (${rows})) GROUP BY ${keys.names} ORDER BY ${keys.names} LIMIT ${WINDOWS_MAX + 1}`,
    binds.params,
    options,
  );
  if (counts.length > WINDOWS_MAX) throw tooManyWindows();
  const measured =
    counts.some((c) => Number(c.labelled) > 0) && metrics.some((m) => !GENERAL.includes(m))
      ? await task.read({ store, model, rows, keys, binds, metrics, options })
      : new Map<string, Measured>();
  return counts.map((c) => {
    const start = Number(c.win);
    const found = measured.get(keys.of(c));
    const labelled = Number(c.labelled);
    const predictions = Number(c.predictions);
    return {
      start: iso(start),
      end: iso(windowEnd(start, q.granularity, q.to)),
      ...(groups.length > 0
        ? { group: Object.fromEntries(groups.map((g) => [g.field, (c[g.name] as string | null) ?? null])) }
        : {}),
      predictions,
      labelled,
      coverage: predictions > 0 ? labelled / predictions : null,
      maturity: null,
      metrics: Object.fromEntries(
        metrics.filter((m) => m !== 'confusion').map((m) => [m, metricOf(m, c, found, labelled >= q.min_labels)]),
      ),
      ...(metrics.includes('confusion') && found?.confusion ? { confusion: found.confusion } : {}),
    };
  });
}

const NONE: Estimate = { value: null, low: null, high: null };

function metricOf(metric: string, counts: Counts, found: Measured | undefined, enough: boolean): MetricValue {
  const point = (value: unknown): MetricValue => ({
    value: value === null || value === undefined ? null : Number(value),
    low: null,
    high: null,
    kind: 'realized',
  });
  if (metric === 'count') return point(counts.predictions);
  if (metric === 'latency_p50') return point(counts.p50);
  if (metric === 'latency_p95') return point(counts.p95);
  const estimate = (enough && found?.estimates[metric]) || NONE;
  return { value: estimate.value, low: estimate.low, high: estimate.high, kind: 'realized' };
}

export const defaultMetrics = (model: ModelContext): string[] => [
  ...METRICS[model.task].filter((m) => m !== 'confusion'),
  ...GENERAL_METRICS,
];

function assertMetrics(model: ModelContext, metrics: readonly string[]): void {
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

const tooManyWindows = () =>
  new PlumblineError(
    'range_too_large',
    `More than ${WINDOWS_MAX} windows × groups. Ask for a shorter range, a coarser granularity or fewer groups.`,
  );
