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

const PENDING_MAX = 2_000;

/** Batches of a model that were written and not yet joined, oldest first. */
export async function pendingBatches(store: EventStore, projectId: string, model: string): Promise<Batch[]> {
  return store.query<Batch>(
    `SELECT batch_id, kind, sum(rows) AS rows, toUnixTimestamp64Milli(min(ts_min)) AS from_ms, toUnixTimestamp64Milli(max(ts_max)) AS to_ms,
            toUnixTimestamp64Milli(min(committed_at)) AS committed_ms
     FROM ${store.database}.batches
     WHERE project = {project:String} AND model = {model:String}
       AND (batch_id, toString(kind)) NOT IN (SELECT batch_id, toString(kind) FROM ${store.database}.batches_done WHERE project = {project:String} AND model = {model:String})
     GROUP BY batch_id, kind ORDER BY committed_ms, batch_id LIMIT ${PENDING_MAX}`,
    { project: projectId, model },
  );
}

/** Batches of predictions that were joined and whose identities were not yet compared with all earlier ones, oldest first. */
export async function uncomparedBatches(store: EventStore, projectId: string, model: string): Promise<Batch[]> {
  const done = (kind: string) =>
    `(SELECT batch_id FROM ${store.database}.batches_done WHERE project = {project:String} AND model = {model:String} AND kind = '${kind}')`;
  return store.query<Batch>(
    `SELECT batch_id, 'predictions' AS kind, max(rows) AS rows, toUnixTimestamp64Milli(min(ts_min)) AS from_ms, toUnixTimestamp64Milli(max(ts_max)) AS to_ms,
            toUnixTimestamp64Milli(min(committed_at)) AS committed_ms
     FROM ${store.database}.batches AS b
     WHERE project = {project:String} AND model = {model:String} AND b.kind = 'predictions' AND b.rows > 0
       AND batch_id IN ${done('predictions')} AND batch_id NOT IN ${done('identities')}
     GROUP BY batch_id ORDER BY committed_ms, batch_id LIMIT ${PENDING_MAX}`,
    { project: projectId, model },
  );
}

/** Models that have pending batches: what a reconciler looks at. */
export async function modelsWithPendingBatches(store: EventStore): Promise<{ project: string; model: string }[]> {
  return store.query(
    `SELECT DISTINCT project, model FROM ${store.database}.batches
     WHERE (batch_id, project, model, toString(kind)) NOT IN (SELECT batch_id, project, model, toString(kind) FROM ${store.database}.batches_done) LIMIT 10000`,
    {},
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

/** Models with batches whose identities wait to be compared. */
export async function modelsToCompare(store: EventStore): Promise<{ project: string; model: string }[]> {
  return store.query(
    `SELECT DISTINCT project, model FROM ${store.database}.batches AS b
     WHERE b.kind = 'predictions' AND b.rows > 0
       AND (batch_id, project, model) NOT IN (SELECT batch_id, project, model FROM ${store.database}.batches_done WHERE kind = 'identities')
       AND (batch_id, project, model) IN (SELECT batch_id, project, model FROM ${store.database}.batches_done WHERE kind = 'predictions')
     LIMIT 10000`,
    {},
    { acrossProjects: true },
  );
}

const ADOPT_WITHIN_MS = 2 * 86_400_000;
/** Batches are recorded right after their rows; one this old without a record lost its writer in between. */
const ADOPT_AFTER_MS = 15_000;

/** Records batches whose rows are there but whose record is not: their writer died between the two inserts. */
export async function adoptBatches(store: EventStore, nowMs: number): Promise<number> {
  let adopted = 0;
  for (const kind of ['predictions', 'outcomes'] as const) {
    const rows = await store.query<Record<string, unknown>>(
      `SELECT batch_id, project, model, '${kind}' AS kind, count() AS rows, 0 AS duplicates, min(ts) AS ts_min, max(ts) AS ts_max, max(received_at) AS committed_at
       FROM ${store.database}.${kind}
       WHERE received_at >= {from:DateTime64(3,'UTC')} AND received_at < {to:DateTime64(3,'UTC')}
         AND batch_id NOT IN (SELECT batch_id FROM ${store.database}.batches WHERE kind = '${kind}')
       GROUP BY batch_id, project, model LIMIT 10000`,
      { from: storeTime(nowMs - ADOPT_WITHIN_MS), to: storeTime(nowMs - ADOPT_AFTER_MS) },
      { heavy: true, acrossProjects: true },
    );
    if (rows.length === 0) continue;
    const lines = rows.map((r) => ({
      ...r,
      ts_min: storeTime(Date.parse(String(r.ts_min))),
      ts_max: storeTime(Date.parse(String(r.ts_max))),
      committed_at: storeTime(Date.parse(String(r.committed_at))),
    }));
    await store.insert('batches', jsonLines(lines));
    adopted += rows.length;
  }
  return adopted;
}
