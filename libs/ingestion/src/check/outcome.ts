import { asObject, classText, idOf, modelOf, timeOf } from './fields.js';
import { type Limits, refuse } from './refusal.js';

export type Outcome = {
  model: string;
  predictionId: string;
  label: string;
  labelNum: number | null;
  /** Epoch ms when it became known; null: the sender left it out, arrival time is taken. */
  ts: number | null;
  predictionTs: number | null;
};

/** Checks one outcome event; throws a Refusal. An outcome is never refused for being late or early. */
export function checkOutcome(raw: unknown, limits: Limits, nowMs: number): Outcome {
  const event = asObject(raw);
  const model = modelOf(event);
  const predictionId = idOf(event);
  const label = checkLabel(event.label, limits);
  const ts = timeOf(event, 'ts', limits, nowMs);
  const predictionTs = timeOf(event, 'prediction_ts', limits, nowMs);
  const number = typeof event.label === 'boolean' || label.trim() === '' ? Number.NaN : Number(label);
  return { model, predictionId, label, labelNum: Number.isFinite(number) ? number : null, ts, predictionTs };
}

/** A label as it is stored; throws a Refusal. */
export function checkLabel(raw: unknown, limits: Limits): string {
  if (raw === undefined || raw === null) return refuse('missing_field', 'label is missing.');
  return classText(raw, 'label', limits);
}
