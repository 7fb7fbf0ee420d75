import type { Task } from '@plumbline/contracts';
import { checkFeatures, checkTags, type Features, type Shapes } from './features.js';
import { asObject, classText, idOf, modelOf, numberField, textField, timeOf, wellFormed } from './fields.js';
import { ID_MAX, type Limits, NAME_MAX, refuse } from './refusal.js';

export type Prediction = {
  model: string;
  predictionId: string;
  version: string;
  /** Epoch ms; null: the sender left it out, arrival time is taken. */
  ts: number | null;
  features: Features;
  score: number | null;
  class: string;
  value: number | null;
  scores: [string, number][];
  tags: [string, string][];
  latencyMs: number | null;
};

const CLASSES_MAX = 1000;

/** Checks one prediction event; throws a Refusal. `shapes` only makes it quicker. */
export function checkPrediction(raw: unknown, limits: Limits, nowMs: number, shapes?: Shapes): Prediction {
  const event = asObject(raw);
  const model = modelOf(event);
  const predictionId = idOf(event);
  const ts = timeOf(event, 'ts', limits, nowMs);
  const version = textField(event, 'version', ID_MAX) ?? textField(event, 'model_version', ID_MAX) ?? '';
  const output = checkOutput(event.prediction, limits);
  const latencyMs = numberField(event, 'latency_ms', 'latency_ms');
  return {
    model,
    predictionId,
    version,
    ts,
    ...output,
    features: checkFeatures(event.features, limits, shapes, model),
    tags: checkTags(event.tags, limits),
    latencyMs,
  };
}

type Output = Pick<Prediction, 'score' | 'class' | 'value' | 'scores'>;

function checkOutput(raw: unknown, limits: Limits): Output {
  if (raw === undefined || raw === null)
    return refuse('missing_field', 'prediction is missing: give score, scores, class or value.');
  if (typeof raw !== 'object' || Array.isArray(raw))
    return refuse('bad_type', 'prediction is an object with score, scores, class or value.');
  const given = raw as Record<string, unknown>;
  const scores = checkScores(given.scores, limits);
  const value = numberField(given, 'value', 'prediction.value');
  let score = numberField(given, 'score', 'prediction.score');
  let chosen =
    given.class === undefined || given.class === null ? '' : classText(given.class, 'prediction.class', limits);
  if (score !== null && (score < 0 || score > 1))
    return refuse(
      'bad_prediction',
      `prediction.score is a probability between 0 and 1, this one is ${score}. Pass raw margins through a sigmoid, or send them as a feature.`,
    );
  if (scores.length > 0) {
    if (chosen === '') chosen = scores.reduce((best, s) => (s[1] > best[1] ? s : best))[0];
    score ??= scores.find(([name]) => name === chosen)?.[1] ?? null;
  }
  if (score === null && value === null && chosen === '')
    return refuse('bad_prediction', 'prediction has none of score, scores, class or value.');
  return { score, class: chosen, value, scores };
}

function checkScores(raw: unknown, limits: Limits): [string, number][] {
  if (raw === undefined || raw === null) return [];
  if (typeof raw !== 'object' || Array.isArray(raw))
    return refuse('bad_type', 'prediction.scores is an object of classes and probabilities.');
  const entries = Object.entries(raw);
  if (entries.length > CLASSES_MAX)
    return refuse('too_many_features', `prediction.scores has at most ${CLASSES_MAX} classes.`);
  return entries
    .map(([name, p]): [string, number] => {
      if (typeof p !== 'number') return refuse('bad_type', 'prediction.scores holds numbers.');
      if (!Number.isFinite(p))
        return refuse('value_not_finite', 'prediction.scores holds a number that is not finite.');
      if (p < 0 || p > 1) return refuse('bad_prediction', 'prediction.scores holds probabilities between 0 and 1.');
      if (name.length > Math.max(NAME_MAX, limits.textMax))
        return refuse('name_too_long', 'A class name in prediction.scores is too long.');
      return [wellFormed(name), p];
    })
    .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
}

/** The task that a prediction looks like; what a model that nobody declared is taken for. */
export function inferTask(p: Pick<Prediction, 'score' | 'class' | 'value' | 'scores'>): Task {
  if (p.scores.length > 0) return 'multiclass';
  if (p.score !== null) return 'binary';
  if (p.value !== null) return 'regression';
  return /^(0|1|true|false)$/i.test(p.class) ? 'binary' : 'multiclass';
}

/** Refuses a prediction that the model's metrics could not use. */
export function checkTask(p: Prediction, task: Task): void {
  const usable =
    task === 'regression' ? p.value !== null : task === 'binary' ? p.score !== null || p.class !== '' : p.class !== '';
  if (usable) return;
  const needs = {
    regression: 'prediction.value',
    binary: 'prediction.score or prediction.class',
    multiclass: 'prediction.scores or prediction.class',
  }[task];
  refuse(
    'task_mismatch',
    `The model '${p.model}' is ${task} and needs ${needs}. If that is not its task, declare it: PUT /v1/models/${p.model}.`,
  );
}
