import { createHash } from 'node:crypto';
import { PlumblineError } from '@plumbline/contracts';
import { inArray, lt, signInAttempts, sql, type Tx } from '@plumbline/control';

const WINDOW_MS = 15 * 60_000;
/** Failures within the window after which everyone has to wait: of one account, and from one address. */
export const FAILURES_MAX = { account: 10, address: 50 };
type Of = keyof typeof FAILURES_MAX;

/** Who signs in, as the counter knows them: what was typed is not kept. */
const named = (of: Of, what: string): string => `${of}:${createHash('sha256').update(what).digest('base64url')}`;

/**
 * Runs one attempt to sign in. It counts as failed until it has succeeded, so that many at once cannot pass the limit
 * together; a success forgets the failures of the account. Counted in PostgreSQL, for all processes.
 */
export async function attempt<T>(
  db: Tx,
  who: { account?: string; address: string },
  nowMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const account = who.account === undefined ? null : named('account', who.account);
  const address = named('address', who.address);
  await db.delete(signInAttempts).where(lt(signInAttempts.until, new Date(nowMs)));
  if (account) await count(db, account, FAILURES_MAX.account, nowMs);
  await count(db, address, FAILURES_MAX.address, nowMs);
  const result = await work();
  if (account) await db.delete(signInAttempts).where(inArray(signInAttempts.name, [account]));
  await db
    .update(signInAttempts)
    .set({ failures: sql`greatest(0, ${signInAttempts.failures} - 1)` })
    .where(inArray(signInAttempts.name, [address]));
  return result;
}

async function count(db: Tx, name: string, max: number, nowMs: number): Promise<void> {
  const [row] = await db
    .insert(signInAttempts)
    .values({ name, failures: 1, until: new Date(nowMs + WINDOW_MS) })
    .onConflictDoUpdate({ target: signInAttempts.name, set: { failures: sql`${signInAttempts.failures} + 1` } })
    .returning();
  if (row!.failures <= max) return;
  const retryAfterS = Math.max(1, Math.ceil((row!.until.getTime() - nowMs) / 1000));
  throw new PlumblineError(
    'too_many_attempts',
    `Too many attempts to sign in failed. Try again in ${Math.ceil(retryAfterS / 60)} min, or ask an admin for a link that sets a new password.`,
    { retryAfterS },
  );
}

/** An admin's reset link lets in whoever was locked out. */
export const forgetFailures = (db: Tx, account: string) =>
  db.delete(signInAttempts).where(inArray(signInAttempts.name, [named('account', account)]));
