import { type EventStore, storeTime } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';

/** Rows that come later than this were imported. */
const IMPORTED_MS = 2 * 86_400_000;
const ROWS_MIN = 50;

/** How long after their time the predictions of a range arrived; what was imported is left out. Null with fewer than 50 rows. */
export async function arrival(
  store: EventStore,
  model: ModelContext,
  from: number,
  to: number,
): Promise<{ p50Ms: number; p95Ms: number } | null> {
  const [row] = await store.query<{ n: number; p50: number; p95: number }>(
    `SELECT count() AS n, quantile(0.5)(lag) AS p50, quantile(0.95)(lag) AS p95 FROM (
       SELECT greatest(0, toUnixTimestamp64Milli(received_at) - toUnixTimestamp64Milli(ts)) AS lag FROM ${store.database}.predictions
       WHERE project = {project:String} AND model = {model:String} AND ts >= {from:DateTime64(3,'UTC')} AND ts < {to:DateTime64(3,'UTC')})
     WHERE lag < ${IMPORTED_MS}`,
    {
      project: model.projectId,
      model: model.model,
      from: storeTime(Math.max(0, from)),
      to: storeTime(Math.max(0, to)),
    },
    { heavy: true },
  );
  return row && Number(row.n) >= ROWS_MIN ? { p50Ms: Number(row.p50), p95Ms: Number(row.p95) } : null;
}
