import { type EventStore, jsonLines, storeTime } from '@plumbline/clickhouse';

export type BatchKind = 'predictions' | 'outcomes';
export type Batch = {
  batch_id: string;
  kind: BatchKind;
  rows: number;
  from_ms: number;
  to_ms: number;
  committed_ms: number;
};

/** Batches read in one go; as many as this means that there may be more. */
export const PENDING_MAX = 2_000;

const TIMES = `toUnixTimestamp64Milli(min(ts_min)) AS from_ms, toUnixTimestamp64Milli(max(ts_max)) AS to_ms, toUnixTimestamp64Milli(min(committed_at)) AS committed_ms`;
/** Batch ids rise with the time at which they were made, which is before they are committed, so both tables can be cut. */
const SLACK_MS = 3_600_000;
const since = (ms: number) => ({
  since: storeTime(Math.max(0, ms)),
  since_id: Math.max(0, ms - SLACK_MS)
    .toString(16)
    .padStart(12, '0')
    .replace(/^.{8}/, '$&-'),
});
const SINCE = `committed_at >= {since:DateTime64(3,'UTC')}`;
const done = (database: string, kinds: string, where = '') =>
  `FROM ${database}.batches_done WHERE batch_id >= {since_id:String} AND kind IN (${kinds})${where}`;
const OF_MODEL = ' AND project = {project:String} AND model = {model:String}';

/** Batches of a model that were committed since then and not yet joined, oldest first. */
export async function pendingBatches(
  store: EventStore,
  projectId: string,
  model: string,
  sinceMs = 0,
): Promise<Batch[]> {
  const db = store.database;
  return store.query<Batch>(
    `SELECT batch_id, kind, max(rows) AS rows, ${TIMES}
     FROM ${db}.batches
     WHERE ${SINCE} ${OF_MODEL}
       AND (batch_id, toString(kind)) NOT IN (SELECT batch_id, toString(kind) ${done(db, "'predictions', 'outcomes'", OF_MODEL)})
     GROUP BY batch_id, kind ORDER BY committed_ms, batch_id LIMIT ${PENDING_MAX}`,
    { project: projectId, model, ...since(sinceMs) },
  );
}

/** Batches of predictions that were joined and whose identities were not yet compared with all earlier ones, oldest first. */
export async function uncomparedBatches(
  store: EventStore,
  projectId: string,
  model: string,
  sinceMs = 0,
): Promise<Batch[]> {
  const db = store.database;
  return store.query<Batch>(
    `SELECT batch_id, 'predictions' AS kind, max(rows) AS rows, ${TIMES}
     FROM ${db}.batches AS b
     WHERE ${SINCE} ${OF_MODEL} AND b.kind = 'predictions' AND b.rows > 0
       AND batch_id IN (SELECT batch_id ${done(db, "'predictions'", OF_MODEL)}) AND batch_id NOT IN (SELECT batch_id ${done(db, "'identities'", OF_MODEL)})
     GROUP BY batch_id ORDER BY committed_ms, batch_id LIMIT ${PENDING_MAX}`,
    { project: projectId, model, ...since(sinceMs) },
  );
}

/** Which of these batches of predictions were joined. */
export async function joinedAmong(
  store: EventStore,
  projectId: string,
  model: string,
  batchIds: ReadonlySet<string>,
): Promise<(batchId: string) => boolean> {
  const rows = await store.query<{ batch_id: string }>(
    `SELECT DISTINCT batch_id FROM ${store.database}.batches_done
     WHERE batch_id IN {batches:Array(String)} AND kind = 'predictions' ${OF_MODEL}`,
    { project: projectId, model, batches: [...batchIds] },
  );
  const joined = new Set(rows.map((r) => r.batch_id));
  return (batchId) => joined.has(batchId);
}

/** A model with work, and when the oldest of it was committed. */
export type Waiting = { project: string; model: string; oldest: number };

/** Models that have batches to join: what a reconciler looks at. */
export async function modelsWithPendingBatches(store: EventStore, sinceMs = 0): Promise<Waiting[]> {
  const db = store.database;
  return store.query(
    `SELECT project, model, toUnixTimestamp64Milli(min(committed_at)) AS oldest FROM ${db}.batches
     WHERE ${SINCE} AND (batch_id, project, model, toString(kind)) NOT IN (SELECT batch_id, project, model, toString(kind) ${done(db, "'predictions', 'outcomes'")})
     GROUP BY project, model ORDER BY oldest LIMIT 10000`,
    since(sinceMs),
    { acrossProjects: true },
  );
}

/** Models with batches whose identities wait to be compared. */
export async function modelsToCompare(store: EventStore, sinceMs = 0): Promise<Waiting[]> {
  const db = store.database;
  return store.query(
    `SELECT project, model, toUnixTimestamp64Milli(min(committed_at)) AS oldest FROM ${db}.batches AS b
     WHERE ${SINCE} AND b.kind = 'predictions' AND b.rows > 0
       AND (batch_id, project, model) NOT IN (SELECT batch_id, project, model ${done(db, "'identities'")})
       AND (batch_id, project, model) IN (SELECT batch_id, project, model ${done(db, "'predictions'")})
     GROUP BY project, model ORDER BY oldest LIMIT 10000`,
    since(sinceMs),
    { acrossProjects: true },
  );
}

export async function markDone(
  store: EventStore,
  projectId: string,
  model: string,
  batches: readonly Batch[],
  nowMs: number,
  done?: 'identities',
): Promise<void> {
  await store.insert(
    'batches_done',
    jsonLines(
      batches.map((b) => ({
        batch_id: b.batch_id,
        project: projectId,
        model,
        kind: done ?? b.kind,
        done_at: storeTime(nowMs),
      })),
    ),
  );
}

export const ids = (batches: readonly Batch[]): string[] => batches.map((b) => b.batch_id);
/** The times between which the events of these batches lie, as parameters. */
export const span = (batches: readonly Batch[]) => ({
  from: storeTime(Math.min(...batches.map((b) => Number(b.from_ms)))),
  to: storeTime(Math.max(...batches.map((b) => Number(b.to_ms)))),
});
