import type { Config } from '@plumbline/config';
import { apiKeys, type Db, eq, newId, projects } from '@plumbline/control';
import { createKey, hashKey } from './keys.js';

/**
 * Makes the default project and the first admin key. Returns the key only when it was made here, to be printed once;
 * `PLUMBLINE_ADMIN_KEY` always works, also when it changes later.
 */
export async function bootstrapAccess(
  db: Db,
  config: Pick<Config, 'PLUMBLINE_ADMIN_KEY'>,
): Promise<{ projectId: string; newKey: string | null }> {
  return db.transaction(async (tx) => {
    await tx.insert(projects).values({ id: newId(), name: 'default' }).onConflictDoNothing();
    const [project] = await tx.select().from(projects).where(eq(projects.name, 'default')).limit(1);
    const projectId = project!.id;
    const given = config.PLUMBLINE_ADMIN_KEY;
    if (given) {
      const [known] = await tx
        .select()
        .from(apiKeys)
        .where(eq(apiKeys.hash, hashKey(given)))
        .limit(1);
      if (!known) await createKey(tx, { projectId, name: 'PLUMBLINE_ADMIN_KEY', scopes: ['admin'], key: given });
      return { projectId, newKey: null };
    }
    const [any] = await tx.select({ id: apiKeys.id }).from(apiKeys).limit(1);
    if (any) return { projectId, newKey: null };
    const { key } = await createKey(tx, { projectId, name: 'first admin key', scopes: ['admin'] });
    return { projectId, newKey: key };
  });
}
