import { storeTime } from '@plumbline/clickhouse';
import { getModel, type ModelContext, putModel } from '@plumbline/control';
import { DAY_MS, freshProject, MONDAY_MS, openStores, type Stores } from '@plumbline/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { referenceFromRange } from './past.js';

let stores: Stores;
let model: ModelContext;
beforeAll(async () => {
  stores = await openStores();
  const projectId = await freshProject(stores);
  await putModel(stores.control.db, projectId, 'm', { task: 'binary' });
  model = await getModel(stores.control.db, projectId, 'm');
});
afterAll(() => stores.close());

const come = (from: number, count: number) =>
  stores.store.command(
    `INSERT INTO ${stores.store.database}.predictions (project, model, version, prediction_id, ts, received_at, score, nums, payload_hash, inverted_arrival, batch_id)
     SELECT {project:String}, 'm', 'v1', toString({from:UInt64} + number), toDateTime64({ts:String}, 3, 'UTC') + INTERVAL number % 80000 SECOND,
            toDateTime64({ts:String}, 3, 'UTC'), 0.5, map('amount', toFloat64(number % 100)), number, 1, 'b' FROM numbers({count:UInt64})`,
    { project: model.projectId, from, count, ts: storeTime(MONDAY_MS) },
    { acrossProjects: true },
  );

it('a past of many rows serves again until more of it has come', async () => {
  const range = { from: MONDAY_MS, to: MONDAY_MS + DAY_MS };
  const asked = async () =>
    (await referenceFromRange(stores.store, model, range, { nowMs: range.to }, DAY_MS, { targets: ['features'] }))
      .reference;
  await come(0, 120_000);
  const first = await asked();
  expect(first.rows).toBe(120_000);
  await come(120_000, 100);
  expect(await asked()).toBe(first);
  await come(120_100, 60_000);
  expect((await asked()).rows).toBe(180_100);
});
