import type { EventStore } from '@plumbline/clickhouse';
import type { Db, ModelContext } from '@plumbline/control';
import { factsOf, importances } from './matter.js';
import { chooseReference, referencesOf, storedReference } from './reference.js';

/** What each feature is to the model, 1 for the largest: as declared, otherwise as the newest reference shows it. Without either it is not known. */
export async function importanceOf(
  store: EventStore,
  db: Db,
  model: ModelContext,
): Promise<ReadonlyMap<string, { value: number; kind: 'declared' | 'measured' }>> {
  const row = chooseReference(await referencesOf(db, model), {});
  const facts = row ? await factsOf(store, model, storedReference(store, model, row)) : new Map();
  return importances(model, facts);
}
