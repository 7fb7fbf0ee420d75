import { notFound } from '@plumbline/contracts';
import { and, type Db, desc, eq, type ModelContext, references } from '@plumbline/control';

export type ReferenceRow = typeof references.$inferSelect;

/** By id or name (its newest revision), otherwise the newest of the version, otherwise the newest. Undefined only if none was named. */
export async function findReference(
  db: Db,
  model: ModelContext,
  name?: string,
  version?: string,
): Promise<ReferenceRow | undefined> {
  const rows = await db
    .select()
    .from(references)
    .where(and(eq(references.projectId, model.projectId), eq(references.model, model.model)))
    .orderBy(desc(references.createdAt), desc(references.id))
    .limit(500);
  if (name !== undefined) {
    const found = rows.find((r) => r.id === name) ?? rows.find((r) => r.name === name);
    if (!found) throw notFound('reference', name);
    return found;
  }
  return rows.find((r) => version !== undefined && r.version === version) ?? rows[0];
}
