import type { EventStore } from '@plumbline/clickhouse';
import type { Explanation, Filter, MovedFeature, SliceLoss, SlicesAnswer } from '@plumbline/contracts';
import type { Db, ModelContext } from '@plumbline/control';
import { importanceOf } from '@plumbline/drift';
import { sharedSource, weighMoved } from './moved.js';
import { onsetOf } from './onset.js';
import { precedents } from './precedents.js';

export type Stores = { store: EventStore; db: Db };
type Range = { from: number; to: number };

/** A change: of which rows, in which slice of them, and when. */
export type Companied = {
  filters: readonly Filter[];
  slice: readonly Filter[] | null;
  now: Range;
  before: Range;
  version?: string;
  knownAt?: number;
  onset: { atMs: number; stepMs: number } | null;
};

/** Features of which one asks since when they are missing. */
const TRACED = 2;

/** What goes along with a change: features that moved, since when they are missing, their source, and what happened before. */
export async function companionsOf(
  { store, db }: Stores,
  model: ModelContext,
  { field }: { loss?: SliceLoss; field?: string },
  moved: SlicesAnswer['moved'],
  { filters, slice, now, before, version, knownAt, onset }: Companied,
  nowMs: number,
): Promise<Pick<Explanation, 'moved' | 'source' | 'preceded_by'>> {
  const weighed = moved ? weighMoved(moved.fields, model, await importanceOf(store, db, model)) : [];
  const within = moved?.in === 'slice' && slice ? [...filters, ...slice] : [...filters];
  const traced: MovedFeature[] = [];
  for (const [i, feature] of weighed.entries()) {
    const asked = { loss: 'missing' as const, field: feature.field, filters: within, version, knownAt };
    const began =
      i < TRACED && feature.what === 'missing'
        ? await onsetOf(store, model, { ...asked, from: before.from, to: now.to }, nowMs)
        : null;
    traced.push({ ...feature, since: began?.at ?? null });
  }
  const own = field ? model.features[field.slice('features.'.length)]?.source : undefined;
  return {
    moved: traced,
    source: own ? { name: own, features: [field!] } : sharedSource(traced),
    preceded_by: await precedents(store, db, model, onset?.atMs ?? now.from, onset?.stepMs ?? now.to - now.from),
  };
}
