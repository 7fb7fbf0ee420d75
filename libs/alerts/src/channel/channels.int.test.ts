import { monitorBody } from '@plumbline/contracts';
import { createSecrets, type Db, eq, monitors, newId } from '@plumbline/control';
import { freshProject, openStores, type Stores } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMute, listMutes } from '../incident/mutes.js';
import { listIncidents } from '../incident/view.js';
import { listDeliveries } from '../outbox/list.js';
import { deleteChannel, getChannel, listChannels, openConfig } from './channels.js';
import { assertChannels } from './known.js';
import { createChannel, updateChannel } from './save.js';

const secrets = createSecrets('a master of at least 32 characters');
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
const webhook = (url = 'https://ml.example.com/hook') =>
  createChannel(db, secrets, projectId, { kind: 'webhook', config: { url } });

describe('channels that a monitor names', () => {
  it('are refused by name where the project has none of them', async () => {
    const { id } = await webhook();
    await assertChannels(db, projectId, []);
    await assertChannels(db, projectId, [id, id]);
    await expect(assertChannels(db, projectId, [id, 'gone', 'typo'])).rejects.toMatchObject({
      code: 'invalid_request',
      more: { errors: [{ path: 'channels.1' }, { path: 'channels.2', message: "there is no channel 'typo'" }] },
    });
    await expect(assertChannels(db, await freshProject(stores), [id])).rejects.toThrow(id);
  });
});

it('a channel that is deleted is named by no monitor any more', async () => {
  const [gone, left] = [await webhook(), await webhook()];
  const body = monitorBody.parse({ name: 'n', model: 'm', kind: 'volume', channels: [gone.id, left.id] });
  const plain = { projectId, model: 'm', origin: 'user' as const };
  await db.insert(monitors).values([
    { ...plain, id: newId(), name: 'n', body },
    { ...plain, id: newId(), name: 'o', body: { ...body, channels: [gone.id] } },
    { ...plain, id: newId(), name: 'p', body: { ...body, channels: [] } },
  ]);
  await deleteChannel(db, projectId, gone.id);
  const rows = await db.select().from(monitors).where(eq(monitors.projectId, projectId)).orderBy(monitors.name);
  expect(rows.map((r) => r.body.channels)).toEqual([[left.id], [], []]);
  expect(rows[0]!.body).toEqual({ ...body, channels: [left.id] });
});

describe('a webhook', () => {
  const stored = async (id: string) => openConfig(await getChannel(db, projectId, id), secrets);

  it('without a secret gets one, which is shown once', async () => {
    const { id, secret, config } = await webhook();
    expect([secret!.length, config.secret]).toEqual([43, '••••']);
    expect((await stored(id)).secret).toBe(secret);
    const body = { kind: 'webhook', name: 'renamed', config } as const;
    const changed = await updateChannel(db, secrets, projectId, id, body as Parameters<typeof updateChannel>[4]);
    expect([changed.name, changed.secret]).toEqual(['renamed', undefined]);
    expect(await stored(id)).toEqual({ url: 'https://ml.example.com/hook', secret });
  });

  it('with one of its own keeps it to itself', async () => {
    const config = { url: 'https://ml.example.com/hook', secret: 'mine' };
    const made = await createChannel(db, secrets, projectId, { kind: 'webhook', config });
    expect(made).not.toHaveProperty('secret');
    expect((await stored(made.id)).secret).toBe('mine');
  });

  it('sealed with another key is saved anew', async () => {
    const { id } = await webhook();
    const other = createSecrets('another master of 32 characters!');
    await expect(updateChannel(db, other, projectId, id, { kind: 'webhook', config: {} })).rejects.toThrow(
      'config.url',
    );
    const config = { url: 'https://b.example.com/hook' };
    expect((await updateChannel(db, other, projectId, id, { kind: 'webhook', config })).secret).toHaveLength(43);
  });
});

describe('lists', () => {
  it('refuse a cursor that is not one of theirs', async () => {
    const q = { limit: 10, cursor: 'garbage' };
    for (const list of [
      () => listChannels(db, projectId, 10, 'garbage'),
      () => listIncidents(db, projectId, q),
      () => listDeliveries(db, projectId, q),
      () => listMutes(db, projectId, { ...q, state: 'all' }, 0),
    ])
      await expect(list()).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('show mutes that are over only when asked', async () => {
    const make = (until: number) =>
      createMute(db, projectId, 'ann', { matchers: { model: 'm' }, until, reason: 'r' }, 1_000);
    const [over, active] = [await make(2_000), await make(3_000)];
    const ids = async (state: 'active' | 'all') =>
      (await listMutes(db, projectId, { state, limit: 10 }, 2_000)).map((m) => m.id);
    expect(await ids('active')).toEqual([active.id]);
    expect(await ids('all')).toEqual([active.id, over.id]);
    await expect(make(1_000)).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
