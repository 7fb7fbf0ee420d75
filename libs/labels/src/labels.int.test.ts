import type { EventStore } from '@plumbline/clickhouse';
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
  type WireEvent,
} from '@plumbline/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adoptBatches, hasUnrecorded } from './adopt.js';
import { markDone, modelsWithPendingBatches, pendingBatches } from './batches.js';
import { countLabels } from './counts.js';
import { joinModel } from './join.js';

const MODEL = 'fraud';
const clock = manualClock(MONDAY_MS + HOUR_MS);
let stores: Stores;
let sender: Sender;
let projectId: string;
beforeAll(async () => {
  stores = await openStores();
  sender = await openSender(stores, clock.now);
});
afterAll(async () => {
  await sender.close();
  await stores.close();
});
beforeEach(async () => {
  projectId = await freshProject(stores);
});

const predict = (id: string, over: Record<string, unknown> = {}) => predictionEvent({ prediction_id: id, ...over });
const outcome = (id: string, label: unknown, over: Record<string, unknown> = {}) =>
  outcomeEvent({ prediction_id: id, label, ...over });
const send = (kind: 'predictions' | 'outcomes', events: WireEvent[], project = projectId) =>
  sender.send(kind, project, events);
const join = (project = projectId, store: EventStore = stores.store) => joinModel(store, project, MODEL, clock.now());

/** What everybody reads: per prediction the label that won. */
async function labels(project = projectId): Promise<string[]> {
  const rows = await stores.store.query<{ id: string; version: string; label: string }>(
    `SELECT prediction_id AS id, version, argMax(label, (outcome_ts, outcome_received_at)) AS label FROM ${stores.store.database}.labels
     WHERE project = {project:String} GROUP BY prediction_id, version ORDER BY prediction_id, version`,
    { project },
  );
  return rows.map((r) => `${r.id} ${r.version} ${r.label}`);
}
const counts = (project = projectId) => countLabels(stores.store, project, MODEL);

describe('a join', () => {
  it('finds the prediction of an outcome, before it and after it', async () => {
    await send('predictions', [predict('a'), predict('b')]);
    await send('outcomes', [outcome('a', 1), outcome('late', 0)]);
    expect(await join()).toMatchObject({
      batches: 2,
      predictionRows: 2,
      outcomeRows: 2,
      hours: [MONDAY_MS],
      more: false,
    });
    expect(await labels()).toEqual(['a v1 1']);
    expect(await counts()).toEqual({ joined: 1, pending: 1, orphaned: 1, duplicate: 0, corrected: 0 });
    await send('predictions', [predict('late', { ts: MONDAY_MS - 5 * HOUR_MS })]);
    expect(await join()).toMatchObject({ batches: 1, hours: [MONDAY_MS - 5 * HOUR_MS] });
    expect(await labels()).toEqual(['a v1 1', 'late v1 0']);
    expect(await counts()).toMatchObject({ joined: 2, pending: 1, orphaned: 0 });
    expect(await join()).toMatchObject({ batches: 0, hours: [] });
  });

  it('labels every version of an id, also one that comes when the outcome is long joined', async () => {
    await send('predictions', [predict('a'), predict('a', { version: 'shadow' })]);
    await send('outcomes', [outcome('a', 1)]);
    await join();
    await send('predictions', [predict('a', { version: 'v3', ts: MONDAY_MS + 1 })]);
    await join();
    expect(await labels()).toEqual(['a shadow 1', 'a v1 1', 'a v3 1']);
    expect(await counts()).toMatchObject({ joined: 3, pending: 0, orphaned: 0 });
  });

  it('lets the latest outcome win, and of two at one time the one that came last', async () => {
    await send('predictions', [predict('a'), predict('b')]);
    await send('outcomes', [outcome('a', 'new', { ts: MONDAY_MS + 2 }), outcome('b', 'first'), outcome('b', 'second')]);
    await join();
    await send('outcomes', [outcome('a', 'old', { ts: MONDAY_MS + 1 })]);
    await join();
    expect(await labels()).toEqual(['a v1 new', 'b v1 second']);
    expect(await counts()).toMatchObject({ joined: 2, corrected: 2, duplicate: 0 });
  });

  it('counts an outcome that was sent again as a duplicate', async () => {
    await send('predictions', [predict('a')]);
    await send('outcomes', [outcome('a', 1)]);
    expect(await send('outcomes', [outcome('a', 1)])).toMatchObject({ accepted: 0, duplicates: 1 });
    await join();
    expect(await counts()).toMatchObject({ joined: 1, corrected: 0 });
  });

  it('is counted anew however slow the machine is: an old count must not outlive what has come', async () => {
    const slowly = () =>
      countLabels(stores.store, projectId, MODEL, () => new Promise((done) => setTimeout(() => done(1), 600)));
    await send('predictions', [predict('a')]);
    expect(await slowly()).toMatchObject({ joined: 0, pending: 1 });
    await send('outcomes', [outcome('a', 1)]);
    await join();
    expect(await slowly()).toMatchObject({ joined: 1, pending: 0 });
  });

  it('keeps to its project and its model', async () => {
    const other = await freshProject(stores);
    await send('predictions', [predict('a')], other);
    await send('predictions', [predict('a', { model: 'churn' })]);
    await send('outcomes', [outcome('a', 1)]);
    await join();
    await join(other);
    expect(await labels()).toEqual([]);
    expect(await labels(other)).toEqual([]);
    expect(await counts()).toMatchObject({ joined: 0, orphaned: 1 });
    expect(await modelsWithPendingBatches(stores.store)).toContainEqual(
      expect.objectContaining({ project: projectId, model: 'churn' }),
    );
  });

  it('names the hours of the oldest and the newest time there can be', async () => {
    const first = [0, 90 * 60_000].map((ts) => predict(`old-${ts}`, { ts }));
    await send('predictions', first);
    expect((await join()).hours.sort((x, y) => x - y)).toEqual([0, HOUR_MS]);
  });

  it('knows live events from a backfill', async () => {
    await send('predictions', [predict('old', { ts: clock.now() - 2 * HOUR_MS })]);
    expect((await join()).liveAtMs).toBeNull();
    await send('predictions', [predict('now', { ts: clock.now() - HOUR_MS / 2 })]);
    expect((await join()).liveAtMs).toBe(clock.now());
  });
});

describe('the order in which batches come', () => {
  const batches: ['predictions' | 'outcomes', WireEvent[]][] = [
    ['predictions', [predict('a'), predict('b'), predict('c')]],
    ['predictions', [predict('a', { version: 'v2' }), predict('d', { version: 'v2' })]],
    ['outcomes', [outcome('a', 'x'), outcome('d', 'y'), outcome('nobody', 'z')]],
    ['outcomes', [outcome('a', 'corrected', { ts: MONDAY_MS + 5 }), outcome('b', 'w')]],
  ];
  const expected = ['a v1 corrected', 'a v2 corrected', 'b v1 w', 'd v2 y'];
  it('changes nothing, nor does how many of them are joined at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        async (order, joins) => {
          const project = await freshProject(stores);
          for (const [i, at] of order.entries()) {
            const [kind, events] = batches[at]!;
            await send(kind, events, project);
            if (joins[i]) await join(project);
          }
          await join(project);
          expect(await labels(project)).toEqual(expected);
          expect(await counts(project)).toEqual({ joined: 4, pending: 1, orphaned: 1, duplicate: 0, corrected: 2 });
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('where a prediction is sought', () => {
  const v7 = (ms: number, n: number) => {
    const time = ms.toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`;
  };
  const times = [0, 1, 26, 400].map((h) => MONDAY_MS - h * HOUR_MS);
  /** Statements that look at all ids of the model. */
  const watched = () => {
    let passes = 0;
    const store: EventStore = {
      ...stores.store,
      command: (sql, params, options) => {
        if (sql.includes('.located') && sql.includes('.predictions') && !sql.includes('{hours:')) passes++;
        return stores.store.command(sql, params, options);
      },
    };
    return { store, passes: () => passes };
  };

  it('follows ids that tell their time and hints, without looking at everything', async () => {
    await send('predictions', [
      ...times.map((ts, i) => predict(v7(ts, i), { ts })),
      ...times.map((ts, i) => predict(`own-${i}`, { ts })),
    ]);
    await join();
    await send('outcomes', [
      ...times.map((ts, i) => outcome(v7(ts, i), i)),
      ...times.map((ts, i) => outcome(`own-${i}`, i, { prediction_ts: ts })),
    ]);
    const { store, passes } = watched();
    expect((await join(projectId, store)).hours.sort()).toEqual([...times].sort());
    expect(passes()).toBe(0);
    expect(await counts()).toMatchObject({ joined: 8, orphaned: 0 });
  });

  it('looks everywhere when a hint is wrong, or is missing, or another version may have the id elsewhere', async () => {
    const [here, there] = [MONDAY_MS, MONDAY_MS - 400 * HOUR_MS];
    await send('predictions', [
      predict('wrong', { ts: there }),
      predict('none', { ts: there }),
      predict('both', { ts: here }),
      predict('both', { ts: there, version: 'v2' }),
      predict('other', { ts: here, version: 'v2' }),
    ]);
    await join();
    for (const [id, hint] of [
      ['wrong', here],
      ['none', undefined],
      ['both', here],
    ] as const) {
      await send('outcomes', [outcome(id, 1, hint === undefined ? {} : { prediction_ts: hint })]);
      const { store, passes } = watched();
      await join(projectId, store);
      expect(passes(), id).toBe(1);
    }
    expect(await labels()).toEqual(['both v1 1', 'both v2 1', 'none v1 1', 'wrong v1 1']);
  });

  it('joins what the log of arrivals has forgotten', async () => {
    await send('predictions', [
      predict('a'),
      predict('b', { ts: MONDAY_MS - HOUR_MS, features: { late: 1 }, prediction: { scores: { x: 0.8, y: 0.2 } } }),
    ]);
    await send('outcomes', [outcome('a', 1), outcome('b', 0)]);
    const { store } = stores;
    for (const table of ['arrived_predictions', 'arrived_outcomes', 'catalog'])
      await store.command(`DELETE FROM ${store.database}.${table} WHERE project = {project:String}`, {
        project: projectId,
      });
    expect(await join()).toMatchObject({ predictionRows: 2, outcomeRows: 2 });
    expect(await labels()).toEqual(['a v1 1', 'b v1 0']);
    const names = await store.query<{ name: string }>(
      `SELECT name FROM ${store.database}.catalog WHERE project = {project:String} AND (kind = 'class' OR name = 'late') ORDER BY name`,
      { project: projectId },
    );
    expect(names.map(({ name }) => name)).toEqual(['', 'late', 'x', 'y']);
  });
});

describe('a join that is killed', () => {
  /** A store that fails at its n-th statement that writes. */
  const failingAt = (n: number): EventStore => {
    let writes = 0;
    const guard =
      <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        if (++writes === n) throw new Error('killed');
        return work(...args);
      };
    return { ...stores.store, command: guard(stores.store.command), insert: guard(stores.store.insert) };
  };

  it('after any of its steps is made good by the next one', async () => {
    for (let n = 1; n <= 6; n++) {
      const project = await freshProject(stores);
      await send('outcomes', [outcome('late', 0)], project);
      await join(project);
      await send('predictions', [predict('a'), predict('late')], project);
      await send('outcomes', [outcome('a', 1), outcome('nobody', 1)], project);
      await expect(join(project, failingAt(n))).rejects.toThrow('killed');
      expect(await pendingBatches(stores.store, project, MODEL)).toHaveLength(2);
      clock.advance(1000);
      const joined = await join(project);
      expect(joined).toMatchObject({ batches: 2, hours: [MONDAY_MS] });
      expect(await labels(project)).toEqual(['a v1 1', 'late v1 0']);
      expect(await counts(project)).toMatchObject({ joined: 2, pending: 0, orphaned: 1, corrected: 0 });
    }
  });

  it('when everything but the mark was written changes nothing by repeating it', async () => {
    await send('predictions', [predict('a')]);
    await send('outcomes', [outcome('a', 1)]);
    const [first] = await pendingBatches(stores.store, projectId, MODEL);
    await expect(join(projectId, failingAt(4))).rejects.toThrow('killed');
    const before = await labels();
    await join();
    expect(await labels()).toEqual(before);
    await markDone(stores.store, projectId, MODEL, [first!], clock.now());
    expect(await pendingBatches(stores.store, projectId, MODEL)).toEqual([]);
  });
});

describe('adoption', () => {
  it('finds rows whose writer died before it recorded them, once it is sure', async () => {
    const silent = {
      ...stores,
      store: {
        ...stores.store,
        insert: async (table: string, lines: Buffer, options?: { token?: string }) => {
          if (table === 'batches') throw new Error('killed');
          await stores.store.insert(table, lines, options);
        },
      },
    };
    const dying = await openSender(silent, clock.now);
    await dying.send('predictions', projectId, [predict('a'), predict('b')]);
    await dying.send('outcomes', projectId, [outcome('a', 1)]);
    await dying.close();
    const pending = () => pendingBatches(stores.store, projectId, MODEL);
    const unrecorded = (to = clock.now() + 1000) =>
      hasUnrecorded(stores.store, projectId, MODEL, { from: clock.now() - 60_000, to });
    expect([await unrecorded(), await unrecorded(clock.now() - 1000)]).toEqual([true, false]);
    expect(await adoptBatches(stores.store, clock.now() + 14_000, 0)).toBe(0);
    expect(await adoptBatches(stores.store, clock.now() + 16_000, 0)).toBe(2);
    expect(await adoptBatches(stores.store, clock.now() + 17_000, 0)).toBe(0);
    expect(await unrecorded()).toBe(false);
    expect((await pending()).map((b) => [b.kind, Number(b.rows)]).sort()).toEqual([
      ['outcomes', 1],
      ['predictions', 2],
    ]);
    expect(await join()).toMatchObject({ batches: 2, predictionRows: 2, hours: [MONDAY_MS] });
    expect(await labels()).toEqual(['a v1 1']);
    expect(await pending()).toEqual([]);
  });
});
