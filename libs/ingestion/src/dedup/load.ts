import type { EventStore } from '@plumbline/clickhouse';
import { storeTime } from '@plumbline/clickhouse';
import { groupBy } from '@plumbline/contracts';
import type { Row } from '../encode.js';
import { identityKey, lastLabelKey, outcomeKey } from '../encode.js';
import { type Known, Seen } from './seen.js';

const RECENT_MS = 3_600_000;
type Tables = { predictions: Seen; outcomes: Seen };
type StoredPrediction = {
  project: string;
  model: string;
  version: string;
  prediction_id: string;
  payload: string;
  ms: number;
  ts_given: boolean;
};
type StoredOutcome = { project: string; model: string; prediction_id: string; label: string; ms: number };

/** Rebuilds the memory of identities at start: all of a small store, otherwise what arrived within the last hour. */
export async function loadSeen(store: EventStore, entriesMax: number, nowMs: number): Promise<Tables> {
  const [predictions, outcomes] = await Promise.all([
    open(store, 'predictions', entriesMax, nowMs, async (seen, where, params) => {
      const rows = await store.query<StoredPrediction>(
        `SELECT project, model, version, prediction_id, toString(payload_hash) AS payload, toUnixTimestamp64Milli(ts) AS ms, ts_given
         FROM ${store.database}.predictions WHERE ${where} ORDER BY received_at`,
        params,
        { acrossProjects: true },
      );
      for (const r of rows)
        seen.set(identityKey(r.project, r.model, r.version, r.prediction_id), knownPrediction(r), nowMs);
    }),
    open(store, 'outcomes', entriesMax, nowMs, async (seen, where, params) => {
      const rows = await store.query<StoredOutcome>(
        `SELECT project, model, prediction_id, label, toUnixTimestamp64Milli(ts) AS ms FROM ${store.database}.outcomes WHERE ${where} ORDER BY received_at`,
        params,
        { acrossProjects: true },
      );
      for (const r of rows) rememberOutcome(seen, r.project, r.model, r.prediction_id, r.ms, r.label, nowMs);
    }),
  ]);
  return { predictions, outcomes };
}

const knownPrediction = (r: { payload: string; ms: number; ts_given: boolean }): Known => ({
  payload: r.payload,
  givenTs: r.ts_given ? r.ms : null,
});

export function rememberOutcome(
  seen: Seen,
  project: string,
  model: string,
  id: string,
  ms: number,
  label: string,
  nowMs: number,
): void {
  seen.set(outcomeKey(project, model, id, ms, label), { payload: label, givenTs: ms }, nowMs);
  seen.set(lastLabelKey(project, model, id), { payload: label, givenTs: ms }, nowMs);
}

type Fill = (seen: Seen, where: string, params: Record<string, unknown>) => Promise<void>;
async function open(store: EventStore, table: string, entriesMax: number, nowMs: number, fill: Fill): Promise<Seen> {
  const [total] = await store.query<{ n: number }>(
    `SELECT count() AS n FROM ${store.database}.${table}`,
    {},
    { acrossProjects: true },
  );
  const perRow = table === 'outcomes' ? 2 : 1;
  if (Number(total?.n ?? 0) * perRow < entriesMax / 2) {
    const seen = new Seen(entriesMax, Number.NEGATIVE_INFINITY, nowMs);
    await fill(seen, '1', {});
    return seen;
  }
  const since = nowMs - RECENT_MS;
  const [recent] = await store.query<{ n: number; from: number }>(
    `SELECT count() AS n, toUnixTimestamp64Milli(min(received_at)) AS from
     FROM (SELECT received_at FROM ${store.database}.${table} WHERE received_at >= {since:DateTime64(3,'UTC')} ORDER BY received_at DESC LIMIT {most:UInt64})`,
    { since: storeTime(since), most: Math.floor(entriesMax / 2 / perRow) },
    { acrossProjects: true },
  );
  const full = Number(recent?.n ?? 0) >= Math.floor(entriesMax / 2 / perRow);
  const from = full ? Number(recent!.from) + 1 : since;
  const seen = new Seen(entriesMax, from, nowMs);
  await fill(seen, `received_at >= {from:DateTime64(3,'UTC')}`, { from: storeTime(from) });
  return seen;
}

/** Looks up rows that memory may have forgotten. Answers by key; one query per model of the flush. */
export async function lookUp(
  store: EventStore,
  kind: 'predictions' | 'outcomes',
  rows: readonly Row[],
): Promise<Map<string, Known>> {
  const found = new Map<string, Known>();
  const groups = groupBy(rows, (r) => `${r.projectId}\u0000${r.model}`);
  for (const group of groups.values()) {
    const { projectId: project, model } = group[0]!;
    const params = { project, model, ids: [...new Set(group.map((r) => r.predictionId))] };
    if (kind === 'predictions') {
      const hours = [...new Set(group.map((r) => Math.floor(r.ts / 3_600_000) * 3600))];
      const stored = await store.query<StoredPrediction>(
        `SELECT version, prediction_id, toString(payload_hash) AS payload, toUnixTimestamp64Milli(ts) AS ms, ts_given
         FROM ${store.database}.predictions
         WHERE project = {project:String} AND model = {model:String}
           AND toStartOfHour(ts) IN (SELECT toDateTime64(arrayJoin({hours:Array(Int64)}), 3, 'UTC')) AND prediction_id IN {ids:Array(String)}
         ORDER BY inverted_arrival DESC LIMIT 1 BY prediction_id, version`,
        { ...params, hours },
      );
      for (const r of stored) found.set(identityKey(project, model, r.version, r.prediction_id), knownPrediction(r));
    } else {
      const stored = await store.query<StoredOutcome>(
        `SELECT prediction_id, label, toUnixTimestamp64Milli(ts) AS ms FROM ${store.database}.outcomes
         WHERE project = {project:String} AND model = {model:String} AND prediction_id IN {ids:Array(String)}`,
        params,
      );
      for (const r of stored)
        found.set(outcomeKey(project, model, r.prediction_id, r.ms, r.label), { payload: r.label, givenTs: r.ms });
    }
  }
  return found;
}
