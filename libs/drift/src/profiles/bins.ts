import { type EventStore, jsonLines, RowReader } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { type NumericProfile, profileEdges, profileOf } from '@plumbline/stats';
import { at, referenceValues } from '../read.js';
import type { StoredReference } from '../reference.js';
import { remembered } from '../remembered.js';

/** The bins of a reference's numbers, and what the reference itself amounts to on them; by marked name. */
export type Bins = ReadonlyMap<string, { edges: number[]; profile: NumericProfile }>;

const cache = remembered<Bins>(200);
type Scope = Pick<ModelContext, 'projectId' | 'model'>;

/** Bins are made once per reference, from its values, and kept in the store: what is counted on them stays comparable. */
export async function frozenBins(store: EventStore, model: Scope, reference: StoredReference): Promise<Bins> {
  const known = cache.get(reference.id);
  if (known) return known;
  const stored = await readBins(store, model, reference.id);
  return cache.set(reference.id, stored.size > 0 ? stored : await makeBins(store, model, reference));
}

async function makeBins(store: EventStore, model: Scope, reference: StoredReference): Promise<Bins> {
  const numeric = Object.entries(reference.profiles).filter(([, p]) => p.type === 'numeric');
  const names = numeric.map(([name]) => name);
  const values = await referenceValues(store, reference, names);
  const bins = new Map<string, { edges: number[]; profile: NumericProfile }>();
  for (const [name, { edges: deciles = [] }] of numeric) {
    const sorted = values.get(at(0, name)) ?? new Float64Array();
    const edges = profileEdges(sorted, deciles);
    bins.set(name, { edges, profile: profileOf(sorted, edges) });
  }
  const mine = { project: model.projectId, model: model.model, reference: reference.id };
  const lines = [...bins].map(([name, { edges, profile }]) => ({ ...mine, name, edges, ...columnsOf(profile) }));
  if (lines.length > 0) await store.insert('profile_bins', jsonLines(lines));
  return bins;
}

/** A profile as columns of a row. */
export const columnsOf = (p: NumericProfile) => ({
  n: p.n,
  mean: p.mean,
  m2: p.m2,
  min: p.min,
  max: p.max,
  counts: [...p.counts],
  offsets: [...p.offsets],
  ranks: [...p.ranks],
});

async function readBins(store: EventStore, model: Scope, reference: string): Promise<Bins> {
  const reader = new RowReader(
    await store.queryBinary(
      `SELECT toString(name), edges, [toFloat64(n), mean, m2, min, max], arrayMap(c -> toFloat64(c), counts), offsets, ranks
       FROM ${store.database}.profile_bins WHERE project = {project:String} AND model = {model:String} AND reference = {reference:String}
       LIMIT 1 BY name`,
      { project: model.projectId, model: model.model, reference },
    ),
  );
  const bins = new Map<string, { edges: number[]; profile: NumericProfile }>();
  while (!reader.done) {
    const name = reader.text();
    const edges = [...reader.float64s()];
    const [n, mean, m2, min, max] = reader.float64s() as unknown as [number, number, number, number, number];
    const [counts, offsets, ranks] = [reader.float64s(), reader.float64s(), reader.float64s()];
    bins.set(name, { edges, profile: { n, mean, m2, min, max, counts, offsets, ranks } });
  }
  return bins;
}
