import type { EventStore } from '@plumbline/clickhouse';
import { findModelRow, putModel } from '@plumbline/control';
import {
  DAY_MS,
  freshProject,
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
import { listQuarantine } from './quarantine/read.js';

/** Quarantine is kept for 30 days of real time. */
const clock = manualClock(Date.now());
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

const send = (events: unknown[], by = sender) => by.send('predictions', projectId, events);
const stored = async () => {
  const [row] = await stores.store.query<{ n: number }>(
    `SELECT count() AS n FROM ${stores.store.database}.predictions WHERE project = {project:String}`,
    { project: projectId },
  );
  return Number(row!.n);
};
const event = (id: string, over: Record<string, unknown> = {}) => predictionEvent({ prediction_id: id, ...over });
const deep = (levels: number) => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`) as unknown;

describe('a body', () => {
  it('is answered event by event; the good ones are kept', async () => {
    const answer = await send([event('a'), 3, event('b', { ts: 'soon' }), event('c'), event('d', { prediction: {} })]);
    expect(answer).toMatchObject({
      accepted: 2,
      duplicates: 0,
      rejected: [
        { index: 1, code: 'not_an_object' },
        { index: 2, prediction_id: 'b', code: 'bad_timestamp' },
        { index: 4, prediction_id: 'd', code: 'bad_prediction' },
      ],
    });
    expect(await stored()).toBe(2);
    const { items } = await listQuarantine(stores.store, { projectId, limit: 10 });
    expect(items.map((i) => i.code).sort()).toEqual(['bad_prediction', 'bad_timestamp', 'not_an_object']);
    expect(JSON.parse(items.find((i) => i.prediction_id === 'b')!.body)).toMatchObject({ ts: 'soon' });
  });

  it('with an event nested beyond all measure is answered like any other', async () => {
    const monster = event('x', { features: { a: deep(200_000) } });
    expect(await send([event('a'), monster])).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, code: 'bad_type' }],
    });
  });

  it('makes the model that nobody knows, of the task it looks like', async () => {
    await send([event('a', { model: 'new', prediction: { value: 3 } })]);
    expect(await findModelRow(stores.control.db, projectId, 'new')).toMatchObject({
      task: 'regression',
      state: 'discovered',
    });
    expect(await send([event('b', { model: 'new', prediction: { class: 'x' } })])).toMatchObject({
      rejected: [{ code: 'task_mismatch' }],
    });
  });

  it('is refused what the retention of its model would delete again', async () => {
    await putModel(stores.control.db, projectId, 'short', { task: 'binary', retention: '30d' });
    const aged = (id: string, ms: number) => event(id, { model: 'short', ts: clock.now() - ms });
    const answer = await send([
      aged('inside', 30 * DAY_MS),
      aged('outside', 30 * DAY_MS + 1),
      event('now', { model: 'short', ts: undefined }),
      event('elsewhere', { ts: clock.now() - 31 * DAY_MS }),
    ]);
    expect(answer).toMatchObject({ accepted: 3, rejected: [{ index: 1, prediction_id: 'outside', code: 'too_old' }] });
    expect(answer.rejected[0]!.message).toMatch(/retention of 'short' \(30 days\).*PUT \/v1\/models\/short/);
    expect(await stored()).toBe(3);
  });
});

describe('the same event again', () => {
  it('is a duplicate, in one body, in another, and at the same time', async () => {
    expect(await send([event('a'), event('a')])).toMatchObject({ accepted: 1, duplicates: 1 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => send([event('b')])));
    expect(answers.map((a) => a.accepted).sort()).toEqual([0, 0, 0, 0, 1]);
    expect(await send([event('a', { ts: undefined }), event('b')])).toMatchObject({ accepted: 0, duplicates: 2 });
    expect(await stored()).toBe(2);
  });

  it('with another payload or time is a conflict; the first one stays', async () => {
    await send([event('a')]);
    expect(await send([event('a', { features: {} }), event('a', { ts: MONDAY_MS + 1 })])).toMatchObject({
      accepted: 0,
      rejected: [{ code: 'conflict' }, { code: 'conflict' }],
    });
    expect(await send([event('a', { version: 'v2' })])).toMatchObject({ accepted: 1 });
  });

  it('is known after a restart, and when memory has forgotten it', async () => {
    await send([event('a')]);
    const restarted = await openSender(stores, clock.now);
    expect(await send([event('a'), event('a', { features: {} })], restarted)).toMatchObject({
      duplicates: 1,
      rejected: [{ code: 'conflict' }],
    });
    await restarted.close();
    await send(Array.from({ length: 1200 }, (_, i) => event(`fill-${i}`)));
    const small = { ...stores, config: { ...stores.config, PLUMBLINE_DEDUP_EVENTS: 1000 } };
    clock.advance(2 * DAY_MS);
    const told = [event('a'), event('a', { features: {} }), event('new')];
    // Whatever comes first is looked up, and what comes after it is held against the stored row, not against that one.
    for (const [i, events] of [told, [told[1], told[0], event('newer')]].entries()) {
      const forgetful = await openSender(small, clock.now);
      expect(await send(events as typeof told, forgetful)).toMatchObject({
        accepted: 1,
        duplicates: 1,
        rejected: [{ index: 1 - i, code: 'conflict' }],
      });
      await forgetful.close();
    }
  });
});

describe('outcomes', () => {
  it('say the same again without a time, or with it: a duplicate; something else: news', async () => {
    const say = (over: Record<string, unknown>) =>
      sender.send('outcomes', projectId, [outcomeEvent({ prediction_id: 'a', ...over })]);
    expect(await say({ label: 1 })).toMatchObject({ accepted: 1 });
    expect(await say({ label: '1' })).toMatchObject({ duplicates: 1 });
    expect(await say({ label: 1, ts: undefined })).toMatchObject({ duplicates: 1 });
    expect(await say({ label: 0 })).toMatchObject({ accepted: 1 });
    expect(await say({ label: 1, ts: MONDAY_MS + 1 })).toMatchObject({ accepted: 1 });
  });

  it('without a time are known when memory has forgotten them', async () => {
    const say = (by: Sender, over: Record<string, unknown>) => {
      clock.advance(1);
      return by.send('outcomes', projectId, [outcomeEvent({ prediction_id: 'a', ts: undefined, ...over })]);
    };
    expect(await say(sender, { label: 1 })).toMatchObject({ accepted: 1 });
    const others = Array.from({ length: 600 }, (_, i) => outcomeEvent({ prediction_id: `o${i}`, label: 1 }));
    await sender.send('outcomes', projectId, others);
    clock.advance(2 * DAY_MS);
    const small = { ...stores, config: { ...stores.config, PLUMBLINE_DEDUP_EVENTS: 1000 } };
    const forgetful = await openSender(small, clock.now);
    expect(await say(forgetful, { label: 1 })).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await say(forgetful, { label: 0 })).toMatchObject({ accepted: 1 });
    expect(await say(forgetful, { label: 1 })).toMatchObject({ accepted: 1 }); // it changed back: news
    await forgetful.close();
  });
});

describe('a store that fails', () => {
  const withInsert = (insert: EventStore['insert']) => ({ ...stores, store: { ...stores.store, insert } });

  it('acknowledges nothing, and takes the same events when it is back', async () => {
    let away = true;
    const flaky = await openSender(
      withInsert(async (table, lines, options) => {
        if (away) throw new Error('connect ECONNREFUSED');
        await stores.store.insert(table, lines, options);
      }),
      clock.now,
    );
    await expect(send([event('a'), event('b')], flaky)).rejects.toMatchObject({
      code: 'store_unavailable',
      status: 503,
    });
    away = false;
    expect(await send([event('a'), event('b')], flaky)).toMatchObject({ accepted: 2, duplicates: 0 });
    expect(await stored()).toBe(2);
    await flaky.close();
  });

  it('at one row puts that one aside and keeps the others', async () => {
    const picky = await openSender(
      withInsert(async (table, lines, options) => {
        if (table === 'predictions' && lines.includes('poison'))
          throw Object.assign(new Error('Code: 27. Cannot parse'), { code: '27' });
        await stores.store.insert(table, lines, options);
      }),
      clock.now,
    );
    const events = Array.from({ length: 9 }, (_, i) => event(i === 5 ? 'poison' : `p${i}`));
    expect(await send(events, picky)).toMatchObject({
      accepted: 8,
      rejected: [{ index: 5, prediction_id: 'poison', code: 'unstorable' }],
    });
    expect(await stored()).toBe(8);
    await picky.close();
  });

  it('may be sent events of very many months at once', async () => {
    const months = Array.from({ length: 110 }, (_, i) => event(`m${i}`, { ts: Date.UTC(2012, i, 3) }));
    expect(await send(months)).toMatchObject({ accepted: 110 });
    expect(await stored()).toBe(110);
  });
});
