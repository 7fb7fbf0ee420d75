import type { EventStore } from '@plumbline/clickhouse';

export type LabelCounts = { joined: number; pending: number; orphaned: number; duplicate: number; corrected: number };

/** Up to so many rows identities are told apart; of more, those count that the store has, in which a copy may wait to be compared. */
const EXACT_ROWS_MAX = 2_000_000;
/** Counting so many rows is not repeated at once if it takes this long: it may cost a twentieth of a core. */
const KEPT_ROWS_MIN = 1_000_000;
const SLOW_MS = 500;
const REST_FACTOR = 20;
const KEPT_MAX = 1_000;
const TIMEOUT_S = 120;

type Kept = { counts: LabelCounts; untilMs: number };
const kept = new WeakMap<EventStore, Map<string, Kept>>();

/**
 * How the labels of a model stand. joined: predictions that have one; pending: predictions that have none yet; orphaned: ids
 * of outcomes without a prediction; duplicate: outcomes that repeated a known one; corrected: predictions whose label changed.
 * Of a model with millions of rows the answer may be some minutes old. `counted`: its predictions, if they are being counted anyway.
 */
export async function countLabels(
  store: EventStore,
  projectId: string,
  model: string,
  counted?: () => Promise<number>,
): Promise<LabelCounts> {
  const known = kept.get(store) ?? new Map<string, Kept>();
  kept.set(store, known);
  const key = `${projectId}~${model}`;
  const before = known.get(key);
  if (before && performance.now() < before.untilMs) return before.counts;
  const startedMs = performance.now();
  const counts = await count(store, projectId, model, counted);
  const ms = performance.now() - startedMs;
  if (known.size >= KEPT_MAX) known.clear();
  const many = counts.joined + counts.pending > KEPT_ROWS_MIN;
  if (many && ms > SLOW_MS) known.set(key, { counts, untilMs: performance.now() + ms * REST_FACTOR });
  else known.delete(key);
  return counts;
}

async function count(
  store: EventStore,
  project: string,
  model: string,
  counted?: () => Promise<number>,
): Promise<LabelCounts> {
  const where = 'project = {project:String} AND model = {model:String}';
  const params = { project, model };
  const ask: Ask = async <Row>(sql: string) => (await store.query<Row>(sql, params, { timeoutS: TIMEOUT_S }))[0];
  const of = async () => {
    // In the order of the table, so that memory does not grow with it.
    const labels = await ask<{ joined: number; corrected: number }>(
      `SELECT count() AS joined, countIf(_least != _greatest) AS corrected FROM (
         SELECT min(label) AS _least, max(label) AS _greatest FROM ${store.database}.labels WHERE ${where}
         GROUP BY project, model, toStartOfHour(ts), prediction_id, version SETTINGS optimize_aggregation_in_order = 1)`,
    );
    const rest = await ask<{ orphaned: number; duplicate: number }>(
      `SELECT
         (SELECT uniqExact(prediction_id) FROM (
            SELECT prediction_id FROM ${store.database}.unmatched WHERE ${where}
            GROUP BY prediction_id, outcome_ts, outcome_received_at, label HAVING argMax(state, changed_at) = 0)) AS orphaned,
         (SELECT sum(duplicates) FROM (SELECT DISTINCT batch_id, duplicates FROM ${store.database}.batches WHERE ${where} AND kind = 'outcomes')) AS duplicate`,
    );
    return { labels, rest };
  };
  const [predictions, { labels, rest }] = await Promise.all([
    counted?.() ?? countPredictions(ask, `${store.database}.predictions WHERE ${where}`),
    of(),
  ]);
  return {
    joined: n(labels?.joined),
    pending: Math.max(0, predictions - n(labels?.joined)),
    orphaned: n(rest?.orphaned),
    duplicate: n(rest?.duplicate),
    corrected: n(labels?.corrected),
  };
}

type Ask = <Row>(sql: string) => Promise<Row | undefined>;

async function countPredictions(ask: Ask, from: string): Promise<number> {
  const rows = n((await ask<{ n: number }>(`SELECT count() AS n FROM ${from}`))?.n);
  return rows > EXACT_ROWS_MAX
    ? rows
    : n((await ask<{ n: number }>(`SELECT uniqExact(prediction_id, version) AS n FROM ${from}`))?.n);
}

const n = (value: unknown): number => Number(value ?? 0);
