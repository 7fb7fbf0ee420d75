import { createHash, randomBytes } from 'node:crypto';
import { type KeyView, PlumblineError, type Principal, SCOPES, type Scope } from '@plumbline/contracts';
import { and, apiKeys, type Db, desc, eq, isNull, lt, newId, type Tx, withinMs } from '@plumbline/control';

/** Keys are 256 random bits (or a long secret of the operator), so a plain hash is enough and quick. */
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');
const PREFIX = 'plk_';

export async function createKey(
  tx: Tx,
  input: { projectId: string; name: string; scopes: Scope[]; key?: string },
): Promise<{ view: KeyView; key: string }> {
  const key = input.key ?? PREFIX + randomBytes(32).toString('base64url');
  const row = {
    id: newId(),
    projectId: input.projectId,
    name: input.name,
    prefix: `${key.slice(0, input.key ? 2 : 8)}…`,
    hash: hashKey(key),
    scopes: input.scopes,
  };
  const [stored] = await tx.insert(apiKeys).values(row).returning();
  return { view: keyView(stored!), key };
}

export const keyView = (row: typeof apiKeys.$inferSelect): KeyView => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes,
  prefix: row.prefix,
  created_at: row.createdAt.toISOString(),
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
  revoked_at: row.revokedAt?.toISOString() ?? null,
});

export async function listKeys(db: Tx, projectId: string, limit: number, cursor?: string): Promise<KeyView[]> {
  const rows = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.projectId, projectId), cursor ? lt(apiKeys.id, cursor) : undefined))
    .orderBy(desc(apiKeys.id))
    .limit(limit);
  return rows.map(keyView);
}

/** Revokes at once in the store and answers the name, null if there is no such key; services that cached the key stop taking it within the cache's 5 seconds. */
export async function revokeKey(tx: Tx, projectId: string, id: string): Promise<string | null> {
  const rows = await tx
    .update(apiKeys)
    .set({ revokedAt: new Date() })
    .where(and(eq(apiKeys.projectId, projectId), eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
    .returning({ name: apiKeys.name });
  return rows[0]?.name ?? null;
}

type Cached = { principal: Principal | null; at: number };
const FRESH_MS = 5_000;
const AHEAD_MS = 2_000;
/** A PostgreSQL that takes longer to say who a key is counts as away. */
const ANSWER_MS = 1_000;
const CACHED_MAX = 10_000;

/** Who a key is. Answers are kept for 5 s; while PostgreSQL is away a known key goes on working, an unknown one gets 503. */
export class KeyRing {
  private readonly cache = new Map<string, Cached>();
  private readonly asked = new Map<string, Promise<Principal | null>>();
  constructor(
    private readonly db: Db,
    private readonly nowMs: () => number = Date.now,
  ) {}

  async principal(key: string): Promise<Principal | null> {
    const hash = hashKey(key);
    const cached = this.cache.get(hash);
    const ageMs = cached ? this.nowMs() - cached.at : Number.POSITIVE_INFINITY;
    if (!cached || ageMs >= FRESH_MS) return this.ask(hash, cached);
    // A key in use is asked for ahead of time, so that nobody waits.
    if (ageMs >= AHEAD_MS) void this.ask(hash, cached).catch(() => {});
    return cached.principal;
  }

  /** Asks PostgreSQL, once for all who wait. */
  private ask(hash: string, cached: Cached | undefined): Promise<Principal | null> {
    const under = this.asked.get(hash);
    if (under) return under;
    const asking = this.find(hash, cached).finally(() => this.asked.delete(hash));
    this.asked.set(hash, asking);
    return asking;
  }

  private async find(hash: string, cached: Cached | undefined): Promise<Principal | null> {
    const at = this.nowMs();
    let principal: Principal | null;
    try {
      const found = this.db
        .select()
        .from(apiKeys)
        .where(and(eq(apiKeys.hash, hash), isNull(apiKeys.revokedAt)))
        .limit(1);
      const [row] = await (cached?.principal ? withinMs(found.execute(), ANSWER_MS) : found);
      principal = row ? { projectId: row.projectId, keyId: row.id, name: row.name, scopes: row.scopes } : null;
      if (row && (!row.lastUsedAt || this.nowMs() - row.lastUsedAt.getTime() > 60_000))
        void this.db
          .update(apiKeys)
          .set({ lastUsedAt: new Date(this.nowMs()) })
          .where(eq(apiKeys.id, row.id))
          .catch(() => {});
    } catch (error) {
      if (cached?.principal) {
        cached.at = this.nowMs(); // others need not wait for it as well
        return cached.principal;
      }
      throw new PlumblineError('store_unavailable', 'Keys cannot be checked right now. Try again shortly.', {
        cause: error,
        retryAfterS: 2,
      });
    }
    if (this.cache.size >= CACHED_MAX) this.cache.delete(this.cache.keys().next().value!);
    this.cache.set(hash, { principal, at });
    return principal;
  }
}

/** The scopes form a ladder: each holds those below it. */
export const hasScope = (principal: Principal, needed: Scope): boolean =>
  principal.scopes.some((scope) => SCOPES.indexOf(scope) >= SCOPES.indexOf(needed));

/** Resolves `Authorization: Bearer …` or throws 401/403 with what to do. */
export async function authorize(ring: KeyRing, header: string | undefined, needed: Scope): Promise<Principal> {
  const token = /^Bearer\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (!token) throw new PlumblineError('unauthenticated', 'Send a key: Authorization: Bearer <key>.');
  const principal = await ring.principal(token);
  if (!principal)
    throw new PlumblineError(
      'unauthenticated',
      'This key is not known, or was revoked. Make one in the console or with: plumbline keys create.',
    );
  requireScope(principal, needed);
  return principal;
}

/** Reading includes sending events for keys, which are for machines; of people it takes a role that may write. */
export function requireScope(principal: Principal, needed: Scope): void {
  const { person } = principal;
  if (hasScope(principal, person && needed === 'ingest' ? 'write' : needed)) return;
  throw new PlumblineError(
    'forbidden',
    person
      ? `This needs the role '${needed === 'admin' ? 'admin' : 'editor'}' in this project. Ask one of its admins.`
      : `This needs the scope '${needed}'; the key '${principal.name}' has: ${principal.scopes.join(', ')}.`,
  );
}
