import { notFound } from '@plumbline/contracts';
import type { Db, ModelContext } from '@plumbline/control';
import { chooseReference, type ReferenceRow, referencesOf } from '@plumbline/drift';

/** The reference that a question is held against. Undefined only if none was named and there is none. Errors: `not_found` for a name. */
export async function findReference(
  db: Db,
  model: ModelContext,
  name?: string,
  version?: string,
): Promise<ReferenceRow | undefined> {
  const found = chooseReference(await referencesOf(db, model), { name, version });
  if (!found && name !== undefined) throw notFound('reference', name);
  return found;
}
