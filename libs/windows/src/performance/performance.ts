import type { EventStore } from '@plumbline/clickhouse';
import {
  type Filter,
  type Granularity,
  iso,
  type PerformanceQuestion,
  type PerformanceWindow,
} from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import {
  type AfterWindow,
  afterWindowSql,
  Binds,
  type Cut,
  cutSql,
  fieldSql,
  filterSql,
  type Grid,
  referenceRowsSql,
  rowsSql,
  windowEnd,
  windowSql,
} from '@plumbline/rows';
import { maturityOf, shown, stateOf } from '../delays/maturity.js';
import { momentMs } from '../delays/observe.js';
import type { Estimators } from '../estimate/keep.js';
import { besides } from './beside.js';
import { binary } from './binary.js';
import { readCounts } from './counts.js';
import { assertMetrics, assertWindows, defaultMetrics, GENERAL, tooManyWindows, WINDOWS_MAX } from './metrics.js';
import { multiclass } from './multiclass.js';
import { regression } from './regression.js';
import type { Keys, Measured, Reading, Task } from './task.js';
import { realizedValue, valueBeside } from './values.js';

const TASKS: Record<ModelContext['task'], Task> = { binary, multiclass, regression };

type Group = Readonly<Record<string, string | null>>;
export type PerformanceInput = Pick<PerformanceQuestion, 'from' | 'to' | 'filters' | 'group_by' | 'min_labels'> &
  Partial<Pick<PerformanceQuestion, 'metrics' | 'version' | 'known_at'>> & {
    as_of?: number | AfterWindow;
    granularity: Granularity | Grid;
    /** Only these groups. */
    groups?: readonly Group[];
    /** Fields of `group_by` whose values are put together; groups then have the keys of `cutSql`. */
    cuts?: readonly Cut[];
    /** Rows of a stored reference instead of predictions. */
    reference?: string;
    /** The model has few rows: whatever the range, it is read beside other questions. */
    light?: boolean;
    /** Estimated and corrected values are told too, by these estimators. */
    estimators?: Estimators;
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
  const groups = q.group_by.map((field, i) => {
    const cut = q.cuts?.find((c) => c.field === field);
    return { field, name: `grp${i}`, sql: cut ? cutSql(cut, model, binds) : fieldSql(field, model, binds) };
  });
  const columns = [...new Set([...task.columns, 'latency_ms' as const, ...groups.flatMap((g) => g.sql.needs)])];
  const each = typeof q.as_of === 'object' ? q.as_of : null;
  // Windows that are looked at one after the other have one delay curve, the last one's.
  const moment = { asOf: typeof q.as_of === 'object' ? q.to + q.as_of.afterMs : q.as_of, knownAt: q.known_at, nowMs };
  const { from, to, version } = q;
  const filters = [...q.filters, ...(q.groups ? valuesOf(q.group_by, q.groups) : [])];
  const selection = { from, to, filters, version, ...moment, ...(each ? { asOf: each } : {}) };
  const all = q.reference
    ? referenceRowsSql(store, model, q.reference, columns, binds, filters)
    : rowsSql(store, model, selection, columns, binds);
  const rows = q.groups && groups.length > 1 ? `SELECT * FROM (${all}) WHERE ${oneOf(q.groups, model, binds)}` : all;
  const names = ['win', ...groups.map((g) => g.name)];
  const keys: Keys = {
    select: [`${windowSql(q.granularity, q.from)} AS win`, ...groups.map((g) => `(${g.sql.text}) AS ${g.name}`)].join(
      ', ',
    ),
    names: names.join(', '),
    of: (row) => JSON.stringify(names.map((n) => (n === 'win' ? Number(row.win) : (row[n] ?? null)))),
  };
  const options = { heavy: !q.light && q.to - q.from > 7 * 86_400_000 };
  const reading: Reading = { store, model, rows, keys, binds, options };
  const needed = metrics.some((m) => !GENERAL.includes(m));
  const { counts, delays } = await readCounts(reading, q.reference ? null : moment, {
    sums: needed ? task.sums?.(model, binds, metrics) : undefined,
    latency: metrics.some((m) => m.startsWith('latency')),
    at: each ? afterWindowSql(each) : undefined,
  });
  if (counts.length > WINDOWS_MAX) throw tooManyWindows();
  const windows = counts.map((c) => {
    const [predictions, labelled] = [Number(c.predictions), Number(c.labelled)];
    const maturity = maturityOf(delays, c.share, labelled / predictions);
    const newestMs = Number(c.newest);
    const atMs = each ? Number(c.win) + each.grid.stepMs + each.afterMs : momentMs(moment);
    const state = stateOf({ labelled, maturity, newestMs, atMs, attributionMs: model.attributionMs });
    const group = Object.fromEntries(groups.map((g) => [g.field, (c[g.name] as string | null) ?? null]));
    return { counts: c, key: keys.of(c), start: Number(c.win), group, predictions, labelled, maturity, state };
  });
  const measured =
    needed && windows.some((w) => w.labelled > 0)
      ? await task.read({ ...reading, metrics, counts })
      : new Map<string, Measured>();
  const beside = q.estimators && needed ? await besides(reading, windows, q, q.estimators, delays, moment) : null;
  return windows.map((w) => {
    const { predictions, labelled, maturity, state } = w;
    const found = measured.get(w.key);
    const enough = labelled >= q.min_labels;
    const aside = beside?.get(w.key);
    const value = (m: string) => {
      const realized = realizedValue(m, w.counts, found, enough);
      return q.estimators
        ? valueBeside(m, realized, { ...NOTHING, ...aside, settled: enough && state === 'final' })
        : realized;
    };
    return {
      start: iso(w.start),
      end: iso(windowEnd(w.start, q.granularity, q.to)),
      ...(groups.length > 0 ? { group: w.group } : {}),
      predictions,
      labelled,
      coverage: predictions > 0 ? labelled / predictions : null,
      expected_coverage: maturity === null ? null : shown(Number(w.counts.share)),
      maturity,
      state,
      metrics: Object.fromEntries(metrics.filter((m) => m !== 'confusion').map((m) => [m, value(m)])),
      ...(metrics.includes('confusion') && found?.confusion ? { confusion: found.confusion } : {}),
      ...(aside?.reference ? { estimated_by: aside.reference } : {}),
    };
  });
}

/** Per field the values that groups have: for one field just their rows, for several a little more. */
const valuesOf = (fields: readonly string[], groups: readonly Group[]): Filter[] =>
  fields.map((field) => ({ field, op: 'in', value: [...new Set(groups.map((g) => g[field] ?? null))] }) as Filter);

/** The condition of being in one of the groups. */
const oneOf = (groups: readonly Group[], model: ModelContext, binds: Binds): string =>
  `(${groups
    .map((group) =>
      Object.entries(group)
        .map(([field, value]) => filterSql({ field, op: 'eq', value } as Filter, fieldSql(field, model, binds), binds))
        .join(' AND '),
    )
    .join(' OR ')})`;

const NOTHING = { estimated: undefined, corrected: undefined };
