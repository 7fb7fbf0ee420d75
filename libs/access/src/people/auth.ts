import { type Db, newId, people, personAccounts, personSessions, personVerifications } from '@plumbline/control';
import type { Auth as BetterAuth, BetterAuthOptions } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { betterAuth } from 'better-auth/minimal';

const COOKIE = 'plumbline_person';
/** Name of the cookie of a person's session: browsers take the prefix over HTTPS alone. */
export const personCookie = (secure: boolean): string => (secure ? `__Secure-${COOKIE}` : COOKIE);

const DAY_S = 86_400;
/** A session ends when it was not used for that long. */
export const SESSION_DAYS = 14;

export type AuthOptions = {
  secret: string;
  url: string;
  secureCookies: boolean;
  /** Where failures of the library are told, with what caused them. */
  log?: (message: string, cause: unknown) => void;
};
export type Auth = BetterAuth<BetterAuthOptions>;

/**
 * Accounts, passwords and sessions of people, by better-auth over our tables. Its own routes are not mounted: what a
 * person may ask for is the API's, so that it has one shape, one gate and one document.
 */
export function openAuth(db: Db, { secret, url, secureCookies, log }: AuthOptions): Auth {
  return betterAuth({
    baseURL: url,
    secret,
    database: drizzleAdapter(db, {
      provider: 'pg',
      schema: {
        user: people,
        account: personAccounts,
        session: personSessions,
        verification: personVerifications,
      },
    }),
    emailAndPassword: { enabled: true, disableSignUp: true, revokeSessionsOnPasswordReset: true },
    session: {
      expiresIn: SESSION_DAYS * DAY_S,
      updateAge: DAY_S,
      additionalFields: { projectId: { type: 'string', required: false, input: false } },
    },
    verification: { storeIdentifier: 'hashed' },
    advanced: {
      useSecureCookies: secureCookies,
      cookies: {
        session_token: { name: COOKIE, attributes: { httpOnly: true, sameSite: 'strict', path: '/' } },
      },
      database: { generateId: () => newId() },
    },
    logger: { level: 'error', log: (_level, message, ...causes) => log?.(message, causes[0]) },
    telemetry: { enabled: false },
  }) as unknown as Auth; // its own type names files that are not exported
}
