import { type EventStore, storeTime } from '@plumbline/clickhouse';
import type { Entry } from '../commit/groupCommit.js';
import { fingerprint, lastLabelKey, outcomeKey, predictionKey } from '../encode/identity.js';
import { Seen } from './seen.js';

const RECENT_MS = 3_600_000;
/** Rows read in one go while memory is rebuilt. */
const PAGE = 100_000;

type Table = 'predictions' | 'outcomes';
export type Memory = Record<Table, Seen<Entry>>;
type Stored = { project: string; model: string; version: string; prediction_id: string; payload: number; ms: number };
type StoredPrediction = Stored & { ts_given: boolean };
type StoredOutcome = Stored & { label: string };

/** Rebuilds the memory of identities at start: all of a small store, otherwise what arrived within the last hour. */
export async function loadSeen(store: EventStore, entriesMax: number, nowMs: number, aheadMs: number): Promise<Memory> {
  const [predictions, outcomes] = await Promise.all([
    load<StoredPrediction>(
      store,
      'predictions',
      'project, model, version, prediction_id, payload_hash AS payload, toUnixTimestamp64Milli(ts) AS ms, ts_given',
      entriesMax,
      { nowMs, aheadMs },
      (seen, r) =>
        seen.set(
          predictionKey(r.project, r.model, r.version, r.prediction_id),
          Number(r.payload),
          r.ts_given ? Number(r.ms) : null,
          nowMs,
        ),
    ),
    load<StoredOutcome>(
      store,
      'outcomes',
      'project, model, prediction_id, label, toUnixTimestamp64Milli(ts) AS ms',
      entriesMax / 2,
      { nowMs, aheadMs },
      (seen, { project, model, prediction_id: id, label, ms }) => {
        const said = fingerprint(label);
        seen.set(outcomeKey(project, model, id, Number(ms), label), said, Number(ms), nowMs);
        seen.set(lastLabelKey(project, model, id), said, Number(ms), nowMs);
      },
      2,
    ),
  ]);
  return { predictions, outcomes };
}

/** `rowsMax` rows fit into the memory; half of it is filled, so that what is loaded is not forgotten at once. */
async function load<Row>(
  store: EventStore,
  table: Table,
  columns: string,
  rowsMax: number,
  { nowMs, aheadMs }: { nowMs: number; aheadMs: number },
  remember: (seen: Seen<Entry>, row: Row) => void,
  entriesPerRow = 1,
): Promise<Seen<Entry>> {
  const from = await since(store, table, Math.floor(rowsMax / 2), nowMs);
  const before = from === null ? Number.NEGATIVE_INFINITY : await latestBefore(store, table, from);
  const seen = new Seen<Entry>(rowsMax * entriesPerRow, before, nowMs, aheadMs);
  const where = from === null ? '1' : `received_at >= {from:DateTime64(3,'UTC')}`;
  for (let offset = 0; ; offset += PAGE) {
    const rows = await store.query<Row>(
      `SELECT ${columns} FROM ${store.database}.${table} WHERE ${where}
       ORDER BY received_at, project, model, prediction_id LIMIT ${PAGE} OFFSET ${offset}`,
      from === null ? {} : { from: storeTime(from) },
      { acrossProjects: true, timeoutS: LOAD_TIMEOUT_S },
    );
    for (const row of rows) remember(seen, row);
    if (rows.length < PAGE) return seen;
  }
}

const LOAD_TIMEOUT_S = 120;

/** The latest time of an event among those that arrived before `from` and are not loaded; `from`, if none was ahead of it. */
async function latestBefore(store: EventStore, table: Table, from: number): Promise<number> {
  const [row] = await store.query<{ n: number; latest: number }>(
    `SELECT count() AS n, toUnixTimestamp64Milli(max(ts)) AS latest FROM ${store.database}.${table}
     WHERE ts > {from:DateTime64(3,'UTC')} AND received_at < {from:DateTime64(3,'UTC')}`,
    { from: storeTime(from) },
    { acrossProjects: true, timeoutS: LOAD_TIMEOUT_S },
  );
  return Number(row?.n ?? 0) > 0 ? Number(row!.latest) : from;
}

/** The arrival time from which on all rows are loaded; null is all of them. */
async function since(store: EventStore, table: Table, rowsMax: number, nowMs: number): Promise<number | null> {
  const count = async (where: string, params: Record<string, unknown> = {}) => {
    const [row] = await store.query<{ n: number }>(
      `SELECT count() AS n FROM ${store.database}.${table} WHERE ${where}`,
      params,
      { acrossProjects: true },
    );
    return Number(row?.n ?? 0);
  };
  if ((await count('1')) < rowsMax) return null;
  const recent = nowMs - RECENT_MS;
  const [row] = await store.query<{ n: number; from: number }>(
    `SELECT count() AS n, toUnixTimestamp64Milli(min(received_at)) AS from
     FROM (SELECT received_at FROM ${store.database}.${table} WHERE received_at >= {recent:DateTime64(3,'UTC')} ORDER BY received_at DESC LIMIT {most:UInt64})`,
    { recent: storeTime(recent), most: rowsMax },
    { acrossProjects: true, timeoutS: LOAD_TIMEOUT_S },
  );
  return Number(row?.n ?? 0) >= rowsMax ? Number(row!.from) + 1 : recent;
}
