import { type EventStore, jsonLines } from '@plumbline/clickhouse';
import { type PerformanceWindow, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { Estimators } from '../estimate/keep.js';
import { performance } from '../performance/performance.js';
import { stepMs } from '../rows/rows.js';
import { asSaid, changed, keptOf, lastSaid, resultRow } from './results.js';
import { scoredRows } from './score.js';

/** Windows computed by one question: bounds its memory and its answer. */
const RANGE_WINDOWS_MAX = 2_000;

/**
 * Computes these windows from raw rows, over all versions and per version. What says something else than before is kept under its time
 * of computing; of windows that are final, what was estimated is kept beside what came true. Returns the results written.
 */
export async function recomputeWindows(
  store: EventStore,
  model: ModelContext,
  starts: readonly number[],
  nowMs: number,
  estimators?: Estimators,
): Promise<number> {
  const step = stepMs(model.granularity);
  const wanted = new Set(starts);
  let written = 0;
  for (const range of ranges(starts, step))
    written += await recomputeRange(store, model, range, step, wanted, nowMs, estimators);
  return written;
}

type Range = { from: number; to: number };

/** A range with so many versions that its windows are too many for one question is computed half by half. */
async function recomputeRange(
  store: EventStore,
  model: ModelContext,
  { from, to }: Range,
  step: number,
  wanted: ReadonlySet<number>,
  nowMs: number,
  estimators?: Estimators,
): Promise<number> {
  const question = { from, to, filters: [], granularity: model.granularity, min_labels: 1, group_by: [], estimators };
  const keep = (w: PerformanceWindow) => wanted.has(Date.parse(w.start));
  try {
    const all = await performance(store, model, question, nowMs);
    const perVersion = await performance(store, model, { ...question, group_by: ['version'] }, nowMs);
    const before = await lastSaid(store, model, { from, to });
    const kept = [
      ...all.filter(keep).map((w) => keptOf('*', w)),
      ...perVersion.filter(keep).map((w) => keptOf(w.group?.version ?? '', w)),
    ].map((k) => asSaid(k, before(k.version, k.start)));
    const news = kept.filter((k) => changed(k, before(k.version, k.start)));
    // Scores first: a result that is there says that its window is done with.
    const scored = news.flatMap((k) => scoredRows(model, k, k.start + step, nowMs));
    await store.insert('estimates_scored', jsonLines(scored));
    await store.insert('window_results', jsonLines(news.map((k) => resultRow(model, k, nowMs))));
    return news.length;
  } catch (error) {
    const windows = (to - from) / step;
    if (!(error instanceof PlumblineError) || error.code !== 'range_too_large' || windows <= 1) throw error;
    const middle = from + Math.floor(windows / 2) * step;
    const halves = [
      { from, to: middle },
      { from: middle, to },
    ];
    let written = 0;
    for (const half of halves) written += await recomputeRange(store, model, half, step, wanted, nowMs, estimators);
    return written;
  }
}

/** Runs of windows that lie close together, so that a backfill is a few questions and not thousands. */
export function ranges(starts: readonly number[], step: number): Range[] {
  const sorted = [...starts].sort((a, b) => a - b);
  const out: Range[] = [];
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
