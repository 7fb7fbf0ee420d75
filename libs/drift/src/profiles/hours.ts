import { createHash } from 'node:crypto';
import { type EventStore, storeTime } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { stepMs, windowStart } from '@plumbline/rows';
import type { StoredReference } from '../reference.js';

export const HOUR_MS = 3_600_000;
/** What is profiled of a version's hour: its predictions with features and outputs, and apart from them, because they come later, its labels. */
export type Part = 'predictions' | 'labels';

/** A computed window of one version: how many rows of each part it has. */
export type ComputedWindow = { version: string; start: number; computedAt: number } & Record<Part, number>;
/** A profiled hour: how many rows its profiles were made of. */
export type ProfiledHour = { version: string; hour: number; rows: number; computedAt: number };
type Range = { from: number; to: number };
type Scope = Pick<ModelContext, 'projectId' | 'model'>;

const FORMAT = 1;

/** What decides the profiles of an hour beside its rows: the declared types. By others they are no answer. */
export function basisOf(model: ModelContext): string {
  const types = Object.entries(model.features).map(([name, { type }]) => [name, type] as const);
  const text = JSON.stringify([FORMAT, model.task, types.sort(([a], [b]) => (a < b ? -1 : 1))]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The computed windows of a range, per version. */
export async function computedWindows(store: EventStore, model: ModelContext, range: Range): Promise<ComputedWindow[]> {
  const from = windowStart(range.from, model.granularity);
  const rows = await store.query<Record<'start' | 'predictions' | 'labels' | 'computed', number> & { version: string }>(
    `SELECT version, toUnixTimestamp64Milli(window_start) AS start, argMax(predictions, computed_at) AS predictions,
            argMax(labelled, computed_at) AS labels, toUnixTimestamp64Milli(max(computed_at)) AS computed
     FROM ${store.database}.window_newest
     WHERE project = {project:String} AND model = {model:String} AND granularity = {granularity:String} AND version != '*'
       AND window_start >= {from:DateTime64(3,'UTC')} AND window_start < {to:DateTime64(3,'UTC')}
     GROUP BY version, window_start`,
    { project: model.projectId, model: model.model, granularity: model.granularity, ...times({ from, to: range.to }) },
  );
  return rows.map((r) => ({
    version: r.version,
    start: Number(r.start),
    computedAt: Number(r.computed),
    predictions: Number(r.predictions),
    labels: Number(r.labels),
  }));
}

/** The profiled hours of a range, per version. */
export async function profiledHours(
  store: EventStore,
  model: ModelContext,
  { id }: Pick<StoredReference, 'id'>,
  part: Part,
  range: Range,
): Promise<ProfiledHour[]> {
  const from = windowStart(range.from, model.granularity);
  const rows = await store.query<Record<'hour' | 'rows' | 'computed', number> & { version: string }>(
    `SELECT version, toUnixTimestamp64Milli(window_start) AS hour, argMax((n, basis), computed_at) AS newest, newest.1 AS rows,
            toUnixTimestamp64Milli(max(computed_at)) AS computed
     FROM ${store.database}.profiles WHERE ${partSql} AND kind = 'hour' GROUP BY version, window_start HAVING newest.2 = {basis:String}`,
    { ...partParams(model, id, part), ...times({ from, to: range.to }), basis: basisOf(model) },
  );
  return rows.map((r) => ({
    version: r.version,
    hour: Number(r.hour),
    rows: Number(r.rows),
    computedAt: Number(r.computed),
  }));
}

/** SQL of the rows of a part in a range. */
export const partSql = `project = {project:String} AND model = {model:String} AND reference = {reference:String} AND part = {part:String}
  AND window_start >= {from:DateTime64(3,'UTC')} AND window_start < {to:DateTime64(3,'UTC')}`;
export const partParams = ({ projectId, model }: Scope, reference: string, part: Part) => ({
  project: projectId,
  model,
  reference,
  part,
});
export const times = ({ from, to }: Range) => ({
  from: storeTime(Math.max(0, from)),
  to: storeTime(Math.max(0, to)),
});

/** Of computed windows those whose hours are profiled as they are now, and the others. */
export function compareHours(
  model: ModelContext,
  windows: readonly ComputedWindow[],
  hours: readonly ProfiledHour[],
  part: Part,
): { same: ComputedWindow[]; other: { window: ComputedWindow; profiledAt: number | null }[] } {
  const profiled = new Map<string, { rows: number; at: number }>();
  for (const { version, hour, rows, computedAt } of hours) {
    const key = `${windowStart(hour, model.granularity)} ${version}`;
    const before = profiled.get(key);
    profiled.set(key, { rows: (before?.rows ?? 0) + rows, at: Math.min(before?.at ?? computedAt, computedAt) });
  }
  const same: ComputedWindow[] = [];
  const other: { window: ComputedWindow; profiledAt: number | null }[] = [];
  for (const window of windows) {
    const found = profiled.get(`${window.start} ${window.version}`);
    if ((found?.rows ?? 0) === window[part]) same.push(window);
    else other.push({ window, profiledAt: found?.at ?? null });
  }
  return { same, other };
}

/** The hours of a window. */
export const hoursIn = (model: ModelContext, start: number): number[] =>
  Array.from({ length: stepMs(model.granularity) / HOUR_MS }, (_, i) => start + i * HOUR_MS);
