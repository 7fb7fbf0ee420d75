import { createSecrets, type Db } from '@plumbline/control';
import { freshProject, openStores, type Stores } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createChannel } from './channels.js';
import { assertChannels } from './known.js';

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
