import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import type { Scope } from '@plumbline/monitors';
import { Binds, rowsSql } from '@plumbline/rows';

/** Shorter pauses decide nothing: a freshness limit is a quarter of an hour at least. */
const PAUSE_MIN_MS = 60_000;
const PAUSES_MAX = 100_000;

/** SQL of the seconds in which predictions came, as `t`. */
export function secondsSql(
  store: EventStore,
  model: ModelContext,
  { from, to }: { from: number; to: number },
  scope: Scope | undefined,
  binds: Binds,
): string {
  const filters = scope?.filters ?? [];
  // Copies and labels make no difference to when something came.
  const labels = filters.some((f) => f.field === 'label') ? {} : { unlabelled: true as const };
  const selection = { from, to, filters, version: scope?.version, nowMs: Date.now(), unique: true, ...labels };
  return `SELECT DISTINCT intDiv(ms, 1000) * 1000 AS t FROM (${rowsSql(store, model, selection, [], binds)})`;
}

/** Pauses between neighbouring predictions of `[from, to)`, oldest first, and when the first and the last prediction in it were. */
export async function silences(
  store: EventStore,
  model: ModelContext,
  range: { from: number; to: number },
  scope?: Scope,
): Promise<{ lastEventMs: number | null; firstEventMs: number | null; gaps: { from: number; to: number }[] }> {
  const binds = new Binds();
  const found = await store.query<{ t: number; gap: number; first: number; last: number }>(
    `SELECT t, gap, first, last FROM (
       SELECT t, t - lagInFrame(t, 1, t) OVER (ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS gap, min(t) OVER () AS first, max(t) OVER () AS last FROM (${secondsSql(store, model, range, scope, binds)}))
     WHERE gap >= ${PAUSE_MIN_MS} OR t = last ORDER BY t LIMIT ${PAUSES_MAX}`,
    binds.params,
    { heavy: true },
  );
  return {
    firstEventMs: found[0] ? Number(found[0].first) : null,
    lastEventMs: found[0] ? Number(found[0].last) : null,
    gaps: found
      .filter((r) => Number(r.gap) >= PAUSE_MIN_MS)
      .map((r) => ({ from: Number(r.t) - Number(r.gap), to: Number(r.t) })),
  };
}
