import type { EventStore } from '@plumbline/clickhouse';
import {
  and,
  type Db,
  desc,
  eq,
  estimators,
  gt,
  lte,
  type ModelContext,
  references,
  type Tx,
} from '@plumbline/control';
import { basisOf, type Estimator, fitEstimator } from './fit.js';

/** An estimator and the reference that it was learned from. */
export type Chosen = { reference: EstimateReference; estimator: Estimator };
export type EstimateReference = { id: string; name: string; revision: number; version: string | null };
/** The estimator for predictions of a version: of its newest reference with labels and scores, else of the newest of all. */
export type Estimators = (version?: string) => Promise<Chosen | null>;

const REFERENCES_MAX = 200;
const CACHED_MAX = 200;
/** By store, reference and basis: a reference never changes. What is being learned is waited for, not learned twice. */
const caches = new WeakMap<EventStore, Map<string, Promise<Estimator | null>>>();

/** What `performance` asks for estimates. With `knownAt` only references that were there by then; `listed` if they are known already. */
export function estimatorsOf(
  store: EventStore,
  db: Db,
  model: ModelContext,
  knownAt?: number,
  listed?: readonly EstimateReference[],
): Estimators {
  if (model.task === 'regression') return async () => null;
  let candidates: Promise<readonly EstimateReference[]> | undefined;
  return async (version) => {
    candidates ??= listed ? Promise.resolve(listed) : estimateReferences(db, model, knownAt);
    const all = await candidates;
    const own = version === undefined ? [] : all.filter((r) => r.version === version);
    for (const reference of [...own, ...all.filter((r) => !own.includes(r))]) {
      const estimator = await estimatorOf(store, db, model, reference.id);
      if (estimator) return { reference, estimator };
    }
    return null;
  };
}

/** Keeps what was learned of a reference. */
export async function keepEstimator(tx: Tx, reference: string, estimator: Estimator | null): Promise<void> {
  await tx
    .insert(estimators)
    .values({ reference, estimator })
    .onConflictDoUpdate({ target: estimators.reference, set: { estimator } });
}

/** References that can be learned from, newest first. */
export function estimateReferences(db: Db, model: ModelContext, knownAt?: number): Promise<EstimateReference[]> {
  return db
    .select({
      id: references.id,
      name: references.name,
      revision: references.revision,
      version: references.version,
    })
    .from(references)
    .where(
      and(
        eq(references.projectId, model.projectId),
        eq(references.model, model.model),
        gt(references.labelled, 0),
        knownAt === undefined ? undefined : lte(references.createdAt, new Date(knownAt)),
      ),
    )
    .orderBy(desc(references.createdAt), desc(references.id))
    .limit(REFERENCES_MAX);
}

function estimatorOf(store: EventStore, db: Db, model: ModelContext, id: string): Promise<Estimator | null> {
  const cache = caches.get(store) ?? new Map<string, Promise<Estimator | null>>();
  caches.set(store, cache);
  const key = `${id} ${basisOf(model)}`;
  const known = cache.get(key);
  if (known) return known;
  const made = readOrFit(store, db, model, id);
  cache.set(key, made);
  if (cache.size > CACHED_MAX) cache.delete(cache.keys().next().value!);
  made.catch(() => cache.delete(key));
  return made;
}

/** References from before estimates were kept, or of a model that was declared anew since, are learned from when first asked. */
async function readOrFit(store: EventStore, db: Db, model: ModelContext, id: string): Promise<Estimator | null> {
  const [kept] = await db.select().from(estimators).where(eq(estimators.reference, id));
  const found = kept?.estimator as Estimator | null | undefined;
  if (found && found.basis === basisOf(model)) return found;
  if (found === null && kept) return null;
  const fitted = await fitEstimator(store, model, id);
  await keepEstimator(db, id, fitted);
  return fitted;
}
