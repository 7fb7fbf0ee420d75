import type { Outcome } from '../check/outcome.js';
import type { Prediction } from '../check/prediction.js';
import type { Shape } from '../record/catalogue.js';
import type { Bytes } from './bytes.js';
import { fingerprint, type Key, lastLabelKey, outcomeKey, predictionKey } from './identity.js';
import { writePayload } from './payload.js';

/** One event as the store takes it; its bytes lie in the writer that encoded it, without the batch and the closing bracket. */
export type Row = {
  projectId: string;
  model: string;
  predictionId: string;
  version: string;
  key: Key;
  /** Where memory keeps the last label of the id; outcomes only. */
  lastKey?: Key;
  /** A fingerprint of what was said under the key. */
  payload: number;
  /** As the client gave it; null takes no part in comparing payloads. */
  givenTs: number | null;
  ts: number;
  /** Where in its bytes the id of a prediction lies, as a JSON string. */
  idAt: number;
  idEnd: number;
  /** What the prediction holds, for the catalogue. */
  shape: Shape | undefined;
  class: string;
  /** Classes of its scores that the catalogue does not know yet. */
  newClasses: readonly string[];
};

/** Columns in the order of the bytes; the batch comes last, because it is known last. */
export const COLUMNS = {
  predictions:
    'project model version prediction_id ts ts_given received_at score class value scores nums cats nulls vectors tags latency_ms payload_hash inverted_arrival batch_id'.split(
      ' ',
    ),
  outcomes: 'project model prediction_id ts ts_given prediction_ts label label_num source received_at batch_id'.split(
    ' ',
  ),
};
/** Earlier arrivals get larger numbers, unique within a process: the engine keeps the largest of equal identities. */
let sequence = 0;
const invertedArrival = (nowMs: number): number => 9_000_000_000_000_000 - (nowMs * 1000 + (sequence++ % 1000));

export function encodePrediction(p: Prediction, projectId: string, nowMs: number, out: Bytes): Row {
  const ts = p.ts ?? nowMs;
  out.ascii('[').string(projectId).ascii(',').string(p.model).ascii(',').string(p.version).ascii(',');
  const idAt = out.length;
  out.string(p.predictionId);
  const idEnd = out.length;
  out
    .ascii(',')
    .time(ts)
    .ascii(p.ts === null ? ',false,' : ',true,')
    .time(nowMs)
    .ascii(',');
  const start = out.length;
  writePayload(p, out);
  const payload = fingerprint(out.from(start));
  out.ascii(',').number(payload).ascii(',').number(invertedArrival(nowMs));
  return {
    projectId,
    model: p.model,
    predictionId: p.predictionId,
    version: p.version,
    key: predictionKey(projectId, p.model, p.version, p.predictionId),
    payload,
    givenTs: p.ts,
    ts,
    idAt,
    idEnd,
    shape: undefined,
    class: p.class,
    newClasses: [],
  };
}

/** Arrival in microseconds, never the same twice in a process: of two outcomes with equal `ts` the later one wins. */
let lastMicros = 0;
function risingMicros(nowMs: number): number {
  lastMicros = Math.max(lastMicros + 1, nowMs * 1000);
  return lastMicros;
}

export function encodeOutcome(o: Outcome, projectId: string, nowMs: number, out: Bytes, source = 'api'): Row {
  const ts = o.ts ?? nowMs;
  out.ascii('[').string(projectId).ascii(',').string(o.model).ascii(',').string(o.predictionId).ascii(',');
  out.time(ts).ascii(o.ts === null ? ',false,' : ',true,');
  if (o.predictionTs === null) out.ascii('null');
  else out.time(o.predictionTs);
  out.ascii(',').string(o.label).ascii(',').number(o.labelNum).ascii(',').string(source).ascii(',');
  out.micros(risingMicros(nowMs));
  return {
    projectId,
    model: o.model,
    predictionId: o.predictionId,
    version: '',
    key: outcomeKey(projectId, o.model, o.predictionId, ts, o.label),
    lastKey: lastLabelKey(projectId, o.model, o.predictionId),
    payload: fingerprint(o.label),
    givenTs: o.ts,
    ts,
    idAt: 0,
    idEnd: 0,
    shape: undefined,
    class: '',
    newClasses: [],
  };
}
