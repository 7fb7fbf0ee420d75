import type { EventStore } from '@plumbline/clickhouse';
import {
  type Granularity,
  iso,
  type MetricValue,
  type PerformanceQuestion,
  type PerformanceWindow,
} from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { Estimate } from '@plumbline/stats';
import { maturityOf, shown, stateOf } from '../delays/maturity.js';
import { momentMs } from '../delays/observe.js';
import { Binds, fieldSql } from '../rows/fields.js';
import { type Grid, referenceRowsSql, rowsSql, windowEnd, windowSql } from '../rows/rows.js';
import { binary } from './binary.js';
import { type Counts, readCounts } from './counts.js';
import { assertMetrics, assertWindows, defaultMetrics, GENERAL, tooManyWindows, WINDOWS_MAX } from './metrics.js';
import { multiclass } from './multiclass.js';
import { regression } from './regression.js';
import type { Keys, Measured, Task } from './task.js';

const TASKS: Record<ModelContext['task'], Task> = { binary, multiclass, regression };

export type PerformanceInput = Pick<PerformanceQuestion, 'from' | 'to' | 'filters' | 'group_by' | 'min_labels'> &
  Partial<Pick<PerformanceQuestion, 'metrics' | 'version' | 'as_of' | 'known_at'>> & {
    granularity: Granularity | Grid;
    /** Rows of a stored reference instead of predictions. */
    reference?: string;
  };

/**
 * Performance per window and group, from raw rows: predictions, labels, coverage, maturity, and every metric with its interval.
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
  const moment = { asOf: q.as_of, knownAt: q.known_at, nowMs };
  const selection = { from: q.from, to: q.to, filters: q.filters, version: q.version, ...moment };
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
  const { counts, delays } = await readCounts(
    { store, model, rows, keys, binds, options },
    q.reference ? null : moment,
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
    const maturity = maturityOf(delays, c.share);
    return {
      start: iso(start),
      end: iso(windowEnd(start, q.granularity, q.to)),
      ...(groups.length > 0
        ? { group: Object.fromEntries(groups.map((g) => [g.field, (c[g.name] as string | null) ?? null])) }
        : {}),
      predictions,
      labelled,
      coverage: predictions > 0 ? labelled / predictions : null,
      expected_coverage: maturity === null ? null : shown(Number(c.share)),
      maturity,
      state: stateOf({
        labelled,
        maturity,
        newestMs: Number(c.newest),
        atMs: momentMs(moment),
        attributionMs: model.attributionMs,
      }),
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
