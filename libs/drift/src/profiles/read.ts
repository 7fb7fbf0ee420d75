import { setImmediate } from 'node:timers/promises';
import { type EventStore, RowReader } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import {
  coarser,
  compareProfiles,
  mergeProfiles,
  type NumericProfile,
  profileOf,
  profileQuantile,
  profileStd,
  RANKS,
} from '@plumbline/stats';
import { type Grid, windowSql } from '@plumbline/windows';
import { needsValues } from '../measure.js';
import { type Kinds, QUANTILES } from '../profile.js';
import { at, type Categories, categoryCounts, type Summary, sortedValues } from '../read.js';
import type { StoredReference } from '../reference.js';
import { edgesOf, type Numbers, rowsPerWindow, type Seen } from '../seen.js';
import { MARK } from '../source.js';
import { type Bins, frozenBins } from './bins.js';
import {
  basisOf,
  compareHours,
  computedWindows,
  HOUR_MS,
  hoursIn,
  hoursParams,
  hoursSql,
  type Part,
  profiledHours,
  times,
} from './hours.js';
import { hourlyRows } from './keep.js';

/** A range that profiles may answer: no filters, and nothing of what was known when. */
export type KeptRange = {
  from: number;
  to: number;
  version?: string;
  /** Windows of any length, aligned anywhere, or the range as one. */
  granularity: Grid | 'all';
  nowMs: number;
  /** Starts of computed windows whose rows have changed since. */
  dirty: ReadonlySet<number>;
  /** Below so many predictions the rows themselves are as quick, and exact. */
  rowsMin?: number;
};

const ROWS_MIN = 50_000;
/** More rows than this that are not profiled yet had better be counted in the store. */
const LEFT_MAX = 2_000_000;

/**
 * What is kept of a range: profiles of its whole hours, merged with those of the rows of hours that are cut by a window's edge, or are not profiled as they
 * are now. Null if the rows have to answer: they are few, or hardly any is profiled.
 */
export async function seenInProfiles(
  store: EventStore,
  model: ModelContext,
  reference: StoredReference,
  range: KeptRange,
  kinds: Kinds,
  asked: readonly string[],
): Promise<Seen | null> {
  const names = [...kinds.numeric, ...kinds.categorical];
  const parts: Part[] = names.includes(`${MARK}label`) ? ['predictions', 'labels'] : ['predictions'];
  const hours = await wholeHours(store, model, reference, range, parts);
  if (!hours) return null;
  const bins = await frozenBins(store, model, reference);
  const left = hoursOf(range).filter((h) => !hours.has(h));
  const rows = new Map<number, number>();
  const numbers = new Map<string, NumericProfile[]>();
  const categories = new Map<string, Categories>();
  for (const part of parts) {
    if (hours.size > 0)
      await readKept(store, model, { reference, range, part, hours, left, rows, numbers, categories });
    if (left.length === 0) continue;
    const win = windowSql(range.granularity, range.from);
    const source = await hourlyRows(store, model, { ...range, hours: left }, part, win);
    const counted = await rowsPerWindow(store, source);
    const total = [...counted.values()].reduce((sum, n) => sum + n, 0);
    if (total > LEFT_MAX) return null;
    if (part === 'predictions') for (const [w, n] of counted) rows.set(w, (rows.get(w) ?? 0) + n);
    for (const [key, values] of await sortedValues(store, source, kinds.numeric, total)) {
      const edges = bins.get(nameIn(key))?.edges ?? [];
      numbers.set(key, [...(numbers.get(key) ?? []), profileOf(values, edges)]);
      await setImmediate();
    }
    const words = await categoryCounts(store, source, kinds.categorical, kinds.textOnly);
    for (const [key, found] of words) addCategories(categories, key, found);
  }
  const wanted = new Set(kinds.numeric);
  const compared = asked.some(needsValues);
  const edges = edgesOf(reference, kinds.numeric);
  return {
    rows: new Map([...rows].filter(([, n]) => n > 0).sort(([a], [b]) => a - b)),
    numbers: new Map(
      [...numbers]
        .filter(([key]) => wanted.has(nameIn(key)))
        .map(([key, profiles]) => [key, numbersOf(nameIn(key), mergeProfiles(profiles)!, bins, edges, compared)]),
    ),
    categories,
  };
}

const nameIn = (key: string) => key.slice(key.indexOf('\u0000') + 1);
const hoursOf = ({ from, to }: { from: number; to: number }): number[] => {
  const first = Math.floor(from / HOUR_MS) * HOUR_MS;
  return Array.from({ length: Math.ceil((to - first) / HOUR_MS) }, (_, i) => first + i * HOUR_MS);
};

function addCategories(all: Map<string, Categories>, key: string, more: Categories): void {
  const found = all.get(key);
  if (!found) {
    all.set(key, more);
    return;
  }
  found.n += more.n;
  for (const [value, n] of more.counts) found.counts.set(value, (found.counts.get(value) ?? 0) + n);
}

function numbersOf(
  name: string,
  profile: NumericProfile,
  bins: Bins,
  edges: ReadonlyMap<string, readonly number[]>,
  compared: boolean,
): Numbers {
  const ref = bins.get(name);
  const wanted = edges.get(name);
  return {
    summary: summaryOf(profile),
    bins: ref && wanted && coarser(profile, ref.edges, wanted),
    compared: ref && compared ? compareProfiles(ref.profile, profile, ref.edges) : undefined,
    refStd: ref && (profileStd(ref.profile) ?? undefined),
  };
}

const summaryOf = (profile: NumericProfile): Summary => ({
  n: profile.n,
  mean: profile.n > 0 ? profile.mean : null,
  std: profileStd(profile),
  quantiles: Object.fromEntries(
    profile.n > 0 ? QUANTILES.map((q) => [String(q), profileQuantile(profile, q)!] as const) : [],
  ),
});

/** The hours of the range that lie within one of its windows and whose profiles say what their rows say; null if rows should answer. */
async function wholeHours(
  store: EventStore,
  model: ModelContext,
  reference: StoredReference,
  range: KeptRange,
  parts: readonly Part[],
): Promise<Set<number> | null> {
  const [computed, ...profiled] = await Promise.all([
    computedWindows(store, model, range),
    ...parts.map((part) => profiledHours(store, model, reference, part, range)),
  ]);
  const windows = computed.filter((w) => range.version === undefined || w.version === range.version);
  const rows = windows.reduce((sum, w) => sum + w.predictions, 0);
  if (rows < (range.rowsMin ?? ROWS_MIN)) return null;
  const bad = new Set(range.dirty);
  parts.forEach((part, i) => {
    for (const { window } of compareHours(model, windows, profiled[i]!, part).other) bad.add(window.start);
  });
  const good = new Set(windows.map((w) => w.start).filter((start) => !bad.has(start)));
  const hours = [...good]
    .flatMap((start) => hoursIn(model, start))
    .filter((hour) => hour >= range.from && hour + HOUR_MS <= range.to && isWhole(hour, range.granularity));
  return hours.length > 0 ? new Set(hours) : null;
}

/** Whether no window of the grid ends within the hour. */
function isWhole(hour: number, grid: Grid | 'all'): boolean {
  if (grid === 'all') return true;
  const start = (ms: number) => Math.floor((ms - grid.shiftMs) / grid.stepMs);
  return start(hour) === start(hour + HOUR_MS - 1);
}

type Reading = {
  reference: StoredReference;
  range: KeptRange;
  part: Part;
  hours: ReadonlySet<number>;
  left: readonly number[];
  rows: Map<number, number>;
  numbers: Map<string, NumericProfile[]>;
  categories: Map<string, Categories>;
};

/** Merges in the store what the hours of each window amount to. */
async function readKept(store: EventStore, model: ModelContext, reading: Reading): Promise<void> {
  const { reference, range, part, hours, left, rows, numbers, categories } = reading;
  const all = hoursOf(range);
  const params = {
    ...hoursParams(model, reference.id, part),
    ...times({ from: all[0]!, to: range.to }),
    basis: basisOf(model),
    version: range.version ?? '',
    hours: left.length === 0 ? [] : [...hours],
  };
  const ofVersion = range.version === undefined ? '' : 'AND version = {version:String}';
  const ofHours = left.length === 0 ? '' : 'AND toUnixTimestamp64Milli(window_start) IN {hours:Array(Int64)}';
  const newest = `SELECT window_start, version, max(computed_at) FROM ${store.database}.profiles WHERE ${hoursSql} ${ofVersion} ${ofHours} GROUP BY window_start, version`;
  const from = (kind: string) => `(
    SELECT *, ${windowSql(range.granularity, range.from)} AS win FROM (
      SELECT *, toUnixTimestamp64Milli(window_start) AS ms FROM ${store.database}.profiles
      WHERE ${hoursSql.replace("'hour'", `'${kind}'`)} ${ofVersion} ${ofHours} AND basis = {basis:String} AND (window_start, version, computed_at) IN (${newest})
      LIMIT 1 BY window_start, version, name))`;
  const [counted, words, binary] = await Promise.all([
    store.query<{ win: number; n: number }>(`SELECT win, sum(n) AS n FROM ${from('hour')} GROUP BY win`, params),
    store.query<{ win: number; name: string; n: number; kept: [string[], number[]] }>(
      `SELECT win, name, sum(n) AS n, sumMap(categories, counts) AS kept FROM ${from('categorical')} GROUP BY win, name`,
      params,
    ),
    store.queryBinary(
      `SELECT toInt64(win), toString(name), groupArray(toFloat64(n)), groupArray(mean), groupArray(m2), [min(min), max(max)],
              arrayMap(c -> toFloat64(c), sumForEach(counts)), sumForEach(offsets), ${ranksSql}
       FROM ${from('numeric')} GROUP BY win, name`,
      params,
    ),
  ]);
  if (part === 'predictions') for (const { win, n } of counted) rows.set(Number(win), Number(n));
  for (const { win, name, n, kept } of words)
    addCategories(categories, at(Number(win), name), {
      n: Number(n),
      counts: new Map(kept[0].map((value, i) => [value, Number(kept[1][i])])),
    });
  for (const reader = new RowReader(binary); !reader.done; ) {
    const key = at(reader.int64(), reader.text());
    numbers.set(key, [...(numbers.get(key) ?? []), readProfile(reader)]);
  }
}

/** The ranks of the hours together, each with the rows that it stands for. */
const ranksSql = `quantilesExactWeightedArray(${Array.from({ length: RANKS }, (_, i) => (i + 0.5) / RANKS).join(', ')})(
  ranks, arrayWithConstant(length(ranks), toUInt64(greatest(1, intDiv(n * ${RANKS}, greatest(1, length(ranks)))))))`;

function readProfile(reader: RowReader): NumericProfile {
  const [ns, means, m2s] = [reader.float64s(), reader.float64s(), reader.float64s()];
  const [min, max] = reader.float64s() as unknown as [number, number];
  const [counts, offsets, ranks] = [reader.float64s(), reader.float64s(), reader.float64s()];
  const none = new Float64Array();
  const moments = mergeProfiles(
    Array.from(ns, (n, i) => ({ n, mean: means[i]!, m2: m2s[i]!, min, max, counts: none, offsets: none, ranks: none })),
  )!;
  const { n, mean, m2 } = moments;
  return { n, mean, m2, min, max, counts, offsets, ranks };
}
