import type { EventStore } from '@plumbline/clickhouse';
import type { Granularity } from '@plumbline/contracts';
import type { ModelContext, Tx } from '@plumbline/control';
import { stepMs } from '@plumbline/rows';
import { markDirty } from './dirty.js';

const WINDOWS_MAX = 100_000;

/**
 * Marks every window that was ever computed, the newest ones first if they are too many: the model is declared anew, and what
 * it was measured by has changed.
 */
export async function markAll(store: EventStore, tx: Tx, model: ModelContext, nowMs: number): Promise<void> {
  const rows = await store.query<{ granularity: Exclude<Granularity, 'all'>; start: number }>(
    `SELECT DISTINCT granularity, toUnixTimestamp64Milli(window_start) AS start FROM ${store.database}.window_newest
     WHERE project = {project:String} AND model = {model:String} AND version = '*' ORDER BY start DESC LIMIT ${WINDOWS_MAX}`,
    { project: model.projectId, model: model.model },
  );
  const starts = new Set<number>();
  for (const { granularity, start } of rows) {
    const end = Number(start) + stepMs(granularity);
    // A day that was one window may now be twenty-four.
    for (let at = Number(start); at < end && starts.size < WINDOWS_MAX; at += stepMs(model.granularity)) starts.add(at);
  }
  await markDirty(tx, model, [...starts], nowMs);
}
