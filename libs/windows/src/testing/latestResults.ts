import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';

export type WindowResult = {
  start: number;
  predictions: number;
  labelled: number;
  computedAt: number;
  metrics: Record<string, [number | null, number | null, number | null]>;
};

/** The newest results of the last windows of a model, oldest first; `version` '*' is all versions together. */
export async function latestResults(
  store: EventStore,
  model: ModelContext,
  limit: number,
  version = '*',
): Promise<WindowResult[]> {
  const rows = await store.query<{
    start: number;
    predictions: number;
    labelled: number;
    computed: number;
    metrics: string;
  }>(
    `SELECT toUnixTimestamp64Milli(window_start) AS start, argMax(predictions, computed_at) AS predictions, argMax(labelled, computed_at) AS labelled,
            toUnixTimestamp64Milli(max(computed_at)) AS computed, argMax(metrics, computed_at) AS metrics
     FROM ${store.database}.window_newest
     WHERE project = {project:String} AND model = {model:String} AND granularity = {granularity:String} AND version = {version:String}
     GROUP BY window_start ORDER BY window_start DESC LIMIT {limit:UInt32}`,
    { project: model.projectId, model: model.model, granularity: model.granularity, version, limit },
  );
  return rows.reverse().map((r) => ({
    start: Number(r.start),
    predictions: Number(r.predictions),
    labelled: Number(r.labelled),
    computedAt: Number(r.computed),
    metrics: JSON.parse(r.metrics),
  }));
}
