import type { EventStore } from '@plumbline/clickhouse';
import type { FeatureProfile } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { windowSql } from '@plumbline/rows';
import {
  coarser,
  compareProfiles,
  mergeProfiles,
  type NumericProfile,
  profileQuantile,
  profileStd,
} from '@plumbline/stats';
import { needsValues } from '../measure.js';
import { type Kinds, QUANTILES } from '../profile.js';
import type { Summary } from '../read.js';
import type { StoredReference } from '../reference.js';
import { edgesOf, type Numbers, type Seen } from '../seen.js';
import { type Bins, frozenBins } from './bins.js';
import { addRows, findInRows, nameIn, nothing, rowsOfPart } from './found.js';
import type { Part } from './hours.js';
import { findInStored } from './stored.js';
import { hoursOf, type KeptRange, startOf, wholeHours } from './whole.js';

/** More rows than this that are not profiled yet had better be counted in the store. */
const LEFT_MAX = 2_000_000;

/**
 * What is kept of a range: profiles of its whole hours, merged with those of the rows of hours that are cut by a window's edge, or
 * are not profiled as they are now. Null if the rows have to answer: they are few, or too many are not profiled.
 */
export async function seenInProfiles(
  store: EventStore,
  model: ModelContext,
  reference: StoredReference,
  range: KeptRange,
  names: Promise<Kinds>,
  asked: readonly string[],
): Promise<Seen | null> {
  const parts: Part[] = range.labelled ? ['predictions', 'labels'] : ['predictions'];
  const whole = await wholeHours(store, model, reference, range, parts);
  if (!whole) return null;
  const [bins, kinds] = await Promise.all([frozenBins(store, model, reference), names]);
  const left = hoursOf(range).filter((h) => !whole.hours.has(h));
  const win = windowSql(range.granularity, range.from);
  const found = nothing();
  for (const part of parts) {
    // What labels there are is no further row.
    const into = part === 'predictions' ? found : { ...found, rows: new Map<number, number>() };
    const stored = whole.profiled[part];
    for (const { hour, rows } of stored) addRows(into, startOf(range, hour), rows);
    await findInStored(store, model, reference, part, range, stored, into);
    if (left.length === 0) continue;
    const source = await rowsOfPart(store, model, { ...range, hours: left }, part, win);
    if (!(await findInRows(store, source, kinds, bins, into, { rowsMax: LEFT_MAX }))) return null;
  }
  const wanted = new Set(kinds.numeric);
  const compared = asked.some(needsValues);
  const edges = edgesOf(reference, kinds.numeric);
  return {
    rows: new Map([...found.rows].filter(([, n]) => n > 0).sort(([a], [b]) => a - b)),
    numbers: new Map(
      [...found.numbers]
        .filter(([key]) => wanted.has(nameIn(key)))
        .map(([key, pieces]) => [key, numbersOf(nameIn(key), mergeProfiles(pieces)!, bins, edges, compared)]),
    ),
    categories: found.categories,
  };
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
  min: profile.n > 0 ? profile.min : null,
  max: profile.n > 0 ? profile.max : null,
  quantiles: Object.fromEntries(
    profile.n > 0 ? QUANTILES.map((q) => [String(q), profileQuantile(profile, q)!] as const) : [],
  ),
});

/** What was seen of one window as profiles on the decile bins of a reference, for drawing. */
export function profilesOfSeen(
  { rows, numbers, categories }: Seen,
  win: number,
  reference: Record<string, FeatureProfile>,
): Record<string, FeatureProfile> {
  const total = rows.get(win) ?? 0;
  const missing = (n: number) => ({ n, missing: total - n, missing_rate: total > 0 ? (total - n) / total : 0 });
  const known = new Map(Object.entries(reference));
  const out: [string, FeatureProfile][] = [];
  for (const [key, { summary, bins }] of numbers) {
    const { n, ...rest } = summary;
    const edges = known.get(nameIn(key))?.edges;
    const counted = edges && bins ? { edges: [...edges], counts: bins } : {};
    out.push([nameIn(key), { type: 'numeric', ...missing(n), ...rest, ...counted }]);
  }
  for (const [key, { n, counts }] of categories) {
    const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    const listed = sorted.map(([value, count]) => ({ value, count }));
    out.push([nameIn(key), { type: 'categorical', ...missing(n), categories: listed, distinct: listed.length }]);
  }
  return Object.fromEntries(out);
}
