import { createHash } from 'node:crypto';
import { type EventStore, jsonLines, storeTime } from '@plumbline/clickhouse';
import type { Filter, SliceLoss, SlicePredicate } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';

export type FoundKind = 'window' | 'monitor';
/** Which search: of a mature window, or of what a monitor judged when it fired; then `metric` is what it was about. */
export type Search = { kind: FoundKind; about: string; loss: SliceLoss; metric: string };
export type Named = { slice: string; predicates: SlicePredicate[]; filters: Filter[] };
/** A slice in a window: as it was found (`rank` from 1), or only measured (0). */
export type FoundRow = Search &
  Named & {
    start: number;
    end: number;
    rank: number;
    n: number;
    rows: number;
    error: number | null;
    overall: number | null;
    before: number | null;
    score: number | null;
    explains: number | null;
    p_value: number | null;
    q_value: number | null;
    searched: number;
    computedAt: number;
  };

const ROWS_MAX = 20_000;

/** The same for the same conditions, in whatever order. */
export function sliceId(predicates: readonly SlicePredicate[]): string {
  const texts = predicates.map(({ field, op, value }) => JSON.stringify([field, op, value])).sort();
  return createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 24);
}

export async function keepFound(store: EventStore, model: ModelContext, rows: readonly FoundRow[]): Promise<void> {
  if (rows.length === 0) return;
  const lines = rows.map(({ start, end, computedAt, predicates, filters, ...row }) => ({
    project: model.projectId,
    model: model.model,
    ...row,
    window_start: storeTime(start),
    window_end: storeTime(end),
    predicates: JSON.stringify(predicates),
    filters: JSON.stringify(filters),
    computed_at: storeTime(computedAt),
  }));
  await store.insert('slices_found', jsonLines(lines));
}

/** The newest window that was searched; null before the first. */
export async function newestSearch(
  store: EventStore,
  model: ModelContext,
  kind: FoundKind,
): Promise<{ start: number; end: number } | null> {
  const [row] = await store.query<{ start: number; end: number }>(
    `SELECT toUnixTimestamp64Milli(window_start) AS start, toUnixTimestamp64Milli(window_end) AS end FROM ${store.database}.slices_found
     WHERE project = {project:String} AND model = {model:String} AND kind = {kind:String} AND slice = '' ORDER BY window_start DESC LIMIT 1`,
    { project: model.projectId, model: model.model, kind },
  );
  return row ? { start: Number(row.start), end: Number(row.end) } : null;
}

type Stored = Omit<FoundRow, 'predicates' | 'filters'> & { predicates: string; filters: string };

/** What was found and measured since a time, newest window first; rows without a slice stand for searches. */
export async function readFound(
  store: EventStore,
  model: ModelContext,
  { kind, loss, from }: { kind: FoundKind; loss?: SliceLoss; from: number },
): Promise<FoundRow[]> {
  const rows = await store.query<Stored>(
    `SELECT kind, about, loss, metric, toUnixTimestamp64Milli(window_start) AS start, toUnixTimestamp64Milli(window_end) AS end, slice, rank, predicates, filters,
       n, rows, error, overall, before, score, explains, p_value, q_value, searched, toUnixTimestamp64Milli(computed_at) AS computedAt
     FROM ${store.database}.slices_found
     WHERE project = {project:String} AND model = {model:String} AND kind = {kind:String} AND window_start >= {from:DateTime64(3,'UTC')}
       ${loss === undefined ? '' : 'AND loss = {loss:String}'}
     ORDER BY window_start DESC, window_end, about, loss, slice, computed_at DESC LIMIT 1 BY kind, about, loss, window_start, window_end, slice LIMIT ${ROWS_MAX}`,
    {
      project: model.projectId,
      model: model.model,
      kind,
      from: storeTime(Math.max(0, from)),
      loss: loss ?? '',
    },
  );
  const numbers = ['start', 'end', 'rank', 'n', 'rows', 'searched', 'computedAt'] as const;
  return rows.map((row) => ({
    ...row,
    ...(Object.fromEntries(numbers.map((key) => [key, Number(row[key])])) as Record<(typeof numbers)[number], number>),
    predicates: row.predicates === '' ? [] : JSON.parse(row.predicates),
    filters: row.filters === '' ? [] : JSON.parse(row.filters),
  }));
}
