import { absent, type Flat, isObject, type Raw, Reader } from './reader.js';

/**
 * What the wire contract says of one event, written from the contract and not from the code that is tried with it.
 * Where the contract leaves the order of checks open, every fault that an event has may be the answer.
 */

export type Kind = 'predictions' | 'outcomes';
export type Task = 'binary' | 'multiclass' | 'regression';

export type Prediction = {
  model: string;
  id: string;
  version: string;
  ts: number | null;
  features: Flat;
  tags: [string, string][];
  score: number | null;
  scores: [string, number][];
  class: string;
  value: number | null;
  latency: number | null;
};
export type Outcome = { model: string; id: string; label: string; ts: number | null };

/** With a fault it must be refused with one of them; `doubts` are codes that may be answered, or it is taken. */
export type Reading<Event> = { faults: Set<string>; doubts: Set<string>; event: Event };

const NOTHING: Raw = {};

/** `taskOf` answers null for a model whose task the oracle cannot know. */
export function readPrediction(
  raw: unknown,
  nowMs: number,
  taskOf: (model: string) => Task | null,
): Reading<Prediction> {
  const reader = new Reader(isObject(raw) ? raw : NOTHING, nowMs);
  const { faults, doubts } = reader;
  const out = isObject(raw) ? raw.prediction : undefined;
  const given = isObject(out) ? out : NOTHING;
  const event: Prediction = {
    model: reader.model(),
    id: reader.id(),
    version: reader.version(),
    ts: reader.time('ts'),
    features: reader.features(),
    tags: reader.tags(),
    score: reader.number(given.score),
    scores: reader.scores(given.scores),
    class: absent(given.class) ? '' : reader.word(given.class),
    value: reader.number(given.value),
    latency: isObject(raw) ? reader.number(raw.latency_ms) : null,
  };
  if (!isObject(raw)) return { faults: new Set(['not_an_object']), doubts, event };
  if (absent(out)) faults.add('missing_field');
  else if (!isObject(out)) faults.add('bad_type');
  else {
    const { score, value, scores } = event;
    if (typeof score === 'number' && (score < 0 || score > 1)) faults.add('bad_prediction');
    if (event.class === '' && scores.length > 0)
      event.class = scores.reduce((best, s) => (s[1] > best[1] ? s : best))[0];
    event.score ??= scores.find(([name]) => name === event.class)?.[1] ?? null;
    if (event.score === null && value === null && event.class === '') faults.add('bad_prediction');
    const task = taskOf(event.model);
    const fits = {
      binary: event.score !== null || event.class !== '',
      multiclass: event.class !== '',
      regression: value !== null,
    };
    if (task === null) doubts.add('task_mismatch');
    else if (!fits[task]) faults.add('task_mismatch');
  }
  return { faults, doubts, event };
}

export function readOutcome(raw: unknown, nowMs: number): Reading<Outcome> {
  const reader = new Reader(isObject(raw) ? raw : NOTHING, nowMs);
  const label = isObject(raw) ? raw.label : undefined;
  const event: Outcome = { model: reader.model(), id: reader.id(), label: '', ts: reader.time('ts') };
  reader.time('prediction_ts');
  if (absent(label)) reader.faults.add('missing_field');
  else event.label = reader.word(label);
  return { faults: isObject(raw) ? reader.faults : new Set(['not_an_object']), doubts: reader.doubts, event };
}
