import { and, eq, lt, sql } from 'drizzle-orm';
import { newId } from './ids.js';
import type { Db } from './open.js';
import { leases } from './schema/work.js';

/**
 * Runs `work` if nobody else holds `name`, keeping the lease alive meanwhile; otherwise returns `undefined` at once.
 * A holder that dies loses it after `ttlMs`, so work under a lease must be harmless to repeat.
 */
export async function withLease<T>(
  db: Db,
  name: string,
  process: string,
  work: () => Promise<T>,
  ttlMs = 30_000,
): Promise<T | undefined> {
  // Told apart from other takings of the same process: jobs of one process run beside each other.
  const holder = `${process}/${newId()}`;
  const until = sql`now() + ${`${ttlMs} milliseconds`}::interval`;
  const taken = await db
    .insert(leases)
    .values({ name, holder, expiresAt: until as unknown as Date })
    .onConflictDoUpdate({
      target: leases.name,
      set: { holder, expiresAt: until },
      setWhere: lt(leases.expiresAt, sql`now()`),
    })
    .returning({ name: leases.name });
  if (taken.length === 0) return undefined;
  const mine = and(eq(leases.name, name), eq(leases.holder, holder));
  const renew = setInterval(
    () =>
      void db
        .update(leases)
        .set({ expiresAt: until })
        .where(mine)
        .catch(() => {}),
    ttlMs / 3,
  );
  try {
    return await work();
  } finally {
    clearInterval(renew);
    await db
      .delete(leases)
      .where(mine)
      .catch(() => {}); // it expires by itself
  }
}
