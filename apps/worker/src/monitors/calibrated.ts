import type { EventStore } from '@plumbline/clickhouse';
import type { Calibration } from '@plumbline/contracts';
import { and, type Db, eq, type ModelContext, monitors } from '@plumbline/control';
import { bodyOf, calibrate, type MonitorRow, wantsThreshold } from '@plumbline/monitors';
import { createProbes } from '../probes.js';

const DAY_MS = 86_400_000;
/** Too little history is looked at again sooner. */
const HOUR_MS = 3_600_000;

/**
 * The threshold of an `auto` condition: the one that was found last, or a newer one once a day. While the monitor fires it stays what it
 * was: a fault must not raise the threshold that shows it.
 */
export async function calibrated(
  store: EventStore,
  db: Db,
  row: MonitorRow,
  model: ModelContext,
  nowMs: number,
): Promise<Calibration | null> {
  const body = bodyOf(row);
  if (!wantsThreshold(body)) return null;
  const last = row.calibrated ?? null;
  const restMs = last?.value == null ? HOUR_MS : DAY_MS;
  if (last && (row.state === 'firing' || row.state === 'pending' || nowMs - Date.parse(last.at) < restMs)) return last;
  const found = await calibrate(model, body, (at) => createProbes(store, db, () => at), nowMs);
  // What was found once is better than nothing.
  const kept = found?.value == null && last?.value != null ? { ...last, at: new Date(nowMs).toISOString() } : found;
  // Unless it was edited meanwhile: another rule has another threshold.
  await db
    .update(monitors)
    .set({ calibrated: kept })
    .where(and(eq(monitors.id, row.id), eq(monitors.updatedAt, row.updatedAt)));
  return kept;
}
