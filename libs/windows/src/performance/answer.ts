import type { EventStore } from '@plumbline/clickhouse';
import { iso, type PerformanceWindow } from '@plumbline/contracts';
import type { Db, ModelContext } from '@plumbline/control';
import { stepMs, windowStart } from '@plumbline/rows';
import { type DelayCurve, shareKnown } from '@plumbline/stats';
import { type Delays, delaysAt } from '../delays/delays.js';
import { maturityOf, shown, stateOf } from '../delays/maturity.js';
import type { Estimators } from '../estimate/keep.js';
import { dirtyStarts } from '../recompute/dirty.js';
import { ranges } from '../recompute/ranges.js';
import { definitionOf, type Kept, newestResults, type Triples } from '../recompute/results.js';
import { assertMetrics, assertWindows, defaultMetrics, GENERAL } from './metrics.js';
import { type PerformanceInput, performance } from './performance.js';
import { realizedOf, valueBeside } from './values.js';

/** Up to so many predictions rows are read at once: that is quick, and true to the moment. */
const ROWS_MAX = 50_000;
/** Windows read from rows beside computed ones; with more of them to read, all are read. */
const STALE_MAX = 48;
/** Points of a window at which the delay curve is read; its predictions lie evenly between them, or nearly. */
const POINTS = 12;

type Result = Kept & { computedAt: number };

/**
 * Performance as `performance` tells it. Of ranges with many rows, plain windows of the model's own length are answered from
 * computed results; those that are still open, or wait to be computed again, are read from rows as ever.
 */
export async function answerPerformance(
  store: EventStore,
  db: Db,
  model: ModelContext,
  q: PerformanceInput,
  nowMs: number,
  rowsMax = ROWS_MAX,
): Promise<PerformanceWindow[]> {
  const fromRows = () => performance(store, model, q, nowMs);
  if (!isPlain(model, q)) return fromRows();
  const metrics = q.metrics ?? defaultMetrics(model);
  assertMetrics(model, metrics);
  assertWindows(q.from, q.to, q.granularity);
  const grouped = q.group_by.length > 0;
  // Before the results: one that is written in between leaves its mark behind here.
  const dirty = await dirtyStarts(db, model, q.from, q.to);
  const found = await newestResults(store, model, q, grouped ? undefined : (q.version ?? '*'), metrics);
  const results = grouped ? found.filter((r) => r.version !== '*') : found;
  if (results.reduce((n, r) => n + r.predictions, 0) <= rowsMax) return fromRows();
  if (!results.every((r) => metrics.every((m) => r.metrics[m]))) return fromRows();

  // Asked once for all windows: reading some of them from rows finds it kept.
  const [chosen, delays] = await Promise.all([references(q.estimators, results), delaysAt(store, model, { nowMs })]);
  const step = stepMs(model.granularity);
  const stale = new Set(dirty);
  if (q.to > nowMs - step) stale.add(windowStart(Math.min(nowMs, q.to - 1), model.granularity));
  for (const r of results) if (isStale(model, r, step, chosen, nowMs)) stale.add(r.start);
  if (stale.size > STALE_MAX) return fromRows();

  const windows: PerformanceWindow[] = [];
  for (const range of ranges([...stale], step)) {
    const within = { from: Math.max(q.from, range.from), to: Math.min(q.to, range.to) };
    const read = await performance(store, model, { ...q, ...within }, nowMs);
    windows.push(...read.filter((w) => stale.has(Date.parse(w.start))));
  }
  for (const r of results)
    if (!stale.has(r.start)) windows.push(windowOf(model, r, { q, metrics, step, delays, nowMs, grouped }));
  return windows.sort((a, b) => Date.parse(a.start) - Date.parse(b.start) || compareGroups(a, b));
}

/** Whether computed results can answer it at all. */
function isPlain(model: ModelContext, q: PerformanceInput): boolean {
  const step = stepMs(model.granularity);
  return (
    q.granularity === model.granularity &&
    q.filters.length === 0 &&
    (q.group_by.length === 0 || (q.group_by.length === 1 && q.group_by[0] === 'version' && q.version === undefined)) &&
    q.as_of === undefined &&
    q.known_at === undefined &&
    q.reference === undefined &&
    windowStart(q.from, model.granularity) === q.from &&
    windowStart(q.to, model.granularity) === q.to &&
    q.to - q.from > step &&
    // The mean over classes depends on which were seen, and so on the range.
    (model.task !== 'multiclass' || model.classes.length > 0) &&
    (q.metrics ?? []).every((m) => m !== 'confusion')
  );
}

/** Which reference an estimate would be by, for every version that occurs. */
async function references(
  estimators: Estimators | undefined,
  results: readonly Result[],
): Promise<Map<string, string | null> | null> {
  if (!estimators) return null;
  const versions = new Set(results.map((r) => r.version));
  const chosen = new Map<string, string | null>();
  for (const version of versions) {
    const found = await estimators(version === '*' ? undefined : version);
    chosen.set(version, found?.reference.id ?? null);
  }
  return chosen;
}

function isStale(
  model: ModelContext,
  r: Result,
  step: number,
  chosen: Map<string, string | null> | null,
  nowMs: number,
): boolean {
  if (r.basis !== definitionOf(model)) return true;
  // Silence becomes a label when the attribution window of a prediction ends, without any event.
  const { attributionMs: settles } = model;
  if (model.missingLabels === 'negative' && settles !== null)
    if (r.start + settles <= nowMs && r.computedAt < r.start + step + settles) return true;
  // What a final window was estimated to be stays what it was.
  return chosen !== null && r.state !== 'final' && (r.reference?.id ?? null) !== (chosen.get(r.version) ?? null);
}

type Asked = {
  q: PerformanceInput;
  metrics: readonly string[];
  step: number;
  delays: Delays | null;
  nowMs: number;
  grouped: boolean;
};

/** A computed result as an answer of now: its labels have grown older since. */
function windowOf(model: ModelContext, r: Result, asked: Asked): PerformanceWindow {
  const { q, metrics, step, delays, nowMs } = asked;
  const { predictions, labelled } = r;
  const share = delays ? meanShare(delays.curve, r.start, step, nowMs) : null;
  const maturity = maturityOf(delays, share, labelled / predictions);
  const newestMs = r.start + step - 1;
  const state = stateOf({ labelled, maturity, newestMs, atMs: nowMs, attributionMs: model.attributionMs });
  const enough = labelled >= q.min_labels;
  const settled = enough && state === 'final';
  const estimated = model.task === 'regression' ? undefined : r.reference ? estimates(r.estimated) : null;
  const corrected = state === 'provisional' && enough ? estimates(r.corrected) : undefined;
  const value = (m: string) => {
    const realized = realizedOf(enough || GENERAL.includes(m) ? estimate(r.metrics[m]!) : undefined);
    return q.estimators ? valueBeside(m, realized, { estimated, corrected, settled }) : realized;
  };
  return {
    start: iso(r.start),
    end: iso(r.start + step),
    ...(asked.grouped ? { group: { version: r.version } } : {}),
    predictions,
    labelled,
    coverage: labelled / predictions,
    expected_coverage: maturity === null ? null : shown(share ?? 0),
    maturity,
    state,
    metrics: Object.fromEntries(metrics.map((m) => [m, value(m)])),
    ...(q.estimators && r.reference ? { estimated_by: r.reference } : {}),
  };
}

const estimate = ([value, low, high]: Triples[string]) => ({ value, low, high });
const estimates = (triples: Triples) => Object.fromEntries(Object.entries(triples).map(([m, t]) => [m, estimate(t)]));

/** Mean of F over ages that lie evenly in the window. */
function meanShare(curve: DelayCurve, start: number, step: number, nowMs: number): number {
  let sum = 0;
  for (let i = 0; i < POINTS; i++) {
    const age = Math.max(0, nowMs - (start + ((i + 0.5) * step) / POINTS));
    sum += shareKnown(curve, age)?.share ?? 0;
  }
  return sum / POINTS;
}

const compareGroups = (a: PerformanceWindow, b: PerformanceWindow): number => {
  const [x, y] = [a.group?.version ?? '', b.group?.version ?? ''];
  return x < y ? -1 : x > y ? 1 : 0;
};
