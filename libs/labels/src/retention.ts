import { type EventStore, storeTime } from '@plumbline/clickhouse';

/** What holds events, with the column that says how old a row is; results of windows stay. */
const TABLES = {
  predictions: 'ts',
  labels: 'ts',
  outcomes: 'ts',
  unmatched: 'outcome_ts',
  // They hold values of features.
  profiles: 'window_start',
};
const TIMEOUT_S = 300;

/** Deletes the events of a model from before a time. True if there were any. */
export async function deleteOld(store: EventStore, project: string, model: string, beforeMs: number): Promise<boolean> {
  const params = { project, model, before: storeTime(Math.max(0, beforeMs)) };
  let deleted = false;
  for (const [table, time] of Object.entries(TABLES)) {
    const old = `${store.database}.${table} WHERE project = {project:String} AND model = {model:String} AND ${time} < {before:DateTime64(3,'UTC')}`;
    const [row] = await store.query<{ n: number }>(`SELECT count() AS n FROM (SELECT 1 FROM ${old} LIMIT 1)`, params);
    if (Number(row?.n ?? 0) === 0) continue;
    await store.command(`DELETE FROM ${old}`, params, { timeoutS: TIMEOUT_S });
    deleted = true;
  }
  return deleted;
}
