import type { EventStore } from '@plumbline/clickhouse';
import type { FeatureProfile, ProfileAnswer, ProfileQuestion } from '@plumbline/contracts';
import type { Db, ModelContext } from '@plumbline/control';
import {
  binCounts,
  type Kinds,
  keptRange,
  kindsOf,
  kindsOfModel,
  MARK,
  pastOf,
  predictionSource,
  profile,
  profilesOfSeen,
  referenceFromRange,
  type StoredReference,
  shown,
  storedReference,
  typesOf,
} from '@plumbline/drift';
import { dirtyStarts } from '@plumbline/windows';
import { findReference } from '../references/find.js';
import { partOf, pastAsked, profilesMayAnswer, selectionOf } from './asked.js';

type Profiles = Record<string, FeatureProfile>;

/** Distributions of a range and of the reference over the same bins or categories, for drawing. */
export async function answerProfile(
  store: EventStore,
  db: Db,
  model: ModelContext,
  q: ProfileQuestion,
  nowMs: number,
): Promise<ProfileAnswer> {
  const { stored, profiles } = await referenceSide(store, db, model, q, nowMs);
  const known = new Map(Object.entries(profiles));
  const wanted = q.features.map((name) => (isOutput(name) ? MARK + name : name));
  const types = typesOf(model, profiles);
  const now = new Map(
    Object.entries(await currentSide(store, db, model, q, { stored, profiles, types, wanted, nowMs })),
  );
  const features: ProfileAnswer['features'] = Object.fromEntries(
    wanted.map((name) => [shown(name), { reference: brief(known.get(name)), current: brief(now.get(name)) }]),
  );
  return { features };
}

/** The profiles of the reference, and which one it is if it is stored. */
async function referenceSide(
  store: EventStore,
  db: Db,
  model: ModelContext,
  q: ProfileQuestion,
  nowMs: number,
): Promise<{ stored?: StoredReference; profiles: Profiles }> {
  if (typeof q.reference !== 'object') {
    const row = await findReference(db, model, q.reference, q.version);
    if (!row) return { profiles: {} };
    const part = await partOf(store, model, row, q);
    return part ? { profiles: part.profiles } : { stored: storedReference(store, model, row), profiles: row.profiles };
  }
  const { from, to, ...chosen } = selectionOf(q, nowMs);
  const past = pastAsked(q);
  const range = past ? pastOf(past.past, { from, to }) : (q.reference as { from: number; to: number });
  const { reference } = await referenceFromRange(store, model, range, chosen, to - from, {
    features: q.features,
    targets: ['features', 'prediction', 'label'],
  });
  return { profiles: reference.profiles };
}

type Sides = {
  stored?: StoredReference;
  profiles: Profiles;
  types: Record<string, { type: string }>;
  wanted: readonly string[];
  nowMs: number;
};

/** The range on the bins of the reference: from profiles of its hours where they do, otherwise from its rows. */
async function currentSide(
  store: EventStore,
  db: Db,
  model: ModelContext,
  q: ProfileQuestion,
  { stored, profiles, types, wanted, nowMs }: Sides,
): Promise<Profiles> {
  const only = (kinds: Kinds): Kinds => ({
    ...kinds,
    numeric: kinds.numeric.filter((name) => wanted.includes(name)),
    categorical: kinds.categorical.filter((name) => wanted.includes(name)),
  });
  const ofModel = stored && profilesMayAnswer(q) ? await kindsOfModel(store, model, types) : undefined;
  // What the reference does not know has no bins in profiles.
  if (stored && ofModel && wanted.every((name) => profiles[name])) {
    const range = {
      from: q.from,
      to: q.to,
      version: q.version,
      granularity: 'all' as const,
      nowMs,
      labelled: wanted.includes(`${MARK}label`),
    };
    const dirty = (from: number, to: number) => dirtyStarts(db, model, from, to);
    const seen = await keptRange(store, model, stored, range, dirty)(Promise.resolve(only(ofModel)), []);
    if (seen) return profilesOfSeen(seen, q.from, profiles);
  }
  const rows = await predictionSource(store, model, selectionOf(q, nowMs), '0');
  const kinds = only(await kindsOf(store, rows, types, model.task));
  const edges = new Map(
    kinds.numeric.flatMap((name) => (profiles[name]?.edges ? [[name, profiles[name].edges] as const] : [])),
  );
  const [found, bins] = await Promise.all([
    profile(store, rows, kinds, { counts: edges.size < kinds.numeric.length }),
    binCounts(store, rows, edges),
  ]);
  for (const [name, e] of edges)
    if (found[name])
      found[name] = { ...found[name], edges: [...e], counts: bins.get(0)?.get(name) ?? [...e.map(() => 0), 0] };
  return found;
}

const isOutput = (name: string) => ['prediction.score', 'prediction.value', 'prediction.class', 'label'].includes(name);
const CATEGORIES_SHOWN = 100;
const brief = (p: FeatureProfile | undefined): FeatureProfile | null =>
  p ? { ...p, categories: p.categories?.slice(0, CATEGORIES_SHOWN) } : null;
