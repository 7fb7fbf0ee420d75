import { type EventStore, storeTime } from '@plumbline/clickhouse';
import type { Granularity, MetricValue, PerformanceWindow } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { stepMs, windowSql } from '@plumbline/rows';
import type { EstimateReference } from '../estimate/keep.js';

export type Triple = [value: number | null, low: number | null, high: number | null];
export type Triples = Record<string, Triple>;

/** What is kept of a window each time that it says something else. */
export type Kept = {
  version: string;
  start: number;
  predictions: number;
  labelled: number;
  maturity: number | null;
  state: string;
  metrics: Triples;
  estimated: Triples;
  corrected: Triples;
  reference: EstimateReference | null;
  /** By which definitions of the model. */
  basis: string;
};

/** What decides the numbers of a window beside its rows. Results by other definitions are no answer. */
export const definitionOf = (m: ModelContext): string =>
  JSON.stringify([m.task, m.positive, m.negative, m.threshold, m.classes, m.missingLabels, m.attributionMs]);

/** A change of maturity below this is not worth a row: it changes with every look. */
const MATURITY_STEP = 0.01;
const SAME = 1e-9;

const triple = (v: Pick<MetricValue, 'value' | 'low' | 'high'>): Triple => [v.value, v.low, v.high];
const triples = (w: PerformanceWindow, of: 'realized' | 'estimated' | 'corrected'): Triples =>
  Object.fromEntries(
    Object.entries(w.metrics).flatMap(([name, metric]): [string, Triple][] => {
      const found = of === 'realized' ? (metric.values?.realized ?? metric) : metric.values?.[of];
      return found && (of === 'realized' || found.value !== null) ? [[name, triple(found)]] : [];
    }),
  );

/** A computed window as it is kept. */
export const keptOf = (model: ModelContext, version: string, w: PerformanceWindow): Kept => ({
  version,
  start: Date.parse(w.start),
  predictions: w.predictions,
  labelled: w.labelled,
  maturity: w.maturity,
  state: w.state,
  metrics: triples(w, 'realized'),
  estimated: triples(w, 'estimated'),
  corrected: triples(w, 'corrected'),
  reference: w.estimated_by ?? null,
  basis: definitionOf(model),
});

/**
 * What an estimate said before the labels came stays what it said: a reference that is uploaded later, perhaps made of this very
 * window, must not improve it.
 */
export const asSaid = (now: Kept, before: Kept | undefined): Kept =>
  now.state === 'final' &&
  before &&
  before.basis === now.basis &&
  before.predictions === now.predictions &&
  Object.keys(before.estimated).length > 0
    ? { ...now, estimated: before.estimated, reference: before.reference }
    : now;

/** Whether a window says something else than when it was computed last. Corrected values follow maturity and labels. */
export function changed(now: Kept, before: Kept | undefined): boolean {
  if (!before) return true;
  const moved = (a: number | null, b: number | null, step: number) =>
    a === null || b === null ? a !== b : Math.abs(a - b) > step * Math.max(1, Math.abs(a));
  const differ = (a: Triples, b: Triples) => {
    const names = Object.keys(a);
    return (
      names.length !== Object.keys(b).length ||
      names.some((n) => !b[n] || a[n]!.some((x, i) => moved(x, b[n]![i] ?? null, SAME)))
    );
  };
  return (
    now.predictions !== before.predictions ||
    now.labelled !== before.labelled ||
    now.state !== before.state ||
    now.basis !== before.basis ||
    now.reference?.id !== before.reference?.id ||
    moved(now.maturity, before.maturity, MATURITY_STEP) ||
    differ(now.metrics, before.metrics) ||
    differ(now.estimated, before.estimated)
  );
}

/** A row of `window_results`. */
export const resultRow = (model: ModelContext, k: Kept, nowMs: number) => ({
  project: model.projectId,
  model: model.model,
  version: k.version,
  granularity: model.granularity,
  window_start: storeTime(k.start),
  predictions: k.predictions,
  labelled: k.labelled,
  metrics: JSON.stringify(k.metrics),
  computed_at: storeTime(nowMs),
  maturity: k.maturity,
  state: k.state,
  estimated: JSON.stringify(k.estimated),
  corrected: JSON.stringify(k.corrected),
  reference: JSON.stringify(k.reference),
  basis: k.basis,
});

type Row = Record<'version' | 'basis' | 'state' | '_metrics' | '_estimated' | '_corrected' | 'reference', string> &
  Record<'start' | 'predictions' | 'labelled' | 'computed', number> & { maturity: number | null };
const columns = (triples: (column: string) => string = (column) => column): string =>
  `version, toUnixTimestamp64Milli(window_start) AS start, predictions, labelled, maturity, state, reference, basis, toUnixTimestamp64Milli(computed_at) AS computed,
   ${['metrics', 'estimated', 'corrected'].map((column) => `${triples(column)} AS _${column}`).join(', ')}`;
/** Of a column of triples those of some metrics, as the same JSON. */
const onlySql = (column: string): string =>
  `concat('{', arrayStringConcat(arrayMap(_m -> concat(toJSONString(_m), ':', JSONExtractRaw(${column}, _m)), arrayFilter(_m -> JSONHas(${column}, _m), {only:Array(String)})), ','), '}')`;
const parsed = <T>(text: string, empty: T): T => (text === '' ? empty : (JSON.parse(text) as T));
const kept = (r: Row): Kept => ({
  version: r.version,
  start: Number(r.start),
  predictions: Number(r.predictions),
  labelled: Number(r.labelled),
  maturity: r.maturity,
  state: r.state,
  metrics: parsed<Triples>(r._metrics, {}),
  estimated: parsed<Triples>(r._estimated, {}),
  corrected: parsed<Triples>(r._corrected, {}),
  reference: parsed<EstimateReference | null>(r.reference, null),
  basis: r.basis,
});

const MINE = `project = {project:String} AND model = {model:String} AND granularity = {granularity:String}`;
const mine = (m: ModelContext) => ({ project: m.projectId, model: m.model, granularity: m.granularity });

/** The newest results of the windows of a range, oldest first: of one version, or of `undefined` all; with all metrics or `only` some. */
export async function newestResults(
  store: EventStore,
  model: ModelContext,
  { from, to }: { from: number; to: number },
  version?: string,
  only?: readonly string[],
): Promise<(Kept & { computedAt: number })[]> {
  const rows = await store.query<Row>(
    `SELECT ${only ? columns(onlySql) : columns()} FROM ${store.database}.window_newest
     WHERE ${MINE} AND window_start >= {from:DateTime64(3,'UTC')} AND window_start < {to:DateTime64(3,'UTC')} ${version === undefined ? '' : 'AND version = {version:String}'}
     ORDER BY window_start, version, computed_at DESC LIMIT 1 BY window_start, version`,
    {
      ...mine(model),
      from: storeTime(Math.max(0, from)),
      to: storeTime(Math.max(0, to)),
      version: version ?? '',
      only,
    },
  );
  return rows.map((r) => ({ ...kept(r), computedAt: Number(r.computed) }));
}

/** What the windows of a range said last, by version and start. */
export async function lastSaid(
  store: EventStore,
  model: ModelContext,
  range: { from: number; to: number },
): Promise<(version: string, start: number) => Kept | undefined> {
  const found = new Map(
    (await newestResults(store, model, range)).map((k) => [JSON.stringify([k.version, k.start]), k]),
  );
  return (version, start) => found.get(JSON.stringify([version, start]));
}

/** Everything that a window ever said, oldest first, after a time of computing. */
export async function historyOf(
  store: EventStore,
  model: ModelContext,
  asked: { start: number; version: string; after: number | null; limit: number },
): Promise<(Kept & { computedAt: number })[]> {
  const rows = await store.query<Row>(
    `SELECT ${columns()} FROM ${store.database}.window_results
     WHERE ${MINE} AND version = {version:String} AND window_start = {start:DateTime64(3,'UTC')} AND toUnixTimestamp64Milli(computed_at) > {after:Int64}
     ORDER BY computed_at LIMIT 1 BY computed_at LIMIT {limit:UInt32}`,
    {
      ...mine(model),
      version: asked.version,
      start: storeTime(asked.start),
      after: asked.after ?? Number.MIN_SAFE_INTEGER,
      limit: asked.limit,
    },
  );
  return rows.map((r) => ({ ...kept(r), computedAt: Number(r.computed) }));
}

/**
 * The newest windows with labels, of all versions together, that are over and in which no label that matters is still to come, newest first:
 * those of the model, or longer ones.
 */
export async function matureWindows(
  store: EventStore,
  model: ModelContext,
  { granularity, limit, nowMs }: { granularity: Exclude<Granularity, 'all'>; limit: number; nowMs: number },
): Promise<{ start: number; labelled: number; computedAt: number }[]> {
  const rows = await store.query<{ start: number; labelled: number; computed: number }>(
    `SELECT ${windowSql(granularity, 0, 'own')} AS start, sum(labelled) AS labelled, max(computed) AS computed FROM (
       SELECT toUnixTimestamp64Milli(window_start) AS own, labelled, state, toUnixTimestamp64Milli(computed_at) AS computed FROM ${store.database}.window_newest
       WHERE ${MINE} AND version = '*' ORDER BY window_start DESC, computed_at DESC LIMIT 1 BY window_start)
     GROUP BY start HAVING min(state = 'final') AND labelled > 0 AND start + {step:Int64} <= {now:Int64} ORDER BY start DESC LIMIT {limit:UInt32}`,
    { ...mine(model), step: stepMs(granularity), now: nowMs, limit },
  );
  return rows.map((r) => ({ start: Number(r.start), labelled: Number(r.labelled), computedAt: Number(r.computed) }));
}
