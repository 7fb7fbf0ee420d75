import { type EventStore, jsonLines } from '@plumbline/clickhouse';
import { type PerformanceWindow, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { stepMs } from '@plumbline/rows';
import type { Estimators } from '../estimate/keep.js';
import { performance } from '../performance/performance.js';
import { type Range, ranges } from './ranges.js';
import { asSaid, changed, keptOf, lastSaid, resultRow } from './results.js';
import { scoredRows } from './score.js';

/**
 * Computes these windows from raw rows, over all versions and per version. What says something else than before is kept under its time
 * of computing; of windows that are final, what was estimated is kept beside what came true. Once `stopping`, the rest is left. Returns the results
 * written.
 */
export async function recomputeWindows(
  store: EventStore,
  model: ModelContext,
  starts: readonly number[],
  nowMs: number,
  { estimators, stopping = () => false }: { estimators?: Estimators; stopping?: () => boolean } = {},
): Promise<number> {
  const step = stepMs(model.granularity);
  const wanted = new Set(starts);
  let written = 0;
  for (const range of ranges(starts, step))
    if (!stopping()) written += await recomputeRange(store, model, range, step, wanted, nowMs, estimators);
  return written;
}

/** Whether windows of single versions are those of all versions: one in each window, estimated by the same reference. */
async function areWhole(perVersion: readonly PerformanceWindow[], estimators?: Estimators): Promise<boolean> {
  if (new Set(perVersion.map((w) => w.start)).size < perVersion.length) return false;
  const reference = (await estimators?.())?.reference;
  return perVersion.every((w) => w.estimated_by?.id === reference?.id);
}

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
    const perVersion = await performance(store, model, { ...question, group_by: ['version'] }, nowMs);
    const all = (await areWhole(perVersion, estimators))
      ? perVersion.map(({ group: _, ...w }) => w)
      : await performance(store, model, question, nowMs);
    const before = await lastSaid(store, model, { from, to });
    const kept = [
      ...all.filter(keep).map((w) => keptOf(model, '*', w)),
      ...perVersion.filter(keep).map((w) => keptOf(model, w.group?.version ?? '', w)),
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
