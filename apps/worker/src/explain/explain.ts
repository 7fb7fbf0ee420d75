import {
  type Evidence,
  type Explanation,
  type Filter,
  iso,
  membersOf,
  type SliceLoss,
  type SlicesAnswer,
  slicesQuestion,
} from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { answerSlices, defaultLoss, sliceText } from '@plumbline/slices';
import { metricDirection } from '@plumbline/stats';
import { performance } from '@plumbline/windows';
import { type Companied, companionsOf, type Stores } from './companions.js';
import { onsetOf } from './onset.js';
import { sentenceOf } from './sentence.js';

/** Windows before the judged one that it is held against. */
const WINDOWS_BEFORE = 4;
const WINDOWS_MAX = 35;
const WEEK_MS = 7 * 86_400_000;
/** Evidence from which a slice is beyond chance, and the share of the excess below which it is not worth naming. */
const SURE = 0.05;
const EXPLAINS_MIN = 0.1;
const SLICES_KEPT = 5;

/** What is sought of a problem: the loss of a row, and what it is called. */
type Sought = { loss: SliceLoss; metric: string; field?: string };
type Range = { from: number; to: number };

/**
 * Where the problem of a monitor lies, since when, and what goes along with it: an exact search over the rows that it judged,
 * compared with those before the onset. Null for problems that have no rows to search.
 */
export async function explain(
  stores: Stores,
  model: ModelContext,
  evidence: Evidence,
  nowMs: number,
  timeoutMs: number,
): Promise<Explanation | null> {
  const sought = soughtIn(model, evidence);
  if (!sought) return null;
  const filters = filtersOf(evidence);
  const { store } = stores;
  const [start, end] = [Date.parse(evidence.window.start), Date.parse(evidence.window.end)];
  // Rows may have come while the monitor looked: what is known now explains what it saw.
  const knownAt = nowMs;
  const windowMs = end - start;
  const since = Math.max(Math.min(Date.parse(evidence.since), start), end - WINDOWS_MAX * windowMs);
  const horizon = { from: since - WINDOWS_BEFORE * windowMs, to: end };
  const onset =
    sought.loss === 'volume' ? null : await onsetOf(store, model, { ...sought, filters, knownAt, ...horizon }, nowMs);
  const split = onset?.atMs ?? since;
  const now: Range = { from: split, to: end };
  const before: Range =
    sought.loss === 'volume'
      ? { from: start - WEEK_MS, to: end - WEEK_MS }
      : { from: Math.min(horizon.from, split - windowMs), to: split };
  const search = (more: object) =>
    answerSlices(
      store,
      model,
      slicesQuestion.parse({
        ...(sought.loss === 'volume' ? { from: start, to: end } : now),
        filters,
        known_at: knownAt,
        loss: sought.loss,
        field: sought.field,
        bins: { kind: 'round' },
        steady: true,
        moved: true,
        k: SLICES_KEPT,
        ...more,
      }),
      nowMs,
      timeoutMs,
    );
  let found = await search({ compare_with: before });
  // Without rows before, or when those were no better, the problem is no change.
  const grew =
    sought.loss === 'volume' || (found.overall.before != null && (found.overall.error ?? 0) > found.overall.before);
  if (!grew) found = await search({ moved: false });
  if (found.overall.n === 0) return null;
  const slices = worthNaming(found);
  const [value, was] = await valuesOf(stores, model, sought, found, filters, knownAt, now, grew ? before : null, nowMs);
  const told: Companied = { filters, slice: slices[0]?.filters ?? null, now, before, knownAt, onset };
  const companions = await companionsOf(stores, model, sought, grew ? found.moved : undefined, told, nowMs);
  const explanation = {
    metric: sought.metric,
    loss: sought.loss,
    change: {
      from: iso(now.from),
      to: iso(now.to),
      value,
      before: was,
      compared_with: grew ? { from: iso(before.from), to: iso(before.to) } : null,
    },
    onset: onset && { at: onset.at, before: onset.before, after: onset.after, p_value: onset.p_value },
    rows: found.overall.n,
    overall: found.overall.error,
    filters,
    slices,
    searched: [...found.searched, ...found.pruned].reduce((a, b) => a + b, 0),
    ...companions,
    computed_at: iso(nowMs),
  };
  return { ...explanation, sentence: sentenceOf(explanation) };
}

/** Pure: what is sought for the evidence of a monitor; null if there is nothing to search. */
export function soughtIn(model: ModelContext, { kind, findings }: Evidence): Sought | null {
  const bad = findings.filter((f) => f.state === 'bad').flatMap(membersOf)[0];
  if (!bad || bad.details?.check === 'no_data') return null;
  if (kind === 'performance') {
    const metric = typeof bad.details?.metric === 'string' ? bad.details.metric : model.primaryMetric;
    return /^(count|latency)/.test(metric) ? null : { loss: lossOf(model, metric), metric };
  }
  const feature = typeof bad.details?.feature === 'string' ? bad.details.feature : bad.subject;
  if (kind === 'missing') return { loss: 'missing', metric: feature, field: `features.${feature}` };
  const fell = kind === 'volume' && bad.value !== null && bad.baseline != null && bad.value < bad.baseline;
  return fell ? { loss: 'volume', metric: 'volume' } : null;
}

/** Pure: the loss of a row that a metric is made of, or that goes along with it. */
export function lossOf(model: Pick<ModelContext, 'task'>, metric: string): SliceLoss {
  if (metric === 'log_loss') return 'log_loss';
  if (metric === 'brier' || (model.task === 'binary' && /^(roc_auc|average_precision|ece)/.test(metric)))
    return 'brier';
  if (/^(mse|rmse|r2)$/.test(metric)) return 'squared_error';
  return defaultLoss(model as ModelContext);
}

const filtersOf = ({ rows_query }: Evidence): Filter[] =>
  Array.isArray(rows_query.filters) ? (rows_query.filters as Filter[]) : [];

const worthNaming = (found: SlicesAnswer): Explanation['slices'] =>
  found.slices
    .filter((s) => s.q_value < SURE && s.lift > 1 && (s.explains ?? 1) >= EXPLAINS_MIN)
    .map(({ folded: _, ...s }) => ({ ...s, text: sliceText(s.predicates) }));

/** The metric after and before; of what is no metric the share that was searched. */
async function valuesOf(
  { store }: Stores,
  model: ModelContext,
  { loss, metric }: Sought,
  found: SlicesAnswer,
  filters: Filter[],
  knownAt: number,
  now: Range,
  before: Range | null,
  nowMs: number,
): Promise<[value: number | null, before: number | null]> {
  if (loss === 'missing' || loss === 'volume')
    return [found.overall.error, loss === 'missing' ? (found.overall.before ?? null) : null];
  const of = async (range: Range | null) => {
    if (!range) return null;
    const [w] = await performance(
      store,
      model,
      { ...range, granularity: 'all', metrics: [metric], filters, group_by: [], min_labels: 1, known_at: knownAt },
      nowMs,
    );
    return w?.metrics[metric]?.value ?? null;
  };
  const [value, was] = [await of(now), await of(before)];
  // What got better while the loss grew is no change that this sentence could tell.
  const worse = value !== null && was !== null && (metricDirection(metric) === 'lower' ? value > was : value < was);
  return [value, worse ? was : null];
}
