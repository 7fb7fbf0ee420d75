import { type EventStore, storeTime } from '@plumbline/clickhouse';
import { groupBy, type MonitorBody } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { type Evaluation, evaluateWindow } from './evaluate.js';
import { type Kept, keepEvaluations } from './evaluations.js';
import type { Probes } from './probes.js';
import type { Verdict } from './state.js';
import { isHistorical } from './windows.js';

/** What was concluded about a window, and when. */
export type Concluded = { start: number; end: number; verdict: Verdict; message: string; evaluatedAt: number };
/** A window of the model and when its numbers changed last. */
export type Computed = { start: number; end: number; computedAt: number };
/** A conclusion that new rows or labels have overturned. */
export type Revision = { before: Concluded; after: Evaluation };

const BACK_MS = 14 * 86_400_000;
const CONCLUDED_MAX = 5_000;
/** Windows judged again in one review; the rest waits for the next one. */
const REVIEWED_MAX = 24;

/**
 * Judges windows again whose rows or labels changed after their verdict, and keeps what it finds as further evaluations.
 * Returns the verdicts that are others now, and whether there is more to judge.
 */
export async function reviewMonitor(
  store: EventStore,
  monitor: { id: string; body: MonitorBody; concluded: readonly Concluded[] },
  model: ModelContext,
  computed: readonly Computed[],
  probes: Probes,
  nowMs: number,
): Promise<{ revisions: Revision[]; more: boolean }> {
  const revisions: Revision[] = [];
  const kept: Kept[] = [];
  const all = overtaken(monitor.concluded, computed);
  for (const before of all.slice(0, REVIEWED_MAX)) {
    const after = await evaluateWindow(model, monitor.body, probes, before, nowMs);
    if (after === null) return { revisions: [], more: false };
    kept.push({ ...after, monitorId: monitor.id, evaluatedAt: nowMs, historical: isHistorical(before, nowMs) });
    if (after.verdict !== before.verdict) revisions.push({ before, after });
  }
  await keepEvaluations(store, model.projectId, kept);
  return { revisions, more: all.length > REVIEWED_MAX };
}

/**
 * Pure: conclusions about windows of which a part that was already over changed afterwards; what is still going on changes
 * all the time and is looked at anyway. Bad ones come first, then the newest.
 */
export function overtaken(concluded: readonly Concluded[], computed: readonly Computed[]): Concluded[] {
  return concluded
    .filter((c) =>
      computed.some(
        (w) => w.start < c.end && w.end > c.start && w.end <= c.evaluatedAt && w.computedAt > c.evaluatedAt,
      ),
    )
    .sort((a, b) => Number(b.verdict === 'bad') - Number(a.verdict === 'bad') || b.end - a.end);
}

/** The latest verdict of monitors on each of their windows of the last two weeks, by monitor. */
export async function concludedOf(
  store: EventStore,
  project: string,
  monitors: readonly string[],
  nowMs: number,
): Promise<Map<string, Concluded[]>> {
  const rows = await store.query<{
    monitor: string;
    start: number;
    end: number;
    verdict: Verdict;
    message: string;
    at: number;
  }>(
    `SELECT monitor_id AS monitor, toUnixTimestamp64Milli(window_start) AS start, toUnixTimestamp64Milli(window_end) AS end,
            argMax(verdict, evaluated_at) AS verdict, argMax(message, evaluated_at) AS message, toUnixTimestamp64Milli(max(evaluated_at)) AS at
     FROM ${store.database}.evaluations
     WHERE project = {project:String} AND monitor_id IN {monitors:Array(String)} AND window_end > {since:DateTime64(3,'UTC')}
     GROUP BY monitor_id, window_start, window_end ORDER BY end DESC LIMIT ${CONCLUDED_MAX} BY monitor_id`,
    { project, monitors, since: storeTime(Math.max(0, nowMs - BACK_MS)) },
  );
  const concluded = rows
    .map((r) => ({
      monitor: r.monitor,
      start: Number(r.start),
      end: Number(r.end),
      verdict: r.verdict,
      message: r.message,
      evaluatedAt: Number(r.at),
    }))
    .filter((c) => c.verdict !== 'error');
  return groupBy(concluded, (c) => c.monitor);
}

/** Windows of a model whose numbers changed lately. */
export async function computedSince(
  store: EventStore,
  model: ModelContext,
  stepMs: number,
  nowMs: number,
): Promise<Computed[]> {
  const rows = await store.query<{ start: number; at: number }>(
    `SELECT toUnixTimestamp64Milli(window_start) AS start, toUnixTimestamp64Milli(max(computed_at)) AS at
     FROM ${store.database}.window_newest
     WHERE project = {project:String} AND model = {model:String} AND granularity = {granularity:String} AND version = '*'
       AND window_start > {since:DateTime64(3,'UTC')}
     GROUP BY window_start ORDER BY at DESC LIMIT 2000`,
    {
      project: model.projectId,
      model: model.model,
      granularity: model.granularity,
      since: storeTime(Math.max(0, nowMs - BACK_MS - stepMs)),
    },
  );
  return rows.map((r) => ({ start: Number(r.start), end: Number(r.start) + stepMs, computedAt: Number(r.at) }));
}
