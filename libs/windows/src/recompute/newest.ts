import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';

export type NewestWindow = {
  start: number;
  predictions: number;
  labelled: number;
  /** The primary metric of its model with its interval. */
  metric: Interval;
  /** The same as expected from the scores, as it was kept. */
  estimated: Interval;
};
type Interval = readonly [value: number | null, low: number | null, high: number | null];

/**
 * What was computed last of the newest `limit` windows of each model (all versions together), oldest first, by the model's name:
 * one question however many models there are.
 */
export async function newestWindows(
  store: EventStore,
  models: readonly ModelContext[],
  limit: number,
): Promise<Map<string, NewestWindow[]>> {
  const found = new Map<string, NewestWindow[]>(models.map((m) => [m.model, []]));
  const project = models[0]?.projectId;
  if (project === undefined) return found;
  const newest = `${store.database}.window_newest
     WHERE project = {project:String} AND (model, granularity) IN arrayZip({names:Array(String)}, {steps:Array(String)}) AND version = '*'`;
  const rows = await store.query<{
    model: string;
    start: number;
    predictions: number;
    labelled: number;
    metric: string;
    expected: string;
  }>(
    `SELECT model, toUnixTimestamp64Milli(window_start) AS start, argMax(predictions, computed_at) AS predictions, argMax(labelled, computed_at) AS labelled,
            argMax(JSONExtractRaw(metrics, _metric), computed_at) AS metric, argMax(JSONExtractRaw(estimated, _metric), computed_at) AS expected,
            transform(model, {names:Array(String)}, {metrics:Array(String)}, '') AS _metric
     FROM ${newest} AND (model, window_start) IN (
       SELECT model, window_start FROM ${newest} GROUP BY model, window_start ORDER BY window_start DESC LIMIT {limit:UInt32} BY model)
     GROUP BY model, window_start, _metric ORDER BY model, window_start LIMIT {rows:UInt32}`,
    {
      project,
      limit,
      rows: limit * models.length,
      names: models.map((m) => m.model),
      steps: models.map((m) => m.granularity),
      metrics: models.map((m) => m.primaryMetric),
    },
  );
  for (const row of rows)
    found.get(row.model)?.push({
      start: Number(row.start),
      predictions: Number(row.predictions),
      labelled: Number(row.labelled),
      metric: row.metric ? JSON.parse(row.metric) : [null, null, null],
      estimated: row.expected ? JSON.parse(row.expected) : [null, null, null],
    });
  return found;
}
