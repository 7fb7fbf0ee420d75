import type { EventStore } from '@plumbline/clickhouse';

export type LabelCounts = { joined: number; pending: number; orphaned: number; duplicate: number; corrected: number };

/**
 * How the labels of a model stand. joined: predictions that have one; pending: predictions that have none yet; orphaned: ids
 * of outcomes without a prediction; duplicate: outcomes that repeated a known one; corrected: predictions whose label changed.
 */
export async function countLabels(store: EventStore, projectId: string, model: string): Promise<LabelCounts> {
  const where = 'project = {project:String} AND model = {model:String}';
  const [row] = await store.query<LabelCounts & { predictions: number }>(
    `SELECT
       (SELECT uniqExact(prediction_id, version) FROM ${store.database}.predictions WHERE ${where}) AS predictions,
       joined, corrected,
       (SELECT uniqExact(prediction_id) FROM (
          SELECT prediction_id FROM ${store.database}.unmatched WHERE ${where}
          GROUP BY prediction_id, outcome_ts, outcome_received_at, label HAVING argMax(state, changed_at) = 0)) AS orphaned,
       (SELECT sum(duplicates) FROM (SELECT DISTINCT batch_id, duplicates FROM ${store.database}.batches WHERE ${where} AND kind = 'outcomes')) AS duplicate
     FROM (SELECT count() AS joined, countIf(labels > 1) AS corrected
           FROM (SELECT uniqExact(label) AS labels FROM ${store.database}.labels WHERE ${where} GROUP BY prediction_id, version))`,
    { project: projectId, model },
  );
  const n = (value: unknown) => Number(value ?? 0);
  return {
    joined: n(row?.joined),
    pending: Math.max(0, n(row?.predictions) - n(row?.joined)),
    orphaned: n(row?.orphaned),
    duplicate: n(row?.duplicate),
    corrected: n(row?.corrected),
  };
}
