import { uuidv7 } from './ids.js';
import type { OutcomeInput, PredictionInput, Time } from './types.js';
import { cleanFeatures, cleanRecord, type Note } from './values.js';

export interface Defaults {
  model: string | undefined;
  version: string | undefined;
}

/** Thrown inside the SDK only; its message tells the user what is wrong with the event. */
export class InvalidEvent extends Error {}

const PREDICTION_FIELDS = ['score', 'scores', 'class', 'value'] as const;

/**
 * The id given, else a new one that carries the time of the event: its `ts`, else `nowMs`, which must be what `predictionLine`
 * gets, so that a time read from the id is right to the millisecond. Never throws.
 */
export function predictionIdOf(input: PredictionInput, nowMs: number): string {
  let ms = nowMs;
  try {
    const given = givenId(input.predictionId ?? input.id);
    if (given !== undefined) return given;
    if (input.ts != null) ms = toMs(input.ts, 'ts');
  } catch {
    // told by predictionLine, which reads the same fields again
  }
  return uuidv7(ms);
}

/** One line of NDJSON, without its end. Throws for input that cannot be sent. */
export function predictionLine(
  input: PredictionInput,
  id: string,
  nowMs: number,
  defaults: Defaults,
  note: Note,
): string {
  if (!isRecord(input)) throw new InvalidEvent('a prediction must be an object');
  givenId(input.predictionId ?? input.id);
  const features = input.features ?? {};
  if (!isRecord(features)) throw new InvalidEvent('features must be an object');
  const prediction = input.prediction;
  if (!isRecord(prediction) || PREDICTION_FIELDS.every((field) => prediction[field] === undefined)) {
    throw new InvalidEvent('prediction needs score, scores, class or value');
  }
  const latency = input.latencyMs;
  return JSON.stringify({
    model: modelOf(input.model, defaults),
    prediction_id: id,
    ts: toText(input.ts, 'ts', nowMs),
    version: versionOf(input.version ?? defaults.version),
    features: cleanFeatures(features, note),
    prediction: cleanRecord(prediction, note, 'prediction.'),
    tags: input.tags == null ? undefined : tagsOf(input.tags, note),
    latency_ms: typeof latency === 'number' && Number.isFinite(latency) ? latency : undefined,
  });
}

export function outcomeLine(input: OutcomeInput, nowMs: number, defaults: Defaults): string {
  if (!isRecord(input)) throw new InvalidEvent('an outcome must be an object');
  const id = givenId(input.predictionId);
  if (id === undefined) throw new InvalidEvent('an outcome needs the predictionId that it belongs to');
  const label = input.label;
  if (
    typeof label !== 'string' &&
    typeof label !== 'boolean' &&
    !(typeof label === 'number' && Number.isFinite(label))
  ) {
    throw new InvalidEvent('label must be text, a finite number or a boolean');
  }
  return JSON.stringify({
    model: modelOf(input.model, defaults),
    prediction_id: id,
    label,
    ts: toText(input.ts, 'ts', nowMs),
    prediction_ts: input.predictionTs == null ? undefined : toText(input.predictionTs, 'predictionTs', nowMs),
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function givenId(id: unknown): string | undefined {
  if (id === undefined || id === null || id === '') return undefined;
  if (typeof id === 'string') return id;
  if (typeof id === 'number' || typeof id === 'bigint') return String(id);
  throw new InvalidEvent('predictionId must be text');
}

function modelOf(model: unknown, defaults: Defaults): string {
  const name = model ?? defaults.model;
  if (typeof name !== 'string' || name === '')
    throw new InvalidEvent('no model: name it in the event or in the client');
  return name;
}

function versionOf(version: unknown): string | undefined {
  if (version === undefined || version === null) return undefined;
  if (typeof version === 'string' || typeof version === 'number') return String(version);
  throw new InvalidEvent('version must be text');
}

function tagsOf(tags: unknown, note: Note): Record<string, string> | undefined {
  if (!isRecord(tags)) {
    note('unsupported_feature', 'tags', 'left out: they are an object of text');
    return undefined;
  }
  const copy: Record<string, string> = Object.create(null);
  for (const name of Object.keys(tags)) {
    try {
      const value = tags[name];
      if (value === undefined || value === null) continue;
      if (typeof value === 'object' || typeof value === 'function') throw new InvalidEvent('not text');
      copy[name] = `${value as string}`; // a symbol throws
    } catch {
      note('unsupported_feature', `tags.${name}`, 'left out: a tag is text');
    }
  }
  return copy;
}

function toMs(time: Time, field: string): number {
  const ms = typeof time === 'number' ? time : time instanceof Date ? time.getTime() : Date.parse(time);
  // the range of Date, beyond which it cannot be written
  if (!(Math.abs(ms) <= 8.64e15)) throw new InvalidEvent(`${field} is not a time`);
  return ms;
}

/** Stamped here and not by the server: an event may wait for hours before it arrives. Text is kept, it may be finer than 1 ms. */
function toText(time: Time | undefined, field: string, nowMs: number): string {
  const ms = time == null ? nowMs : toMs(time, field);
  return typeof time === 'string' ? time : new Date(ms).toISOString();
}
