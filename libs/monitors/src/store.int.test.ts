import { type MonitorBody, monitorBody } from '@plumbline/contracts';
import { eq, getModel, type ModelContext, monitors, putModel } from '@plumbline/control';
import { freshProject, openStores, type Stores } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createMonitor,
  deleteMonitor,
  getMonitor,
  listMonitors,
  type MonitorRow,
  reseedMonitors,
  seedMonitors,
  updateMonitor,
} from './store.js';

let stores: Stores;
let projectId: string;
let model: ModelContext;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());
beforeEach(async () => {
  projectId = await freshProject(stores);
  model = await declare({ task: 'binary' });
  await seedMonitors(stores.control.db, model);
});

const declare = async (body: object): Promise<ModelContext> => {
  await putModel(stores.control.db, projectId, 'm', body as never);
  return getModel(stores.control.db, projectId, 'm');
};
const rows = (): Promise<MonitorRow[]> =>
  stores.control.db.select().from(monitors).where(eq(monitors.projectId, projectId)).orderBy(monitors.name);
const named = async (name: string): Promise<MonitorRow> => (await rows()).find((r) => r.name === name)!;
const write = (row: MonitorRow, over: Partial<MonitorBody>) =>
  updateMonitor(stores.control.db, projectId, row.id, { ...row.body, ...over });
const own = (over: Partial<MonitorBody> = {}) =>
  createMonitor(stores.control.db, projectId, monitorBody.parse({ name: 'own', model: 'm', kind: 'volume', ...over }));

describe('the starter set of a model that is declared anew', () => {
  it('stays as it is while it would be the same: what was changed, what was deleted, and every state', async () => {
    await write(await named('volume'), { severity: 'critical', for: 7, enabled: false });
    await deleteMonitor(stores.control.db, projectId, (await named('freshness')).id);
    const before = await rows();
    await reseedMonitors(stores.control.db, model, await declare({ task: 'binary', description: 'the same' }));
    expect(await rows()).toEqual(before);
  });

  it('changes in place where the declaration does, and leaves alone what a person changed, deleted, or what fires', async () => {
    await write(await named('volume'), { severity: 'critical' });
    await deleteMonitor(stores.control.db, projectId, (await named('freshness')).id);
    const firing = await named('feature drift');
    await stores.control.db.update(monitors).set({ state: 'firing' }).where(eq(monitors.id, firing.id));
    const ids = new Map((await rows()).map((r) => [r.name, r.id]));
    await reseedMonitors(stores.control.db, model, await declare({ task: 'regression', granularity: '1d' }));
    const after = await rows();
    for (const { name, id } of after) expect(ids.get(name) ?? id).toBe(id);
    expect(after.map((r) => r.name)).not.toContain('freshness');
    expect((await named('volume')).body.severity).toBe('critical');
    expect((await named('feature drift')).body).toEqual(firing.body);
    expect(after.filter((r) => r.body.target.metric === 'roc_auc')).toEqual([]);
  });
});

describe('a monitor that is changed', () => {
  it('to the name of another one is refused', async () => {
    const row = await own();
    await expect(write(row, { name: 'volume' })).rejects.toMatchObject({ code: 'conflict' });
    expect((await write(row, { name: 'mine' })).name).toBe('mine');
  });

  it('begins anew when it is switched, or made to watch another model', async () => {
    const row = await own();
    const fire = () =>
      stores.control.db
        .update(monitors)
        .set({ state: 'firing', since: new Date(0), badCount: 3 })
        .where(eq(monitors.id, row.id));
    const state = async () => {
      const { state, since, badCount } = await getMonitor(stores.control.db, projectId, row.id);
      return { state, since, badCount };
    };
    const anew = { state: 'unknown', since: null, badCount: 0 };
    await fire();
    await write(row, { enabled: false });
    expect(await state()).toEqual(anew);
    await write(row, { enabled: true });
    await fire();
    await write(row, { model: 'other' });
    expect(await state()).toEqual(anew);
    await fire();
    await write(row, { model: 'other', severity: 'critical' });
    expect((await state()).state).toBe('firing');
  });
});

it('a cursor that no list gave is refused', async () => {
  const list = listMonitors(stores.control.db, projectId, { limit: 1, cursor: 'x y' });
  await expect(list).rejects.toMatchObject({ code: 'invalid_request' });
});
