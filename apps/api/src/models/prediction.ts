import type { EventStore } from '@plumbline/clickhouse';
import { iso, notFound } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';

/** All versions and outcomes of one id, with event and arrival times. Which outcome counts is the one with the largest ts. */
export async function describePrediction(store: EventStore, model: ModelContext, id: string) {
  const params = { project: model.projectId, model: model.model, id };
  const where = 'project = {project:String} AND model = {model:String} AND prediction_id = {id:String}';
  const [predictions, outcomes] = await Promise.all([
    store.query<Record<string, unknown> & { ms: number; arrived: number }>(
      `SELECT version, toUnixTimestamp64Milli(ts) AS ms, toUnixTimestamp64Milli(received_at) AS arrived, score, class, value, scores, nums, cats, nulls, vectors, tags, latency_ms
       FROM ${store.database}.predictions WHERE ${where} ORDER BY inverted_arrival DESC LIMIT 1 BY version LIMIT 100`,
      params,
    ),
    store.query<{ ms: number; arrived: number; label: string; source: string }>(
      `SELECT toUnixTimestamp64Milli(ts) AS ms, intDiv(toUnixTimestamp64Micro(received_at), 1000) AS arrived, label, source FROM ${store.database}.outcomes WHERE ${where} ORDER BY ts, received_at LIMIT 1000`,
      params,
    ),
  ]);
  if (predictions.length === 0 && outcomes.length === 0) throw notFound('prediction', id);
  const winner = outcomes.at(-1);
  return {
    prediction_id: id,
    predictions: predictions.map((p) => ({
      version: p.version,
      ts: iso(Number(p.ms)),
      received_at: iso(Number(p.arrived)),
      features: {
        ...(p.nums as object),
        ...(p.cats as object),
        ...(p.vectors as object),
        ...Object.fromEntries((p.nulls as string[]).map((n) => [n, null])),
      },
      prediction: {
        score: p.score,
        class: p.class === '' ? null : p.class,
        value: p.value,
        ...(Object.keys(p.scores as object).length > 0 ? { scores: p.scores } : {}),
      },
      tags: p.tags,
      latency_ms: p.latency_ms,
    })),
    outcomes: outcomes.map((o) => ({
      label: o.label,
      ts: iso(Number(o.ms)),
      received_at: iso(Number(o.arrived)),
      source: o.source,
      wins: o === winner,
    })),
    label: winner?.label ?? null,
  };
}
