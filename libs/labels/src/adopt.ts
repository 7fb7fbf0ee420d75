import { type EventStore, jsonLines, storeTime } from '@plumbline/clickhouse';

/** Batches are recorded right after their rows; one this old without a record lost its writer in between. */
const ADOPT_AFTER_MS = 15_000;

/** Records batches that arrived since then and whose record is missing: their writer died between the two inserts. */
export async function adoptBatches(store: EventStore, nowMs: number, sinceMs: number): Promise<number> {
  let adopted = 0;
  for (const kind of ['predictions', 'outcomes'] as const) {
    const rows = await store.query<Record<string, unknown>>(
      `SELECT batch_id, project, model, '${kind}' AS kind, count() AS rows, 0 AS duplicates, min(ts) AS ts_min, max(ts) AS ts_max, {now:DateTime64(3,'UTC')} AS committed_at
       FROM ${store.database}.${kind}
       WHERE received_at >= {from:DateTime64(3,'UTC')} AND received_at < {to:DateTime64(3,'UTC')}
         AND batch_id NOT IN (SELECT batch_id FROM ${store.database}.batches WHERE kind = '${kind}' AND committed_at >= {from:DateTime64(3,'UTC')} - INTERVAL 1 HOUR)
       GROUP BY batch_id, project, model LIMIT 10000`,
      { now: storeTime(nowMs), from: storeTime(Math.max(0, sinceMs)), to: storeTime(nowMs - ADOPT_AFTER_MS) },
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

/** Are there rows of a model that arrived within this time (epoch ms) and whose batch is not recorded, so that nobody would join them yet? */
export async function hasUnrecorded(
  store: EventStore,
  project: string,
  model: string,
  { from, to }: { from: number; to: number },
): Promise<boolean> {
  const mine = 'project = {project:String} AND model = {model:String}';
  const of = (kind: 'predictions' | 'outcomes') =>
    `(SELECT batch_id FROM ${store.database}.${kind} WHERE ${mine}
       AND received_at >= {from:DateTime64(3,'UTC')} AND received_at <= {to:DateTime64(3,'UTC')}
       AND batch_id NOT IN (SELECT batch_id FROM ${store.database}.batches WHERE ${mine} AND kind = '${kind}' AND committed_at >= {from:DateTime64(3,'UTC')} - INTERVAL 1 HOUR)
     LIMIT 1)`;
  const found = await store.query(`${of('predictions')} UNION ALL ${of('outcomes')}`, {
    project,
    model,
    from: storeTime(Math.max(0, from)),
    to: storeTime(to),
  });
  return found.length > 0;
}
