import { type EventStore, storeTime } from '@plumbline/clickhouse';
import { type Db, findModelRow, type ModelContext, modelContext } from '@plumbline/control';
import { stepMs } from '@plumbline/rows';
import { shareKnown } from '@plumbline/stats';
import { type Delays, delaysAt, unlessTooHeavy } from '../delays/delays.js';
import { FINAL_MATURITY, maturityOf } from '../delays/maturity.js';
import { settlesAfter } from '../delays/observe.js';
import { markDirty } from './dirty.js';

const BACK_MS = 400 * 86_400_000;
const TAKE_MAX = 20_000;

/** Of these windows those that waiting has made final. Youngest predictions decide: those at the end of the window. */
export function ripe(model: ModelContext, delays: Delays, starts: readonly number[], nowMs: number): number[] {
  const step = stepMs(model.granularity);
  return starts.filter((start) => {
    const age = nowMs - (start + step);
    if (age < 0) return false;
    if (model.attributionMs !== null && age >= model.attributionMs) return true;
    const share = shareKnown(delays.curve, age)?.share ?? null;
    return (maturityOf(delays, share, 0) ?? 0) >= FINAL_MATURITY;
  });
}

/**
 * Marks windows that have become final by the mere passing of time: nothing else would ever compute them again, and their estimates
 * would never be held against what came true. Returns how many.
 */
export async function markRipe(store: EventStore, db: Db, nowMs: number): Promise<number> {
  type Row = { project: string; model: string; granularity: string; provisional: number[]; unlabelled: number[] };
  const rows = await store.query<Row>(
    `SELECT project, model, granularity, groupArrayIf(start, last = 'provisional') AS provisional, groupArrayIf(start, last = 'unlabelled') AS unlabelled FROM (
       SELECT project, model, granularity, toUnixTimestamp64Milli(window_start) AS start, argMax(state, computed_at) AS last
       FROM ${store.database}.window_newest WHERE version = '*' AND window_start >= {from:DateTime64(3,'UTC')}
       GROUP BY project, model, granularity, window_start HAVING last IN ('provisional', 'unlabelled') ORDER BY start LIMIT ${TAKE_MAX} BY project, model
     ) GROUP BY project, model, granularity`,
    { from: storeTime(nowMs - BACK_MS) },
    { acrossProjects: true, heavy: true },
  );
  let marked = 0;
  for (const { project, model: name, granularity, provisional, unlabelled } of rows) {
    const row = await findModelRow(db, project, name);
    const model = row && modelContext(row);
    if (!model || model.granularity !== granularity) continue;
    // Silence labels nothing, unless it means "negative".
    const starts = settlesAfter(model) === null ? provisional : [...provisional, ...unlabelled];
    marked += await markRipeOf(store, db, model, starts.map(Number), nowMs);
  }
  return marked;
}

async function markRipeOf(
  store: EventStore,
  db: Db,
  model: ModelContext,
  starts: readonly number[],
  nowMs: number,
): Promise<number> {
  if (starts.length === 0) return 0;
  const delays = await unlessTooHeavy(delaysAt(store, model, { nowMs }));
  if (delays === null) return 0;
  const due = ripe(model, delays, starts, nowMs);
  if (due.length > 0) await markDirty(db, model, due, nowMs);
  return due.length;
}

/** Models of which a window was computed since then. */
export async function modelsComputedSince(
  store: EventStore,
  sinceMs: number,
): Promise<{ projectId: string; model: string }[]> {
  const rows = await store.query<{ project: string; model: string }>(
    `SELECT DISTINCT project, model FROM ${store.database}.window_results WHERE computed_at >= {since:DateTime64(3,'UTC')} LIMIT ${TAKE_MAX}`,
    { since: storeTime(Math.max(0, sinceMs)) },
    { acrossProjects: true, heavy: true },
  );
  return rows.map(({ project, model }) => ({ projectId: project, model }));
}
