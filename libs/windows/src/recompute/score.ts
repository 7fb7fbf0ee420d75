import { type EventStore, storeTime } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import type { EstimateReference } from '../estimate/keep.js';
import type { Kept, Triple } from './results.js';

/** Labels below which what was realised says too little about the estimate. */
const LABELLED_MIN = 30;
/** An estimate speaks of all predictions: where few of them were labelled, reality is a sample with an error of its own. */
const COVERAGE_MIN = 0.5;
/** Counts of the labelled rows are no estimate of those of all rows. */
const COUNTS = ['tp', 'fp', 'tn', 'fn'];

/** Rows of `estimates_scored` for a window that is final and over: what was estimated beside what came true. */
export function scoredRows(model: ModelContext, k: Kept, endMs: number, nowMs: number): object[] {
  if (k.state !== 'final' || endMs > nowMs) return [];
  if (k.labelled < LABELLED_MIN || k.labelled < COVERAGE_MIN * k.predictions) return [];
  return Object.entries(k.estimated).flatMap(([metric, [estimated, low, high]]) => {
    const realized = k.metrics[metric];
    if (COUNTS.includes(metric) || estimated === null || !realized || realized[0] === null) return [];
    return {
      project: model.projectId,
      model: model.model,
      version: k.version,
      granularity: model.granularity,
      window_start: storeTime(k.start),
      metric,
      reference: JSON.stringify(k.reference),
      estimated,
      estimated_low: low,
      estimated_high: high,
      realized: realized[0],
      realized_low: realized[1],
      realized_high: realized[2],
      predictions: k.predictions,
      labelled: k.labelled,
      scored_at: storeTime(nowMs),
    };
  });
}

/** A window whose estimate was compared with reality. */
export type Scored = {
  start: number;
  predictions: number;
  labelled: number;
  reference: EstimateReference | null;
  metrics: Record<string, { estimated: Triple; realized: Triple }>;
};

/** The newest scored windows of a model, newest first; `version` '*' is all versions together. */
export async function scoredWindows(
  store: EventStore,
  model: ModelContext,
  asked: { version: string; before: number | null; limit: number },
): Promise<Scored[]> {
  type Row = Record<'start' | 'predictions' | 'labelled' | 'estimated' | 'realized', number> &
    Record<'el' | 'eh' | 'rl' | 'rh', number | null> & { metric: string; reference: string };
  const where = `project = {project:String} AND model = {model:String} AND granularity = {granularity:String} AND version = {version:String}
    AND toUnixTimestamp64Milli(window_start) < {before:Int64}`;
  const table = `${store.database}.estimates_scored`;
  const rows = await store.query<Row>(
    `SELECT toUnixTimestamp64Milli(window_start) AS start, metric, reference, predictions, labelled, estimated, realized,
       estimated_low AS el, estimated_high AS eh, realized_low AS rl, realized_high AS rh
     FROM ${table} WHERE ${where} AND window_start IN (SELECT DISTINCT window_start FROM ${table} WHERE ${where} ORDER BY window_start DESC LIMIT {limit:UInt32})
     ORDER BY window_start DESC, metric, scored_at DESC LIMIT 1 BY window_start, metric`,
    {
      project: model.projectId,
      model: model.model,
      granularity: model.granularity,
      version: asked.version,
      before: asked.before ?? Number.MAX_SAFE_INTEGER,
      limit: asked.limit,
    },
  );
  const windows = new Map<number, Scored>();
  for (const r of rows) {
    const start = Number(r.start);
    const window = windows.get(start) ?? {
      start,
      predictions: Number(r.predictions),
      labelled: Number(r.labelled),
      reference: JSON.parse(r.reference) as EstimateReference | null,
      metrics: {},
    };
    windows.set(start, window);
    window.metrics[r.metric] = { estimated: [r.estimated, r.el, r.eh], realized: [r.realized, r.rl, r.rh] };
  }
  return [...windows.values()];
}
