import { jsonLines, storeTime } from '@plumbline/clickhouse';
import {
  freshProject,
  HOUR_MS,
  MONDAY_MS,
  manualClock,
  openSender,
  openStores,
  outcomeEvent,
  predictionEvent,
  type Sender,
  type Stores,
} from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { modelsToCompare } from './batches.js';
import { compareIdentities } from './identities.js';
import { joinModel } from './join.js';
import { deleteOld } from './retention.js';

const MODEL = 'fraud';
const clock = manualClock(Date.now());
let stores: Stores;
let projectId: string;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());
beforeEach(async () => {
  projectId = await freshProject(stores);
});

/** Each process has a memory of its own: two that know nothing of each other's rows. */
const withSenders = async (use: (one: Sender, other: Sender) => Promise<void>) => {
  const senders = await Promise.all([openSender(stores, clock.now), openSender(stores, clock.now)]);
  try {
    await use(senders[0]!, senders[1]!);
  } finally {
    await Promise.all(senders.map((s) => s.close()));
  }
};
const predict = (id: string, over: Record<string, unknown> = {}) => predictionEvent({ prediction_id: id, ...over });
const rows = (table: string) =>
  stores.store.query<{ id: string; n: number; at: string }>(
    `SELECT prediction_id AS id, toString(ts) AS at FROM ${stores.store.database}.${table} WHERE project = {project:String} ORDER BY id, at`,
    { project: projectId },
  );
const quarantined = () =>
  stores.store.query<{ id: string; code: string; body: string }>(
    `SELECT prediction_id AS id, code, body FROM ${stores.store.database}.quarantine WHERE project = {project:String} ORDER BY id`,
    { project: projectId },
  );
const compare = async () => {
  await joinModel(stores.store, projectId, MODEL, clock.now());
  return compareIdentities(stores.store, projectId, MODEL, clock.now());
};

describe('an identity that came again unseen', () => {
  it('keeps its first row, whatever hour the second one has; another payload goes to quarantine', async () => {
    await withSenders(async (one, other) => {
      const first = predict('same', { ts: MONDAY_MS });
      await one.send('predictions', projectId, [first, predict('differs', { ts: MONDAY_MS }), predict('alone')]);
      await one.send('outcomes', projectId, [outcomeEvent({ prediction_id: 'same', label: 1 })]);
      clock.advance(1);
      expect(
        await other.send('predictions', projectId, [
          { ...first, ts: undefined },
          predict('differs', {
            ts: MONDAY_MS + 3 * HOUR_MS,
            features: { amount: 7, deep: { er: true } },
            tags: { os: 'x' },
          }),
        ]),
      ).toMatchObject({ accepted: 2 });
      expect(await modelsToCompare(stores.store)).not.toContainEqual(
        expect.objectContaining({ project: projectId, model: MODEL }),
      );
      await joinModel(stores.store, projectId, MODEL, clock.now());
      expect(await modelsToCompare(stores.store)).toContainEqual(
        expect.objectContaining({ project: projectId, model: MODEL }),
      );

      const compared = await compare();
      expect(compared).toMatchObject({ duplicates: 1, conflicts: 1, more: false });
      expect(compared.hours).toContain(MONDAY_MS + 3 * HOUR_MS);
      expect((await rows('predictions')).map((r) => r.id)).toEqual(['alone', 'differs', 'same']);
      expect((await rows('labels')).map((r) => r.id)).toEqual(['same']);
      const [conflict, ...more] = await quarantined();
      expect(more).toEqual([]);
      expect(conflict).toMatchObject({ id: 'differs', code: 'conflict' });
      expect(JSON.parse(conflict!.body)).toMatchObject({
        model: MODEL,
        prediction_id: 'differs',
        ts: new Date(MONDAY_MS + 3 * HOUR_MS).toISOString(),
        features: { amount: 7, 'deep.er': 'true' },
        tags: { os: 'x' },
      });

      expect(await compare()).toMatchObject({ batches: 0 });
      expect(await modelsToCompare(stores.store)).not.toContainEqual(
        expect.objectContaining({ project: projectId, model: MODEL }),
      );
    });
  });

  it('tells of the hours that change whatever fails: nobody would find them afterwards', async () => {
    await withSenders(async (one, other) => {
      await one.send('predictions', projectId, [predict('p', { ts: MONDAY_MS })]);
      await one.send('outcomes', projectId, [outcomeEvent({ prediction_id: 'p', label: 1 })]);
      clock.advance(1);
      await other.send('predictions', projectId, [predict('p', { ts: MONDAY_MS + HOUR_MS, features: {} })]);
      await joinModel(stores.store, projectId, MODEL, clock.now());
      expect(await rows('labels')).toHaveLength(2);
      const killedAfter = async (n: number) => {
        const told: number[] = [];
        let writes = 0;
        const limited =
          <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
          (...args: A): Promise<R> =>
            ++writes > n ? Promise.reject(new Error('killed')) : work(...args);
        const { store } = stores;
        const broken = { ...store, insert: limited(store.insert), command: limited(store.command) };
        const onChange = async (hours: number[]) => void told.push(...hours);
        await expect(compareIdentities(broken, projectId, MODEL, clock.now(), { onChange })).rejects.toThrow('killed');
        return [told.length, (await rows('labels')).length, (await rows('predictions')).length];
      };
      expect(await killedAfter(1), 'what is refused is in quarantine').toEqual([1, 2, 2]);
      expect(await killedAfter(1), 'its label is gone').toEqual([1, 1, 2]);
      expect(await killedAfter(2), 'it is gone').toEqual([2, 1, 1]);
      await compare();
      expect(await rows('predictions')).toHaveLength(1);
      expect(await rows('labels')).toHaveLength(1);
    });
  });

  it('may have been cut off at any step and is put right all the same, once', async () => {
    await withSenders(async (one, other) => {
      await one.send('predictions', projectId, [predict('p', { ts: MONDAY_MS })]);
      clock.advance(1);
      await other.send('predictions', projectId, [predict('p', { ts: MONDAY_MS + HOUR_MS, features: {} })]);
      await joinModel(stores.store, projectId, MODEL, clock.now());
      const failing = {
        ...stores.store,
        command: async () => {
          throw new Error('the process ended here');
        },
      };
      await expect(compareIdentities(failing, projectId, MODEL, clock.now())).rejects.toThrow('ended here');
      expect(await compare()).toMatchObject({ conflicts: 1 });
      expect(await quarantined()).toHaveLength(1);
      expect(await rows('predictions')).toHaveLength(1);
    });
  });

  it('leaves rows alone whose batch is not joined yet, so that no label of them comes later', async () => {
    await withSenders(async (one, other) => {
      await one.send('predictions', projectId, [predict('p', { ts: MONDAY_MS })]);
      await one.send('outcomes', projectId, [outcomeEvent({ prediction_id: 'p', label: 1 })]);
      await joinModel(stores.store, projectId, MODEL, clock.now());
      clock.advance(1);
      await other.send('predictions', projectId, [predict('p', { ts: MONDAY_MS + HOUR_MS })]);
      expect(await compareIdentities(stores.store, projectId, MODEL, clock.now())).toMatchObject({ conflicts: 0 });
      expect(await rows('predictions')).toHaveLength(2);
      expect(await compare()).toMatchObject({ conflicts: 1 });
      expect([await rows('predictions'), await rows('labels')].map((r) => r.length)).toEqual([1, 1]);
    });
  });

  it('takes the labels of all its copies in another hour, which may stand as one', async () => {
    await withSenders(async (one, other) => {
      await one.send('predictions', projectId, [predict('p', { ts: MONDAY_MS })]);
      const later = [10, 20].map((ms) => predict('p', { ts: MONDAY_MS + HOUR_MS + ms, features: { ms } }));
      for (const [i, sender] of [other, one].entries()) {
        clock.advance(1);
        await sender.send('predictions', projectId, [later[i]!]);
      }
      await one.send('outcomes', projectId, [outcomeEvent({ prediction_id: 'p', label: 1 })]);
      await joinModel(stores.store, projectId, MODEL, clock.now());
      await stores.store.command(`OPTIMIZE TABLE ${stores.store.database}.labels FINAL`, {}, { acrossProjects: true });
      await compare();
      expect(await rows('labels')).toEqual([{ id: 'p', at: storeTime(MONDAY_MS) }]);
    });
  });

  it('waits while somebody joins the model', async () => {
    await withSenders(async (one, other) => {
      await one.send('predictions', projectId, [predict('p', { ts: MONDAY_MS })]);
      clock.advance(1);
      await other.send('predictions', projectId, [predict('p', { ts: MONDAY_MS + HOUR_MS })]);
      await joinModel(stores.store, projectId, MODEL, clock.now());
      const busy = { exclusively: async () => undefined };
      const compared = await compareIdentities(stores.store, projectId, MODEL, clock.now(), busy);
      expect(compared).toMatchObject({ conflicts: 0, more: true });
      expect(await compare()).toMatchObject({ conflicts: 1, more: false });
    });
  });

  it('belongs to one version; champion and shadow share their ids', async () => {
    await withSenders(async (one) => {
      await one.send('predictions', projectId, [predict('p', { version: 'v1' }), predict('p', { version: 'v2' })]);
      expect(await compare()).toMatchObject({ duplicates: 0, conflicts: 0 });
      expect(await rows('predictions')).toHaveLength(2);
    });
  });
});

describe('retention', () => {
  it('deletes what is older, of this model only', async () => {
    await withSenders(async (one) => {
      const old = clock.now() - 10 * 24 * HOUR_MS;
      await one.send('predictions', projectId, [
        predict('old', { ts: old }),
        predict('new', { ts: clock.now() }),
        predict('else', { ts: old, model: 'other' }),
      ]);
      await one.send('outcomes', projectId, [outcomeEvent({ prediction_id: 'old', label: 1, ts: old + HOUR_MS })]);
      await joinModel(stores.store, projectId, MODEL, clock.now());
      const profile = { project: projectId, model: MODEL, reference: 'r', part: 'predictions', kind: 'hour' };
      await stores.store.insert(
        'profiles',
        jsonLines([old, clock.now()].map((at) => ({ ...profile, window_start: storeTime(at) }))),
      );
      expect(await deleteOld(stores.store, projectId, MODEL, clock.now() - 7 * 24 * HOUR_MS)).toBe(true);
      expect((await rows('predictions')).map((r) => r.id)).toEqual(['else', 'new']);
      expect([...(await rows('labels')), ...(await rows('outcomes'))]).toEqual([]);
      const profiles = await stores.store.query<{ at: number }>(
        `SELECT toUnixTimestamp64Milli(window_start) AS at FROM ${stores.store.database}.profiles WHERE project = {project:String}`,
        { project: projectId },
      );
      expect(profiles.map((p) => Number(p.at))).toEqual([clock.now()]);
      expect(await deleteOld(stores.store, projectId, MODEL, clock.now() - 7 * 24 * HOUR_MS)).toBe(false);
    });
  });
});
