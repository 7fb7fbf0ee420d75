import type { EventStore } from '@plumbline/clickhouse';
import { iso } from '@plumbline/contracts';
import type { Db, ModelContext } from '@plumbline/control';
import {
  chooseReference,
  drift,
  driftFromPast,
  keptRange,
  naturalOf,
  naturalOfPart,
  type Past,
  predictionSource,
  referenceFromRange,
  referencePart,
  referencesOf,
  storedReference,
} from '@plumbline/drift';
import type { Probes, Scope, Windows } from '@plumbline/monitors';
import { windowSql } from '@plumbline/rows';
import { dirtyStarts } from '@plumbline/windows';
import { gridOf } from './windowed.js';

/** Rows of a reference that a slice must have. */
const PART_MIN = 30;
const DAY_MS = 86_400_000;
const days = (ms: number) => `${Math.round(ms / DAY_MS)} days`;
type Ask = Parameters<Probes['drift']>[3];

/** Drift of a monitor's windows: against its stored reference, a fixed range, or each against its own past. */
export async function drifts(
  store: EventStore,
  db: Db,
  model: ModelContext,
  windows: Windows,
  scope: Scope,
  ask: Ask,
  nowMs: number,
): ReturnType<Probes['drift']> {
  const targets = ask.targets ?? (['features'] as const);
  const asked = { features: ask.features, targets, measures: [ask.measure], catalogued: true as const };
  const chosen = { filters: scope.filters, version: scope.version, nowMs };
  const { against } = ask;
  if (against && !('from' in against)) {
    const found = await driftFromPast(store, model, against, eachOf(windows), chosen, asked);
    return { windows: found, reference: { name: nameOf(against), rows: 0 } };
  }
  const grid = gridOf(windows);
  const all = { ...chosen, from: windows.from, to: windows.to, unlabelled: true as const };
  const current = () => predictionSource(store, model, all, windowSql(grid, windows.from));
  const windowEnd = (start: number) => start + windows.stepMs;
  if (against) {
    const { reference, natural } = await referenceFromRange(store, model, against, chosen, windows.stepMs, asked);
    const name = `${iso(against.from)} to ${iso(against.to)}`;
    if (reference.rows === 0) return { windows: [], reference: { name, rows: 0 } };
    const found = await drift(store, model, reference, { ...asked, current, natural, windowEnd });
    return { windows: found, reference: { name, rows: reference.rows } };
  }
  const row = chooseReference(await referencesOf(db, model), { name: ask.reference, version: scope.version });
  if (!row) return null;
  // A slice is held against the same slice; which version is judged is not said of the reference.
  const filters = scope.filters.filter((f) => f.field !== 'version');
  const part = filters.length > 0 ? await referencePart(store, model, row, filters) : null;
  const named = `the reference '${row.name}'`;
  if (part && part.rows < PART_MIN) {
    const lacks = `There is nothing to compare with: ${named} has ${part.rows} rows of this slice, fewer than ${PART_MIN}.`;
    return { windows: [], reference: { name: named, rows: part.rows }, lacks };
  }
  const whole = storedReference(store, model, row);
  const reference = part ?? whole;
  const dirty = (since: number, until: number) => dirtyStarts(db, model, since, until);
  const { from, to } = windows;
  const range = { from, to, version: scope.version, granularity: grid, nowMs, labelled: false };
  const found = await drift(store, model, reference, {
    ...asked,
    current,
    kept: scope.filters.length > 0 ? undefined : keptRange(store, model, whole, range, dirty),
    windowEnd,
    natural: part
      ? await naturalOfPart(store, part, windows.stepMs)
      : await naturalOf(store, model, row.id, row.profiles, windows.stepMs),
  });
  return { windows: found, reference: { name: named, rows: reference.rows } };
}

const nameOf = (past: Past): string =>
  'version' in past
    ? `version '${past.version}'`
    : 'trailingMs' in past
      ? `the ${days(past.trailingMs)} before`
      : `the same hours ${days(past.earlierMs)} before`;

const eachOf = ({ from, to, stepMs }: Windows) =>
  Array.from({ length: Math.ceil((to - from) / stepMs) }, (_, i) => ({
    from: from + i * stepMs,
    to: from + (i + 1) * stepMs,
  }));
