import { type SignedIn, whoIs } from '@plumbline/access';
import type { Principal } from '@plumbline/contracts';
import { apiKeys, eq, newId } from '@plumbline/control';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from './context.js';

export const SESSION_COOKIE = 'plumbline_session';
export const SESSION_MS = 14 * 86_400_000;
const TOKEN_MS = 15 * 60_000;

type Claims = { kind: 'session' | 'token'; keyId: string; exp: number; nonce: string };

const seal = (context: Context, claims: Claims): string => {
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${body}.${context.secrets.sign(body)}`;
};

function open(context: Context, text: string, kind: Claims['kind']): Claims | null {
  const [body, signature] = text.split('.');
  if (!body || !signature || !context.secrets.verify(body, signature)) return null;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  return claims.kind === kind && claims.exp > Date.now() ? claims : null;
}

/** A session stands for the key that opened it: revoking the key ends it. */
export const makeSession = (context: Context, keyId: string): string =>
  seal(context, { kind: 'session', keyId, exp: Date.now() + SESSION_MS, nonce: newId() });

export async function readSession(context: Context, cookie: string): Promise<Principal | null> {
  const claims = open(context, cookie, 'session');
  return claims ? principalOfKey(context, claims.keyId) : null;
}

const used = new Map<string, number>();

/** A link that signs in once, within a quarter of an hour: printed at start for whoever sits at the machine. */
export const makeToken = (context: Context, keyId: string): string =>
  seal(context, { kind: 'token', keyId, exp: Date.now() + TOKEN_MS, nonce: newId() });

export async function redeemToken(
  context: Context,
  token: string,
): Promise<{ principal: Principal; keyId: string } | null> {
  const claims = open(context, token, 'token');
  if (!claims || used.has(claims.nonce)) return null;
  for (const [nonce, exp] of used) if (exp < Date.now()) used.delete(nonce);
  used.set(claims.nonce, claims.exp);
  const principal = await principalOfKey(context, claims.keyId);
  return principal && { principal, keyId: claims.keyId };
}

async function principalOfKey(context: Context, keyId: string): Promise<Principal | null> {
  const [row] = await context.control.db.select().from(apiKeys).where(eq(apiKeys.id, keyId)).limit(1);
  return row && !row.revokedAt ? { projectId: row.projectId, keyId: row.id, name: row.name, scopes: row.scopes } : null;
}

const asked = new Map<string, Promise<SignedIn | null>>();

/** The person whose session the cookies of a request are; null when it has ended. Asked once for all who ask at the same moment. */
export function personOf(context: Context, request: FastifyRequest): Promise<SignedIn | null> {
  const cookie = request.headers.cookie ?? '';
  const under = asked.get(cookie);
  if (under) return under;
  const asking = whoIs(context.auth, context.control.db, cookie, Date.now()).finally(() => asked.delete(cookie));
  asked.set(cookie, asking);
  return asking;
}

export function sendCookies(reply: FastifyReply, cookies: string[]): void {
  if (cookies.length > 0) void reply.header('set-cookie', cookies);
}
