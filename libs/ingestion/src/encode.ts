import { hash } from 'node:crypto';
import { storeTime } from '@plumbline/clickhouse';
import type { Outcome } from './check/outcome.js';
import type { Prediction } from './check/prediction.js';

const json = JSON.stringify;
/** A JSON object from pairs, written by hand: no key of a client ever becomes a key of an object of ours. */
const map = (pairs: readonly [string, unknown][]): string =>
  `{${pairs.map(([k, v]) => `${json(k)}:${typeof v === 'number' ? v : json(v)}`).join(',')}}`;

/** 64 bits of a digest, as the store's UInt64 (text) or as a compact key for memory. */
const digest = (text: string): string => hash('sha1', text, 'hex');
const toUInt64 = (hex: string): string => BigInt(`0x${hex.slice(0, 16)}`).toString();
const toKey = (hex: string): string => hex.slice(0, 24);

/** One row ready for the store. `key` names the identity, `payload` what was said under it. */
export type Row = {
  projectId: string;
  model: string;
  predictionId: string;
  version: string;
  key: string;
  payload: string;
  /** As the client gave it; null takes no part in comparing payloads. */
  givenTs: number | null;
  ts: number;
  line: string;
};

const SEP = '\u0000';

/** Earlier arrivals get larger numbers, unique within a process: the engine keeps the largest of equal identities. */
let sequence = 0;
const invertedArrival = (nowMs: number): number => 9_000_000_000_000_000 - (nowMs * 1000 + (sequence++ % 1000));

export function encodePrediction(p: Prediction, projectId: string, nowMs: number): Row {
  const ts = p.ts ?? nowMs;
  const { nums, cats, nulls, vectors } = p.features;
  const payload =
    `"score":${p.score},"class":${json(p.class)},"value":${p.value},"scores":${map(p.scores)},"nums":${map(nums)},"cats":${map(cats)},` +
    `"nulls":${json(nulls)},"vectors":${map(vectors)},"tags":${map(p.tags)},"latency_ms":${p.latencyMs}`;
  const payloadHash = digest(payload);
  const line =
    `{"project":${json(projectId)},"model":${json(p.model)},"version":${json(p.version)},"prediction_id":${json(p.predictionId)},"ts":"${storeTime(ts)}",` +
    `"ts_given":${p.ts !== null},"received_at":"${storeTime(nowMs)}",${payload},"payload_hash":${toUInt64(payloadHash)},"inverted_arrival":${invertedArrival(nowMs)}`;
  return {
    projectId,
    model: p.model,
    predictionId: p.predictionId,
    version: p.version,
    key: identityKey(projectId, p.model, p.version, p.predictionId),
    payload: toUInt64(payloadHash),
    givenTs: p.ts,
    ts,
    line,
  };
}

export const identityKey = (projectId: string, model: string, version: string, predictionId: string): string =>
  toKey(digest(`p${SEP}${projectId}${SEP}${model}${SEP}${version}${SEP}${predictionId}`));

/** Arrival in microseconds, never the same twice in a process: of two outcomes with equal `ts` the later one wins. */
let lastMicros = 0;
function risingTime(nowMs: number): string {
  lastMicros = Math.max(lastMicros + 1, nowMs * 1000);
  const ms = Math.floor(lastMicros / 1000);
  return `${storeTime(ms)}${String(lastMicros - ms * 1000).padStart(3, '0')}`;
}

/** The identity of an outcome is everything it says: the same id, time and label again is a duplicate, anything else is news. */
export function encodeOutcome(o: Outcome, projectId: string, nowMs: number, source = 'api'): Row {
  const ts = o.ts ?? nowMs;
  const line =
    `{"project":${json(projectId)},"model":${json(o.model)},"prediction_id":${json(o.predictionId)},"ts":"${storeTime(ts)}","ts_given":${o.ts !== null},` +
    `"prediction_ts":${o.predictionTs === null ? 'null' : `"${storeTime(o.predictionTs)}"`},"label":${json(o.label)},"label_num":${o.labelNum},` +
    `"source":${json(source)},"received_at":"${risingTime(nowMs)}"`;
  return {
    projectId,
    model: o.model,
    predictionId: o.predictionId,
    version: '',
    key: outcomeKey(projectId, o.model, o.predictionId, ts, o.label),
    payload: o.label,
    givenTs: o.ts,
    ts,
    line,
  };
}

export const outcomeKey = (projectId: string, model: string, predictionId: string, ts: number, label: string): string =>
  toKey(digest(`o${SEP}${projectId}${SEP}${model}${SEP}${predictionId}${SEP}${ts}${SEP}${label}`));
/** Under this key memory keeps the last label of an id, to recognise a repeated outcome that came without a time. */
export const lastLabelKey = (projectId: string, model: string, predictionId: string): string =>
  toKey(digest(`l${SEP}${projectId}${SEP}${model}${SEP}${predictionId}`));

/** The row as sent to the store, now that its batch is known. */
export const finish = (row: Row, batchId: string): string => `${row.line},"batch_id":"${batchId}"}`;
