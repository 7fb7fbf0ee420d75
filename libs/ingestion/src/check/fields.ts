import { EVENT_MS_MAX, EVENT_MS_MIN, parseInstant } from '@plumbline/contracts';
import { ID_MAX, type Limits, refuse } from './refusal.js';

const MODEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
type Raw = Record<string, unknown>;

export function asObject(event: unknown): Raw {
  if (event === null || typeof event !== 'object' || Array.isArray(event))
    return refuse('not_an_object', 'An event is a JSON object.');
  return event as Raw;
}

/** A name as the store takes it: lone surrogates become U+FFFD, as every UTF-8 encoder does. */
export const wellFormed = (text: string): string => (text.isWellFormed() ? text : text.toWellFormed());

export function modelOf(event: Raw): string {
  const { model } = event;
  if (model === undefined || model === null) return refuse('missing_field', 'model is missing.');
  if (typeof model !== 'string') return refuse('bad_type', 'model is a string.');
  if (!MODEL.test(model)) return refuse('bad_model_name', 'Model names match [A-Za-z0-9][A-Za-z0-9._-]{0,127}.');
  return model;
}

export function idOf(event: Raw): string {
  const id = event.prediction_id;
  if (id === undefined || id === null) return refuse('missing_field', 'prediction_id is missing.');
  if (typeof id !== 'string') return refuse('bad_type', 'prediction_id is a string.');
  if (id.length === 0 || id.length > ID_MAX)
    return refuse('id_too_long', `prediction_id has 1 to ${ID_MAX} characters, this one ${id.length}.`);
  return wellFormed(id);
}

/** Epoch milliseconds of a time field; null when it is absent. */
export function timeOf(event: Raw, field: string, limits: Limits, nowMs: number): number | null {
  const raw = event[field];
  if (raw === undefined || raw === null) return null;
  const ms = parseInstant(raw);
  if (ms === null)
    return refuse('bad_timestamp', `${field} is ISO-8601 with a zone (2026-01-01T00:00:00Z) or epoch milliseconds.`);
  if (ms < EVENT_MS_MIN || ms > EVENT_MS_MAX)
    return refuse('bad_timestamp', `${field} lies before 1970 or after 2105.`);
  if (ms > nowMs + limits.futureMsMax)
    return refuse(
      'future_timestamp',
      `${field} is more than ${Math.round(limits.futureMsMax / 60_000)} minutes ahead of the server clock (${new Date(nowMs).toISOString()}). Check the sender's clock.`,
    );
  return ms;
}

export function textField(event: Raw, field: string, lengthMax: number): string | undefined {
  const raw = event[field];
  if (raw === undefined || raw === null) return undefined;
  const text = typeof raw === 'number' && Number.isFinite(raw) ? String(raw) : raw;
  if (typeof text !== 'string') return refuse('bad_type', `${field} is a string.`);
  if (text.length > lengthMax)
    return refuse('name_too_long', `${field} has at most ${lengthMax} characters, this one ${text.length}.`);
  return wellFormed(text);
}

export function numberField(object: Raw, field: string, path: string): number | null {
  const raw = object[field];
  if (raw === undefined || raw === null) return null;
  if (typeof raw !== 'number') return refuse('bad_type', `${path} is a number.`);
  if (!Number.isFinite(raw)) return refuse('value_not_finite', `${path} is not finite.`);
  return raw;
}

/** Classes and labels are compared as text: 1 is "1", true is "true". */
export function classText(raw: unknown, path: string, limits: Limits): string {
  if (typeof raw === 'number')
    return Number.isFinite(raw) ? String(raw) : refuse('value_not_finite', `${path} is not finite.`);
  if (typeof raw === 'boolean') return String(raw);
  if (typeof raw !== 'string') return refuse('bad_type', `${path} is a string, a number or a boolean.`);
  if (raw.length > limits.textMax) return refuse('value_too_long', `${path} has at most ${limits.textMax} characters.`);
  return wellFormed(raw);
}
