import type { EventStore } from '@plumbline/clickhouse';
import type { DriftWindow } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { Selection } from '@plumbline/rows';
import { type DriftInput, drift } from './drift.js';
import { naturalIn } from './natural.js';
import { predictionSource } from './predictions.js';
import { kindsOf, kindsOfModel, profile } from './profile.js';
import type { Reference } from './reference.js';
import { rowsPerWindow } from './seen.js';
import { MARK } from './source.js';

/** Of a window's own past: everything up to so long before it, or the same span so much earlier; or its own rows of another version. */
export type Past = { trailingMs: number } | { earlierMs: number } | { version: string };
export type Range = { from: number; to: number };
/** Which predictions, beside their range. */
export type Chosen = Omit<Selection, 'from' | 'to' | 'unlabelled' | 'unique' | 'hours' | 'oneIn'>;
type Ask = Pick<DriftInput, 'features' | 'targets' | 'measures'>;

/** A sample of so many rows says what a reference is to a part in a thousand. */
const SAMPLE = 1_000_000;
/**
 * A past of many rows serves for a while: it hardly changes, and monitors of one model ask for it one after the other. While a backfill
 * brings its rows it does not.
 */
const KEPT_MS = 600_000;
const KEPT_WITHIN = 0.01;
const KEPT_FROM_ROWS = 100_000;
const KEPT_MAX = 50;
const HOUR_MS = 3_600_000;
/** What spans fewer windows tells nothing of how they vary. */
const WINDOWS_MIN = 3;
const NONE: ReadonlyMap<string, number> = new Map();
const isOutput = (name: string) => name.startsWith(MARK);
type Made = { reference: Reference; natural: ReadonlyMap<string, number> };
const kept = new Map<string, { madeMs: number; rows: number; made: Made }>();

/** Where the past of a window lies. A long one ends on the hour, so that it is the same for every look within the hour. */
export function pastOf(past: Past, { from, to }: Range): Range {
  if ('version' in past) return { from, to };
  if ('earlierMs' in past) return { from: from - past.earlierMs, to: to - past.earlierMs };
  const end = past.trailingMs >= 24 * HOUR_MS ? Math.floor(from / HOUR_MS) * HOUR_MS : from;
  return { from: end - past.trailingMs, to: end };
}

/** Filters say which version is judged; of the one that it is compared with they say everything else. */
const ofPast = (past: Past, chosen: Chosen): Chosen =>
  'version' in past
    ? { ...chosen, version: past.version, filters: chosen.filters?.filter((f) => f.field !== 'version') }
    : chosen;

/** Drift of each window against its own past; windows whose past is empty are left out. */
export async function driftFromPast(
  store: EventStore,
  model: ModelContext,
  past: Past,
  windows: readonly Range[],
  chosen: Chosen,
  ask: Ask,
): Promise<DriftWindow[]> {
  const out: DriftWindow[] = [];
  const labelled = ask.targets.includes('label') ? {} : { unlabelled: true as const };
  for (const window of windows) {
    const windowMs = window.to - window.from;
    const before = pastOf(past, window);
    const { reference, natural } = await referenceFromRange(store, model, before, ofPast(past, chosen), windowMs, ask);
    if (reference.rows === 0) continue;
    const now = { ...chosen, ...window, ...labelled };
    const current = () => predictionSource(store, model, now, `toInt64(${Math.trunc(window.from)})`);
    out.push(
      ...(await drift(store, model, reference, {
        ...ask,
        catalogued: true,
        current,
        natural,
        windowEnd: () => window.to,
      })),
    );
  }
  return out;
}

/**
 * A stretch of production as reference, a sample if it is long, with its natural variation: it is cut into windows like
 * those that are judged.
 */
export async function referenceFromRange(
  store: EventStore,
  model: ModelContext,
  range: Range,
  chosen: Chosen,
  windowMs: number,
  { features, targets }: Pick<DriftInput, 'features' | 'targets'>,
): Promise<Made> {
  const { nowMs: _, ...lasting } = chosen;
  const key = JSON.stringify([
    model.projectId,
    model.model,
    model.features,
    range,
    lasting,
    windowMs,
    features,
    targets,
  ]);
  const labelled = targets.includes('label') ? {} : { unlabelled: true as const };
  const all = { ...chosen, ...range, ...labelled };
  // Only how many of them to take: copies need not be told apart in all, just in the sample.
  const roughly = { ...all, unlabelled: true as const, unique: true };
  const counted = await rowsPerWindow(store, await predictionSource(store, model, roughly, '0'));
  const rows = counted.get(0) ?? 0;
  const known = kept.get(key);
  const isLike = known && Math.abs(rows - known.rows) <= KEPT_WITHIN * known.rows;
  if (isLike && performance.now() - known.madeMs < KEPT_MS) return known.made;
  const source = await predictionSource(store, model, { ...all, oneIn: Math.ceil(rows / SAMPLE) }, '0');
  const names = (await kindsOfModel(store, model)) ?? (await kindsOf(store, source, model.features, model.task));
  const wanted = (name: string) => isOutput(name) || !features || features.includes(name);
  const kinds = { ...names, numeric: names.numeric.filter(wanted), categorical: names.categorical.filter(wanted) };
  const profiles = await profile(store, source, kinds);
  const sampled = Math.max(0, ...Object.values(profiles).map((p) => p.n + p.missing));
  const reference = { rows: sampled, profiles, source };
  const cut = range.to - range.from >= WINDOWS_MIN * windowMs;
  const made = { reference, natural: cut ? await naturalIn(store, source, profiles, windowMs) : NONE };
  if (rows < KEPT_FROM_ROWS) return made;
  kept.delete(key);
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value!);
  kept.set(key, { madeMs: performance.now(), rows, made });
  return made;
}
