import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshProject, openStores, type Stores, testConfig } from '@plumbline/testkit';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withLease } from './leases.js';
import { findModelRow, getModel, modelContext, putModel } from './models.js';
import { leases, projects } from './schema/index.js';
import { createSecrets, loadSecrets } from './secrets.js';

let stores: Stores;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());

const gate = () => {
  let open!: () => void;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
};

describe('leases', () => {
  it('let one work and send the others away at once, also within one process', async () => {
    const { db } = stores.control;
    const { open, passed } = gate();
    const first = withLease(db, 'one', 'me', async () => {
      await passed;
      return 'first';
    });
    const second = await withLease(db, 'one', 'you', async () => 'second');
    const again = await withLease(db, 'one', 'me', async () => 'me again');
    open();
    expect([await first, second, again]).toEqual(['first', undefined, undefined]);
  });

  it('are free again when the work is done, and when it failed', async () => {
    const { db } = stores.control;
    await expect(
      withLease(db, 'fails', 'me', async () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await withLease(db, 'fails', 'you', async () => 'done')).toBe('done');
    expect(await db.select().from(leases)).toEqual([]);
  });

  it('of a holder that died fall to the next when they expire', async () => {
    const { db } = stores.control;
    await db.insert(leases).values({ name: 'dead', holder: 'gone', expiresAt: new Date(Date.now() - 1) });
    expect(await withLease(db, 'dead', 'me', async () => 'mine')).toBe('mine');
  });

  it('are kept alive while the work goes on', async () => {
    const { db } = stores.control;
    const { open, passed } = gate();
    const work = withLease(db, 'long', 'me', () => passed, 300);
    const before = await expiry('long');
    while ((await expiry('long')) === before) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await withLease(db, 'long', 'you', async () => 'stolen')).toBeUndefined();
    open();
    await work;
  });

  it('taken over by another are not given back by the one that lost them', async () => {
    const { db } = stores.control;
    const { open, passed } = gate();
    const slow = withLease(db, 'lost', 'slow', () => passed);
    await db.update(leases).set({ expiresAt: sql`now() - interval '1 s'` }).where(eq(leases.name, 'lost'));
    const next = gate();
    const quick = withLease(db, 'lost', 'quick', () => next.passed);
    await expiry('lost');
    open();
    await slow;
    expect(await expiry('lost')).toBeDefined();
    next.open();
    await quick;
  });

  const expiry = async (name: string) => {
    const [row] = await stores.control.db.select().from(leases).where(eq(leases.name, name));
    return row?.expiresAt.getTime();
  };
});

describe('transactions of drizzle', () => {
  it('roll back whole, and others wait for them', async () => {
    const { db } = stores.control;
    const failed = db.transaction(async (tx) => {
      await freshProject({ control: { db: tx as unknown as typeof db } });
      throw new Error('no');
    });
    const counted = db.$count(projects);
    await expect(failed).rejects.toThrow('no');
    expect(await counted).toBe(0);
  });
});

describe('models', () => {
  it('are declared over what was discovered, and have their defaults filled in', async () => {
    const { db } = stores.control;
    const projectId = await freshProject(stores);
    const made = await putModel(db, projectId, 'm', {
      task: 'binary',
      positive_class: 'bad',
      classes: ['bad', 'good'],
    });
    expect(made.created).toBe(true);
    expect(await getModel(db, projectId, 'm')).toMatchObject({
      positive: ['bad'],
      negative: 'good',
      threshold: 0.5,
      primaryMetric: 'roc_auc',
      granularity: '1h',
    });
    expect((await putModel(db, projectId, 'm', { task: 'regression' })).created).toBe(false);
    expect(modelContext((await findModelRow(db, projectId, 'm'))!)).toMatchObject({
      primaryMetric: 'mae',
      negative: null,
    });
    await expect(getModel(db, await freshProject(stores), 'm')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('secrets', () => {
  it('come back as they were, and differently sealed every time', () => {
    const secrets = createSecrets('a master of at least 32 characters');
    for (const text of ['', 'x', '{"url":"https://…"}', '𝕊'.repeat(1000)]) {
      const sealed = secrets.seal(text);
      expect(secrets.open(sealed)).toBe(text);
      expect(secrets.seal(text)).not.toBe(sealed);
      if (text.length > 3) expect(Buffer.from(sealed.slice(3), 'base64url').toString()).not.toContain(text);
    }
  });

  it('that were touched, or sealed by another key, do not open', () => {
    const secrets = createSecrets('a master of at least 32 characters');
    const sealed = secrets.seal('hello');
    expect(() => createSecrets('another master of 32 characters!!').open(sealed)).toThrow();
    for (const at of [4, 20, sealed.length - 2]) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(() => secrets.open(sealed.slice(0, at) + other + sealed.slice(at + 1))).toThrow();
    }
  });

  it('sign, and know a signature from anything else', () => {
    const { sign, verify } = createSecrets('a master of at least 32 characters');
    expect(verify('text', sign('text'))).toBe(true);
    for (const wrong of ['', 'x', `${sign('text')}x`, sign('text ').toString()])
      expect(verify('text', wrong)).toBe(false);
  });

  it('have a key of their own in the data folder, for this user alone, and the same one at the next start', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-unit-'));
    try {
      const dataDir = join(folder, 'not', 'yet');
      const sealed = loadSecrets(testConfig(dataDir)).seal('hello');
      expect((await stat(join(dataDir, 'secret.key'))).mode & 0o777).toBe(0o600);
      expect(await readFile(join(dataDir, 'secret.key'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
      expect(loadSecrets(testConfig(dataDir)).open(sealed)).toBe('hello');
      expect(() => loadSecrets(testConfig(dataDir, { DATABASE_URL: 'postgres://db/x' }))).toThrow(
        /PLUMBLINE_SECRET_KEY must be set/,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
