import {
  type AttributionAnswer,
  type AttributionQuestion,
  type SlicesAnswer,
  slicesQuestion,
} from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { answerSlices, attribute, metricOverTime } from '@plumbline/slices';
import { companionsOf, type Stores } from './companions.js';
import { lossOf } from './explain.js';
import { type Found, onsetIn, onsetOf } from './onset.js';

/** Metrics that say what came, not how well it was answered: no loss goes along with them. */
const OF_WHAT_CAME = ['base_rate', 'predicted_positive_rate', 'bias'];

/** What changed a metric: the exact part of every slice, since when, what moved along, and what came before. */
export async function answerAttribution(
  stores: Stores,
  model: ModelContext,
  q: AttributionQuestion,
  nowMs: number,
  timeoutMs: number,
): Promise<AttributionAnswer> {
  const started = performance.now();
  const { store } = stores;
  const parts = await attribute(store, model, q, nowMs, timeoutMs);
  const range = { from: q.from, to: q.to };
  const { filters, version, known_at: knownAt, compare_with: before } = q;
  const onset = await onsetOfMetric(stores, model, q, parts, nowMs);
  const moved = await movedIn(stores, model, q, parts.metric, nowMs, timeoutMs);
  const told = { filters, version, knownAt, now: range, before, onset, slice: moved?.slices[0]?.filters ?? null };
  return {
    ...parts,
    onset: onset && { at: onset.at, before: onset.before, after: onset.after, p_value: onset.p_value },
    ...(await companionsOf(stores, model, {}, moved?.moved, told, nowMs)),
    elapsed_ms: Math.round(performance.now() - started),
  };
}

/** From the start of the earlier range to the end of the later one. What lies between counts as well. */
async function onsetOfMetric(
  { store }: Stores,
  model: ModelContext,
  q: AttributionQuestion,
  { metric, change, method, now, before }: Pick<AttributionAnswer, 'metric' | 'change' | 'method' | 'now' | 'before'>,
  nowMs: number,
): Promise<Found | null> {
  if (!change) return null;
  const range = { from: Math.min(q.from, q.compare_with.from), to: Math.max(q.to, q.compare_with.to) };
  const { filters, version, known_at: knownAt } = q;
  if (method === 'pairs')
    return onsetOf(store, model, { loss: lossOf(model, metric), filters, version, knownAt, ...range }, nowMs);
  const later = q.compare_with.from <= q.from;
  const up = later ? change > 0 : change < 0;
  const found = await onsetIn(range, up ? 'up' : 'down', (grid) =>
    metricOverTime(store, model, metric, q, grid, nowMs),
  );
  // The series is one of distances from the mean of all: what it says of time holds, its values are those of the ranges.
  const [was, is] = later ? [before.value, now.value] : [now.value, before.value];
  return found && was !== null && is !== null ? { ...found, before: was, after: is } : null;
}

/** What moved where the loss grew most. */
async function movedIn(
  { store }: Stores,
  model: ModelContext,
  q: AttributionQuestion,
  metric: string,
  nowMs: number,
  timeoutMs: number,
): Promise<SlicesAnswer | null> {
  const { from, to, filters, version, known_at, as_of, compare_with } = q;
  const search = slicesQuestion.parse({ from, to, filters, version, known_at, as_of, compare_with });
  const loss = OF_WHAT_CAME.includes(metric) ? undefined : lossOf(model, metric);
  return answerSlices(
    store,
    model,
    { ...search, loss, bins: { kind: 'round', count: 10 }, steady: true, moved: true, k: 1 },
    nowMs,
    timeoutMs,
  );
}
