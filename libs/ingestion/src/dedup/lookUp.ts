import type { EventStore } from '@plumbline/clickhouse';
import { groupBy } from '@plumbline/contracts';
import { fingerprint } from '../encode/identity.js';
import type { Row } from '../encode/row.js';
import type { Said } from './compare.js';

type StoredPrediction = { version: string; prediction_id: string; payload: number; ms: number; ts_given: boolean };
type StoredOutcome = { prediction_id: string; label: string; ms: number };

const SEP = '\u0000';
const HOUR_MS = 3_600_000;

/**
 * Looks up rows that memory may have forgotten: what is stored under their identity. One query per model of the flush;
 * predictions are sought in the hours of the events, by a hash of their ids first (an id that comes again with a time in another hour is
 * found later, by the worker).
 */
export async function lookUp(
  store: EventStore,
  kind: 'predictions' | 'outcomes',
  rows: readonly Row[],
): Promise<(row: Row) => Said | undefined> {
  const found = new Map<string, Said>();
  /** The last label of each id: one that comes again without a time is the same as before. */
  const last = new Map<string, Said>();
  for (const group of groupBy(rows, (r) => `${r.projectId}${SEP}${r.model}`).values()) {
    const { projectId: project, model } = group[0]!;
    const params = { project, model, ids: [...new Set(group.map((r) => r.predictionId))] };
    const name = (...parts: (string | number)[]) => JSON.stringify([project, model, ...parts]);
    if (kind === 'predictions') {
      const hours = [...new Set(group.map((r) => Math.floor(r.ts / HOUR_MS) * (HOUR_MS / 1000)))];
      const stored = await store.query<StoredPrediction>(
        `SELECT version, prediction_id, payload_hash AS payload, toUnixTimestamp64Milli(ts) AS ms, ts_given
         FROM ${store.database}.predictions
         PREWHERE id_a IN (SELECT cityHash64(arrayJoin({ids:Array(String)})))
         WHERE project = {project:String} AND model = {model:String}
           AND toStartOfHour(ts) IN (SELECT toDateTime64(arrayJoin({hours:Array(Int64)}), 3, 'UTC'))
         ORDER BY inverted_arrival DESC LIMIT 1 BY prediction_id, version`,
        { ...params, hours },
      );
      for (const r of stored)
        found.set(name(r.version, r.prediction_id), {
          payload: Number(r.payload),
          givenTs: r.ts_given ? Number(r.ms) : null,
        });
    } else {
      const stored = await store.query<StoredOutcome>(
        `SELECT prediction_id, label, toUnixTimestamp64Milli(ts) AS ms FROM ${store.database}.outcomes
         WHERE project = {project:String} AND model = {model:String} AND prediction_id IN {ids:Array(String)} ORDER BY received_at`,
        params,
      );
      for (const r of stored) {
        const payload = fingerprint(r.label);
        const known = { payload, givenTs: Number(r.ms) };
        found.set(name(r.prediction_id, Number(r.ms), payload), known);
        last.set(name(r.prediction_id), known);
      }
    }
  }
  return (row) => {
    const name = (...parts: (string | number)[]) => JSON.stringify([row.projectId, row.model, ...parts]);
    if (kind === 'predictions') return found.get(name(row.version, row.predictionId));
    const before = row.givenTs === null ? last.get(name(row.predictionId)) : undefined;
    return (
      found.get(name(row.predictionId, row.ts, row.payload)) ?? (before?.payload === row.payload ? before : undefined)
    );
  };
}
