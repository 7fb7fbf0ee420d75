import { randomBytes } from 'node:crypto';
import { PlumblineError } from '@plumbline/contracts';
import { newId, people, personAccounts, type Tx } from '@plumbline/control';
import type { Auth } from './auth.js';

const RESET_MS = 24 * 3_600_000;

/** scrypt, which takes a moment on a thread of its own: before a transaction, never inside. */
export { hashPassword } from 'better-auth/crypto';

/** A token for a link: 256 random bits. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/**
 * Makes an account with a password, in the caller's transaction; null if the email has one. Written as better-auth
 * writes it: its own sign-up cannot be part of a transaction.
 */
export async function makeAccount(
  tx: Tx,
  { email, name, hash }: { email: string; name: string; hash: string },
): Promise<string | null> {
  const [person] = await tx
    .insert(people)
    .values({ id: newId(), email: email.toLowerCase(), name })
    .onConflictDoNothing()
    .returning({ id: people.id });
  if (!person) return null;
  await tx.insert(personAccounts).values({
    id: newId(),
    userId: person.id,
    accountId: person.id,
    providerId: 'credential',
    password: hash,
  });
  return person.id;
}

/** A link's token that lets its holder set a new password, once. */
export async function makeReset(
  auth: Auth,
  personId: string,
  nowMs: number,
): Promise<{ token: string; expiresAt: Date }> {
  const token = newToken();
  const expiresAt = new Date(nowMs + RESET_MS);
  const { internalAdapter } = await auth.$context;
  await internalAdapter.createVerificationValue({ identifier: `reset-password:${token}`, value: personId, expiresAt });
  return { token, expiresAt };
}

const GONE = 'This link was used already or has expired. Ask an admin for another.';

/** Whose password a reset token may set. */
export async function emailOfReset(auth: Auth, token: string): Promise<string> {
  const { internalAdapter } = await auth.$context;
  const found = await internalAdapter.findVerificationValue(`reset-password:${token}`);
  const person = found && found.expiresAt > new Date() ? await internalAdapter.findUserById(found.value) : null;
  if (!person) throw new PlumblineError('not_found', GONE);
  return person.email;
}

/** Spends a reset token: the new password counts, and every session of the person ends. */
export async function resetPassword(auth: Auth, token: string, password: string): Promise<void> {
  await auth.api.resetPassword({ body: { token, newPassword: password } }).catch((error: unknown) => {
    throw refused(error, new PlumblineError('not_found', GONE));
  });
}

/** An answer of the library below 500 means `ours`; anything else is a failure of its own. */
export function refused(error: unknown, ours: PlumblineError): unknown {
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status < 500 ? ours : error;
}
