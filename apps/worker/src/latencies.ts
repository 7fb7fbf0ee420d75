import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import type { Scope, Windows } from '@plumbline/monitors';
import { Binds } from '@plumbline/rows';
import { windowedRows } from './windowed.js';

/** Quantiles of the response times per window, and how many there are. */
export async function latencies(
  store: EventStore,
  model: ModelContext,
  windows: Windows,
  scope: Scope,
  levels: readonly number[],
  nowMs: number,
): Promise<Map<number, { n: number; quantiles: number[] }>> {
  const binds = new Binds();
  const rows = windowedRows(store, model, windows, scope, ['latency_ms'], binds, nowMs);
  const found = await store.query<{ win: number; n: number; qs: number[] }>(
    `SELECT win, count() AS n, quantilesTDigest(${levels.map(Number).join(', ')})(assumeNotNull(latency_ms)) AS qs
     FROM (${rows}) WHERE isNotNull(latency_ms) GROUP BY win`,
    binds.params,
    { heavy: true },
  );
  return new Map(found.map((r) => [Number(r.win), { n: Number(r.n), quantiles: r.qs }]));
}

/** How many response times of a window lie above each of its limits. */
export async function slower(
  store: EventStore,
  model: ModelContext,
  windows: Windows,
  scope: Scope,
  limits: ReadonlyMap<number, readonly (number | null)[]>,
  nowMs: number,
): Promise<Map<number, number[]>> {
  const binds = new Binds();
  const rows = windowedRows(store, model, windows, scope, ['latency_ms'], binds, nowMs);
  const wins = binds.bind([...limits.keys()], 'Array(Int64)');
  const bounds = binds.bind(
    [...limits.values()].map((of) => of.map((limit) => limit ?? Number.MAX_VALUE)),
    'Array(Array(Float64))',
  );
  const found = await store.query<{ win: number; above: number[] }>(
    `SELECT win, sumForEach(arrayMap(limit -> toUInt64(v > limit), bounds[indexOf(wins, win)])) AS above
     FROM (SELECT toInt64(win) AS win, assumeNotNull(latency_ms) AS v FROM (${rows}) WHERE isNotNull(latency_ms)) AS times
     CROSS JOIN (SELECT ${wins} AS wins, ${bounds} AS bounds) AS asked WHERE has(wins, win) GROUP BY win`,
    binds.params,
    { heavy: true },
  );
  return new Map(found.map((r) => [Number(r.win), r.above.map(Number)]));
}
