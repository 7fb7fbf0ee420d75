import { type EventStore, storeTime } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';

/** Shorter pauses decide nothing: a freshness limit is a quarter of an hour at least. */
const PAUSE_MIN_MS = 60_000;
const PAUSES_MAX = 100_000;

/** Pauses between neighbouring predictions of `[from, to)`, oldest first, and when the last prediction in it was. */
export async function silences(
  store: EventStore,
  model: ModelContext,
  from: number,
  to: number,
): Promise<{ lastEventMs: number | null; gaps: { from: number; to: number }[] }> {
  const params = {
    project: model.projectId,
    model: model.model,
    from: storeTime(Math.max(0, from)),
    to: storeTime(Math.max(0, to)),
  };
  const seconds = `SELECT DISTINCT intDiv(toUnixTimestamp64Milli(ts), 1000) * 1000 AS t FROM ${store.database}.predictions
    WHERE project = {project:String} AND model = {model:String} AND ts >= {from:DateTime64(3,'UTC')} AND ts < {to:DateTime64(3,'UTC')}`;
  const found = await store.query<{ t: number; gap: number; last: number }>(
    `SELECT t, gap, last FROM (
       SELECT t, t - lagInFrame(t, 1, t) OVER (ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS gap, max(t) OVER () AS last FROM (${seconds}))
     WHERE gap >= ${PAUSE_MIN_MS} OR t = last ORDER BY t LIMIT ${PAUSES_MAX}`,
    params,
    { heavy: true },
  );
  return {
    lastEventMs: found[0] ? Number(found[0].last) : null,
    gaps: found
      .filter((r) => Number(r.gap) >= PAUSE_MIN_MS)
      .map((r) => ({ from: Number(r.t) - Number(r.gap), to: Number(r.t) })),
  };
}
