import type { EventStore } from '@plumbline/clickhouse';
import {
  type CompareAnswer,
  type ComparedMetric,
  type CompareQuestion,
  PAIRED_METRICS,
  PlumblineError,
} from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds } from '@plumbline/rows';
import { performance } from '../performance/performance.js';
import { binary } from './binary.js';
import { multiclass } from './multiclass.js';
import { bothSql, pairsSql, versionsOf } from './pairs.js';
import { regression } from './regression.js';
import { NOTHING, type PairedTask, type Read } from './task.js';
import { independent } from './unpaired.js';

const TASKS: Record<ModelContext['task'], PairedTask> = { binary, multiclass, regression };
const HEAVY_MS = 7 * 86_400_000;
type Counts = Record<'shared' | 'rows' | 'only_a' | 'only_b' | 'n_a' | 'n_b' | 'labelled_a' | 'labelled_b', number>;

/**
 * Two versions of a model against each other: on the prediction ids that both have where there are any, else as two
 * independent samples. Differences are a − b; below `min_labels` they are null.
 */
export async function compareVersions(
  store: EventStore,
  model: ModelContext,
  q: CompareQuestion,
  nowMs: number,
): Promise<CompareAnswer> {
  const metrics = metricsOf(model, q.metrics);
  const task = TASKS[model.task];
  const binds = new Binds();
  const rows = bothSql(store, model, q, task.columns, binds, nowMs);
  const sides = { a: binds.bind(q.a.version, 'String'), b: binds.bind(q.b.version, 'String') };
  const read: Read = (sql) => store.query(sql, binds.params, { heavy: q.to - q.from > HEAVY_MS });
  const counts = await count(read, pairsSql(rows, sides, {}));
  const paired = q.paired ?? counts.shared > 0;
  const answer = {
    paired,
    rows: paired ? counts.rows : 0,
    shared: counts.shared,
    only_a: counts.only_a,
    only_b: counts.only_b,
    a: { version: q.a.version, predictions: counts.n_a, labelled: counts.labelled_a },
    b: { version: q.b.version, predictions: counts.n_b, labelled: counts.labelled_b },
  };
  if (!paired) return { ...answer, metrics: await unpaired(store, model, q, metrics, nowMs) };
  if (counts.rows < Math.max(1, q.min_labels))
    return { ...answer, metrics: Object.fromEntries(metrics.map((m) => [m, NOTHING])) };
  const pairs = `SELECT * FROM (${pairsSql(rows, sides, task.values(model, binds))}) WHERE in_a AND in_b AND known`;
  return { ...answer, metrics: await task.read({ pairs, model, binds, metrics, read }) };
}

async function count(read: Read, pairs: string): Promise<Counts> {
  const [found] = await read<Partial<Counts>>(
    `SELECT countIf(in_a AND in_b) AS shared, countIf(in_a AND in_b AND known) AS rows, countIf(in_a AND NOT in_b) AS only_a,
       countIf(in_b AND NOT in_a) AS only_b, countIf(in_a) AS n_a, countIf(in_b) AS n_b, countIf(known_a) AS labelled_a, countIf(known_b) AS labelled_b
     FROM (${pairs})`,
  );
  const names = ['shared', 'rows', 'only_a', 'only_b', 'n_a', 'n_b', 'labelled_a', 'labelled_b'] as const;
  return Object.fromEntries(names.map((name) => [name, Number(found?.[name] ?? 0)])) as Counts;
}

async function unpaired(
  store: EventStore,
  model: ModelContext,
  q: CompareQuestion,
  metrics: string[],
  nowMs: number,
): Promise<Record<string, ComparedMetric>> {
  const { from, to, as_of, known_at, min_labels } = q;
  const filters = [...q.filters, versionsOf(q)];
  const windows = await performance(
    store,
    model,
    { from, to, filters, as_of, known_at, min_labels, metrics, group_by: ['version'], granularity: 'all' },
    nowMs,
  );
  const side = (version: string, metric: string) => {
    const found = windows.find((w) => w.group?.version === version)?.metrics[metric];
    return found && { value: found.value, low: found.low, high: found.high };
  };
  return Object.fromEntries(metrics.map((m) => [m, independent(side(q.a.version, m), side(q.b.version, m))]));
}

/** The metrics that are compared: those asked for, or all of the task. Refuses what has no comparison. */
export function metricsOf(model: ModelContext, asked: readonly string[] | undefined): string[] {
  const known: readonly string[] = PAIRED_METRICS[model.task];
  const unknown = asked?.filter((m) => !known.includes(m)) ?? [];
  if (unknown.length > 0)
    throw new PlumblineError(
      'invalid_request',
      `${unknown.map((m) => `'${m.slice(0, 60)}'`).join(', ')} cannot be compared for a ${model.task} model. It has: ${known.join(', ')}.`,
    );
  return [...new Set(asked ?? known)];
}
