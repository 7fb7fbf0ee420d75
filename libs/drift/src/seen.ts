import { setImmediate } from 'node:timers/promises';
import type { EventStore } from '@plumbline/clickhouse';
import { type ComparedSamples, compareSamples, summarise } from '@plumbline/stats';
import { needsValues } from './measure.js';
import { binCounts, type Kinds } from './profile.js';
import {
  at,
  binsOf,
  type Categories,
  categoryCounts,
  referenceValues,
  type Summary,
  sortedValues,
  summaries,
  summaryOf,
} from './read.js';
import type { Reference } from './reference.js';
import type { Source } from './source.js';

/** A number in one window: what it amounts to, its rows per bin of the reference, and its values beside the reference's. */
export type Numbers = { summary: Summary; bins?: number[]; compared?: ComparedSamples | null; refStd?: number };
type Edges = ReadonlyMap<string, readonly number[]>;

/** What is known of the current side: rows per window, oldest first, and by window and marked name its numbers and categories. */
export type Seen = {
  rows: ReadonlyMap<number, number>;
  numbers: ReadonlyMap<string, Numbers>;
  categories: ReadonlyMap<string, Categories>;
};

/** The same from the rows themselves, exactly. */
export async function seenInRows(
  store: EventStore,
  current: Source,
  reference: Reference,
  kinds: Kinds,
  asked: readonly string[],
): Promise<Seen> {
  const rows = await rowsPerWindow(store, current);
  if (rows.size === 0) return { rows, numbers: new Map(), categories: new Map() };
  const total = [...rows.values()].reduce((sum, n) => sum + n, 0);
  const edges = edgesOf(reference, kinds.numeric);
  const [numbers, categories] = await Promise.all([
    asked.some(needsValues)
      ? fromValues(store, current, reference, kinds.numeric, edges, total)
      : fromCounts(store, current, kinds.numeric, edges),
    categoryCounts(store, current, kinds.categorical, kinds.textOnly),
  ]);
  return { rows, numbers, categories };
}

/** Inner edges of the reference's decile bins, by marked name. */
export const edgesOf = ({ profiles }: Pick<Reference, 'profiles'>, names: readonly string[]): Edges => {
  const known = new Map(Object.entries(profiles));
  return new Map(
    names.flatMap((name) => {
      const edges = known.get(name)?.edges;
      return edges ? [[name, edges] as const] : [];
    }),
  );
};

/** Rows of a source per window, oldest first. */
export async function rowsPerWindow(store: EventStore, { sql, params }: Source): Promise<Map<number, number>> {
  const rows = await store.query<{ win: number; n: number }>(
    `SELECT win, count() AS n FROM (${sql}) GROUP BY win ORDER BY win`,
    params,
    { heavy: true },
  );
  return new Map(rows.map((r) => [Number(r.win), Number(r.n)]));
}

/** Counted in the store: what measures over bins need. */
async function fromCounts(
  store: EventStore,
  current: Source,
  names: readonly string[],
  edges: Edges,
): Promise<Map<string, Numbers>> {
  const [bins, moments] = await Promise.all([binCounts(store, current, edges), summaries(store, current, names)]);
  return new Map(
    [...moments].map(([key, summary]) => {
      const cut = key.indexOf('\u0000');
      return [key, { summary, bins: bins.get(Number(key.slice(0, cut)))?.get(key.slice(cut + 1)) }];
    }),
  );
}

/** From the values themselves, feature by feature, so that the process can do other things in between. */
async function fromValues(
  store: EventStore,
  current: Source,
  reference: Reference,
  names: readonly string[],
  edges: Edges,
  rows: number,
): Promise<Map<string, Numbers>> {
  const [values, known] = await Promise.all([
    sortedValues(store, current, names, rows),
    referenceValues(store, reference, names),
  ]);
  const out = new Map<string, Numbers>();
  for (const [key, sorted] of values) {
    const name = key.slice(key.indexOf('\u0000') + 1);
    const ref = known.get(at(0, name));
    out.set(key, {
      summary: summaryOf(sorted),
      bins: edges.has(name) ? binsOf(edges.get(name)!, sorted) : undefined,
      compared: ref ? compareSamples({ values: ref }, { values: sorted }) : undefined,
      refStd: ref ? summarise({ values: ref })?.std0 : undefined,
    });
    values.delete(key);
    await setImmediate();
  }
  return out;
}
