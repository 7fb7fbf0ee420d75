import { type EventStore, jsonLines, storeTime } from '@plumbline/clickhouse';
import { groupBy } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { stepMs } from '@plumbline/rows';
import { mergeProfiles } from '@plumbline/stats';
import { type Kinds, kindsOfModel } from '../profile.js';
import { at } from '../read.js';
import { type StoredReference, typesOf } from '../reference.js';
import { MARK } from '../source.js';
import { type Bins, columnsOf, frozenBins } from './bins.js';
import { addRows, findInRows, nameIn, nothing, rowsOfPart } from './found.js';
import {
  basisOf,
  type ComputedWindow,
  compareHours,
  computedWindows,
  HOUR_MS,
  hoursIn,
  type Part,
  profiledHours,
} from './hours.js';

/** Rows that are read at once; an hour of more is read slice by slice. */
const ROWS_AT_ONCE = 500_000;
const SPAN_MAX_MS = 7 * 24 * HOUR_MS;
/** What arrives late belongs to its hour as well; a moment after its end most is there. */
const SETTLE_MS = 60_000;

export type KeepOptions = {
  /** Windows from then on. */
  sinceMs?: number;
  rowsMax?: number;
  /** Starts of windows that are about to be computed again. */
  skip?: ReadonlySet<number>;
  /** Leaves the rest for another time. */
  stopping?: () => boolean;
};
export type Kept = { hours: number; rows: number; more: boolean };

/**
 * Profiles the hours of past windows whose rows are not profiled as they are now, the newest first, on the bins of every reference that
 * questions about their version are held against. Up to `rowsMax` rows; may be repeated, and by several at a time.
 *
 * `references` names the stored ones by version: those of it and of all versions.
 */
export async function keepProfiles(
  store: EventStore,
  model: ModelContext,
  references: (version: string) => readonly StoredReference[],
  nowMs: number,
  { sinceMs = 0, rowsMax = 2_000_000, skip = new Set<number>(), stopping = () => false }: KeepOptions = {},
): Promise<Kept> {
  const kept: Kept = { hours: 0, rows: 0, more: false };
  const range = { from: sinceMs, to: nowMs };
  const step = stepMs(model.granularity);
  const windows = (await computedWindows(store, model, range)).filter(
    (w) => w.start + step + SETTLE_MS <= nowMs && !skip.has(w.start),
  );
  for (const [version, ofVersion] of groupBy(windows, (w) => w.version)) {
    for (const reference of references(version)) {
      const kinds = await kindsOfModel(store, model, typesOf(model, reference.profiles));
      if (!kinds) continue;
      const bins = await frozenBins(store, model, reference);
      for (const part of ['predictions', 'labels'] as const) {
        const hours = await profiledHours(store, model, reference, part, range);
        const { other } = compareHours(
          model,
          ofVersion,
          hours.filter((h) => h.version === version),
          part,
        );
        // What was profiled after its window was computed has seen more: the window is about to be computed again.
        const due = other.filter(({ window, profiledAt }) => profiledAt === null || window.computedAt > profiledAt);
        for (const chunk of chunksOf(
          model,
          due.map((d) => d.window),
          part,
        )) {
          if (kept.rows >= rowsMax || stopping()) return { ...kept, more: true };
          const job = { version, part, reference: reference.id, bins, kinds: ofPart(kinds, part) };
          kept.rows += await keepChunk(store, model, job, chunk, nowMs);
          kept.hours += chunk.hours.length;
        }
      }
    }
  }
  return kept;
}

const isLabel = (name: string) => name === `${MARK}label`;
const ofPart = (kinds: Kinds, part: Part): Kinds => {
  const mine = (name: string) => isLabel(name) === (part === 'labels');
  return { ...kinds, numeric: kinds.numeric.filter(mine), categorical: kinds.categorical.filter(mine) };
};

type Chunk = { hours: number[]; slices: { from: number; to: number }[] };

/** Windows in runs that are read at once, the newest first; an hour with too many rows is cut into slices of time. */
function chunksOf(model: ModelContext, windows: readonly ComputedWindow[], part: Part): Chunk[] {
  const hours = windows.flatMap((w) => {
    const all = hoursIn(model, w.start);
    return all.map((hour) => ({ hour, rows: Math.max(w.predictions, w[part]) / all.length }));
  });
  const chunks: Chunk[] = [];
  let open: { hours: number[]; rows: number } | undefined;
  for (const { hour, rows } of hours.sort((a, b) => b.hour - a.hour)) {
    const slices = Math.ceil(rows / ROWS_AT_ONCE);
    if (slices > 1) {
      const step = Math.ceil(HOUR_MS / slices);
      const from = Array.from({ length: slices }, (_, i) => hour + i * step).filter((at) => at < hour + HOUR_MS);
      chunks.push({ hours: [hour], slices: from.map((at) => ({ from: at, to: Math.min(at + step, hour + HOUR_MS) })) });
      continue;
    }
    if (!open || open.rows + rows > ROWS_AT_ONCE || open.hours[0]! - hour > SPAN_MAX_MS) {
      open = { hours: [], rows: 0 };
      chunks.push({ hours: open.hours, slices: [] });
    }
    open.hours.push(hour);
    open.rows += rows;
  }
  for (const { hours, slices } of chunks)
    if (slices.length === 0) slices.push({ from: hours.at(-1)!, to: hours[0]! + HOUR_MS });
  return chunks;
}

type Job = { version: string; part: Part; reference: string; bins: Bins; kinds: Kinds };
async function keepChunk(
  store: EventStore,
  model: ModelContext,
  job: Job,
  chunk: Chunk,
  nowMs: number,
): Promise<number> {
  const found = nothing();
  for (const hour of chunk.hours) addRows(found, hour, 0);
  for (const slice of chunk.slices) {
    const asked = { ...slice, hours: chunk.hours, version: job.version, nowMs };
    const source = await rowsOfPart(store, model, asked, job.part, `(ms - positiveModulo(ms, ${HOUR_MS}))`);
    await findInRows(store, source, job.kinds, job.bins, found);
  }
  const mine = {
    project: model.projectId,
    model: model.model,
    reference: job.reference,
    part: job.part,
    version: job.version,
    basis: basisOf(model),
    computed_at: storeTime(nowMs),
  };
  const row = (key: string) => ({ ...mine, window_start: storeTime(Number.parseInt(key, 10)), name: nameIn(key) });
  const lines = [
    ...[...found.numbers].map(([key, parts]) => ({
      ...row(key),
      kind: 'numeric',
      ...columnsOf(mergeProfiles(parts)!),
    })),
    ...[...found.categories].map(([key, words]) => ({
      ...row(key),
      kind: 'categorical',
      n: words.n,
      categories: [...words.counts.keys()],
      counts: [...words.counts.values()],
    })),
    // In the same insert, so that an hour is never half there.
    ...[...found.rows].map(([hour, n]) => ({ ...row(at(hour, '')), kind: 'hour', n })),
  ];
  await store.insert('profiles', jsonLines(lines));
  return [...found.rows.values()].reduce((sum, n) => sum + n, 0);
}
