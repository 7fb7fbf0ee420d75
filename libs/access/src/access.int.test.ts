import { apiKeys, type Db, eq } from '@plumbline/control';
import { freshProject, manualClock, openStores, type Stores } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listAudit, record } from './audit.js';
import { bootstrapAccess } from './bootstrap.js';
import { authorize, createKey, hashKey, hasScope, KeyRing, listKeys, revokeKey } from './keys.js';

let stores: Stores;
let db: Db;
let projectId: string;
beforeAll(async () => {
  stores = await openStores();
  db = stores.control.db;
});
afterAll(() => stores.close());
beforeEach(async () => {
  projectId = await freshProject(stores);
});

describe('keys', () => {
  it('are shown once and kept as a hash', async () => {
    const { key, view } = await createKey(db, { projectId, name: 'k', scopes: ['ingest'] });
    expect(key).toMatch(/^plk_[\w-]{43}$/);
    const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, view.id));
    expect(JSON.stringify(row)).not.toContain(key);
    expect(JSON.stringify(view)).not.toContain(key.slice(8));
    expect(row!.hash).toBe(hashKey(key));
  });

  it('open their own project and no other', async () => {
    const { key } = await createKey(db, { projectId, name: 'k', scopes: ['read'] });
    expect(await new KeyRing(db).principal(key)).toMatchObject({ projectId, name: 'k', scopes: ['read'] });
    expect(await new KeyRing(db).principal(`${key}x`)).toBeNull();
    const other = await freshProject(stores);
    expect(await listKeys(db, other, 10)).toEqual([]);
  });

  it.each([
    ['ingest', [true, false, false, false]],
    ['read', [true, true, false, false]],
    ['write', [true, true, true, false]],
    ['admin', [true, true, true, true]],
  ] as const)('of scope %s hold what is below it', (scope, expected) => {
    const principal = { projectId: 'p', keyId: 'k', name: 'n', scopes: [scope] };
    expect((['ingest', 'read', 'write', 'admin'] as const).map((s) => hasScope(principal, s))).toEqual(expected);
  });

  it('that are revoked stop working within 5 seconds, and only once', async () => {
    const clock = manualClock(Date.now());
    const ring = new KeyRing(db, clock.now);
    const { key, view } = await createKey(db, { projectId, name: 'k', scopes: ['read'] });
    expect(await ring.principal(key)).not.toBeNull();
    expect(await revokeKey(db, await freshProject(stores), view.id)).toBeNull();
    expect(await revokeKey(db, projectId, view.id)).toBe('k');
    expect(await revokeKey(db, projectId, view.id)).toBeNull();
    clock.advance(4_999);
    expect(await ring.principal(key)).not.toBeNull();
    clock.advance(1);
    expect(await ring.principal(key)).toBeNull();
    expect(await new KeyRing(db).principal(key)).toBeNull();
  });

  it('that are known go on working while the store is away, the others get 503', async () => {
    const clock = manualClock(Date.now());
    let away = false;
    const flaky = new Proxy(db, {
      get: (target, name, self) => {
        if (away) throw new Error('connect ECONNREFUSED');
        return Reflect.get(target, name, self) as unknown;
      },
    });
    const ring = new KeyRing(flaky, clock.now);
    const { key } = await createKey(db, { projectId, name: 'k', scopes: ['read'] });
    await ring.principal(key);
    expect(await ring.principal('never seen before')).toBeNull();
    away = true;
    clock.advance(3_600_000);
    expect(await ring.principal(key)).toMatchObject({ name: 'k' });
    for (const unknown of ['another', 'never seen before'])
      await expect(ring.principal(unknown)).rejects.toMatchObject({ code: 'store_unavailable', status: 503 });
    away = false;
    expect(await ring.principal('another')).toBeNull();
  });

  it('remember when they were used, at most once a minute', async () => {
    const clock = manualClock(Date.now());
    const ring = new KeyRing(db, clock.now);
    const { key, view } = await createKey(db, { projectId, name: 'k', scopes: ['read'] });
    const usedAt = async () => (await listKeys(db, projectId, 10)).find((k) => k.id === view.id)!.last_used_at;
    const first = new Date(clock.now()).toISOString();
    await ring.principal(key);
    expect(await usedAt()).toBe(first);
    clock.advance(30_000);
    await ring.principal(key);
    expect(await usedAt()).toBe(first);
    clock.advance(31_000);
    await ring.principal(key);
    expect(await usedAt()).toBe(new Date(clock.now()).toISOString());
  });
});

describe('authorize', () => {
  it.each([[undefined], [''], ['Basic abc'], ['Bearer'], ['Bearer a b'], ['Bearer nobody-knows-this-one']])(
    'refuses %j',
    async (header) => {
      await expect(authorize(new KeyRing(db), header, 'ingest')).rejects.toMatchObject({
        code: 'unauthenticated',
        status: 401,
      });
    },
  );

  it('tells which scope is missing', async () => {
    const { key } = await createKey(db, { projectId, name: 'sender', scopes: ['ingest'] });
    const ring = new KeyRing(db);
    await expect(authorize(ring, `bearer ${key}`, 'ingest')).resolves.toMatchObject({ name: 'sender' });
    await expect(authorize(ring, `Bearer ${key}`, 'read')).rejects.toMatchObject({
      status: 403,
      detail: "This needs the scope 'read'; the key 'sender' has: ingest.",
    });
  });
});

describe('the first start', () => {
  it('makes one admin key, and the configured one works whenever it changes, also started twice at once', async () => {
    const [a, b] = await Promise.all([
      bootstrapAccess(db, { PLUMBLINE_ADMIN_KEY: 'first-admin-key-0001' }),
      bootstrapAccess(db, { PLUMBLINE_ADMIN_KEY: 'first-admin-key-0001' }),
    ]);
    expect(a).toEqual(b);
    await bootstrapAccess(db, { PLUMBLINE_ADMIN_KEY: 'second-admin-key-002' });
    for (const key of ['first-admin-key-0001', 'second-admin-key-002'])
      expect(await new KeyRing(db).principal(key)).toMatchObject({ projectId: a.projectId, scopes: ['admin'] });
    const [shown] = (await listKeys(db, a.projectId, 10)).filter((k) => k.name === 'PLUMBLINE_ADMIN_KEY');
    expect(shown!.prefix).toBe('se…');
    expect(await bootstrapAccess(db, {})).toEqual({ projectId: a.projectId, newKey: null });
  });
});

describe('the audit', () => {
  it('lists the newest first, in pages that neither miss nor repeat, within its project', async () => {
    const who = { projectId, keyId: 'k', name: 'ann', scopes: ['admin' as const] };
    for (let i = 0; i < 5; i++) await record(db, who, 'monitor.create', `m${i}`, { i });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listAudit(db, projectId, { limit: 2, cursor });
      seen.push(...page.items.map((e) => e.subject));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(['m4', 'm3', 'm2', 'm1', 'm0']);
    expect((await listAudit(db, await freshProject(stores), { limit: 10 })).items).toEqual([]);
  });
});
