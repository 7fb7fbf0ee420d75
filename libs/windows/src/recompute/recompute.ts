import { type EventStore, jsonLines, storeTime } from '@plumbline/clickhouse';
import type { PerformanceWindow } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { performance } from '../performance/performance.js';
import { stepMs } from '../rows/rows.js';

/** Windows computed by one question: bounds its memory and its answer. */
const RANGE_WINDOWS_MAX = 2_000;

/** Computes these windows from raw rows, over all versions and per version, and keeps the results under their time of computing. */
export async function recomputeWindows(
  store: EventStore,
  model: ModelContext,
  starts: readonly number[],
  nowMs: number,
): Promise<number> {
  let written = 0;
  const step = stepMs(model.granularity);
  for (const { from, to } of ranges(starts, step)) {
    const question = { from, to, filters: [], granularity: model.granularity, min_labels: 1, group_by: [] };
    const all = await performance(store, model, question, nowMs);
    const perVersion = await performance(store, model, { ...question, group_by: ['version'] }, nowMs);
    const wanted = new Set(starts);
    const keep = (w: PerformanceWindow) => wanted.has(Date.parse(w.start));
    const lines = [
      ...all.filter(keep).map((w) => line(model, '*', w, nowMs)),
      ...perVersion.filter(keep).map((w) => line(model, w.group?.version ?? '', w, nowMs)),
    ];
    await store.insert('window_results', jsonLines(lines));
    written += lines.length;
  }
  return written;
}

const line = (model: ModelContext, version: string, w: PerformanceWindow, nowMs: number) => ({
  project: model.projectId,
  model: model.model,
  version,
  granularity: model.granularity,
  window_start: storeTime(Date.parse(w.start)),
  predictions: w.predictions,
  labelled: w.labelled,
  metrics: JSON.stringify(Object.fromEntries(Object.entries(w.metrics).map(([k, v]) => [k, [v.value, v.low, v.high]]))),
  computed_at: storeTime(nowMs),
});

/** Runs of windows that lie close together, so that a backfill is a few questions and not thousands. */
export function ranges(starts: readonly number[], step: number): { from: number; to: number }[] {
  const sorted = [...starts].sort((a, b) => a - b);
  const out: { from: number; to: number }[] = [];
  for (const start of sorted) {
    const last = out.at(-1);
    if (last && start - last.to <= 24 * step && (start + step - last.from) / step <= RANGE_WINDOWS_MAX)
      last.to = start + step;
    else out.push({ from: start, to: start + step });
  }
  return out;
}

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
     FROM ${store.database}.window_results
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
