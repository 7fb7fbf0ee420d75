import { reviewQuestion } from '@plumbline/contracts';
import { eq, getModel, leases, type ModelContext, putModel, reviewLabels } from '@plumbline/control';
import { joinModel } from '@plumbline/labels';
import {
  createReview,
  GRACE_MS,
  getReview,
  type ItemRow,
  labelItem,
  listItems,
  type ReviewRow,
  undoItem,
  viewReview,
} from '@plumbline/reviews';
import type { Context } from '@plumbline/runtime';
import {
  eventually,
  freshProject,
  HOUR_MS,
  MONDAY_MS,
  openSender,
  openStores,
  predictionEvent,
  type Sender,
  type Stores,
} from '@plumbline/testkit';
import { clearDirty, dueWindows, markDirty, newestWindows, recomputeWindows } from '@plumbline/windows';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { removeModel } from '../../api/src/models/remove.js';
import { ReviewIngest, settleReviews } from './reviews.js';

const TEXT_MAX = 16;
const WHO = { id: 'key/window', name: 'Ann' };
/** Rows of the review, in two hours. */
const ROWS = 4;

let stores: Stores;
let sender: Sender;
let context: Context;
let ingest: ReviewIngest;
let projectId: string;
let model: ModelContext;
let review: ReviewRow;
beforeAll(async () => {
  stores = await openStores({ PLUMBLINE_TEXT_MAX: String(TEXT_MAX) });
  sender = await openSender(stores);
  const { config, log, store, control } = stores;
  const queue = { ask: async () => {} };
  context = { config, log, store, control, queue, instance: 'test' } as unknown as Context;
  ingest = new ReviewIngest(context);
});
afterAll(async () => {
  await ingest.close();
  await sender.close();
  await stores.close();
});
beforeEach(async () => {
  const { db } = stores.control;
  projectId = await freshProject(stores);
  await putModel(db, projectId, 'fraud', { task: 'binary' });
  model = await getModel(db, projectId, 'fraud');
  const rows = Array.from({ length: ROWS }, (_, i) => ({ id: `r-${i}`, ts: MONDAY_MS + (i % 2) * HOUR_MS }));
  await sender.store(
    projectId,
    rows.map(({ id, ts }) => predictionEvent({ prediction_id: id, ts })),
  );
  const question = reviewQuestion.parse({ from: MONDAY_MS, to: MONDAY_MS + 2 * HOUR_MS });
  review = await createReview(db, {
    projectId,
    model: 'fraud',
    question: { ...question, known_at: Date.now() },
    by: WHO.name,
    rows: ROWS,
    drawn: rows.map(({ id, ts }) => ({
      predictionId: id,
      version: 'v1',
      ts,
      answer: { class: '1', score: 0.9, value: null },
      label: null,
    })),
  });
});

/** As long ago as it takes for a label to be due. */
const label = (n: number, said = '1') =>
  labelItem(stores.control.db, review, n, WHO, { label: said }, Date.now() - GRACE_MS);
const undo = (n: number) => undoItem(stores.control.db, review, n, WHO, Date.now());
const settle = (by: Context = context, through: ReviewIngest = ingest) =>
  settleReviews(by, through, projectId, 'fraud');
const items = async (): Promise<ItemRow[]> => (await listItems(stores.control.db, review, { limit: 100 })).rows;
const underWay = () => stores.control.db.select().from(reviewLabels).where(eq(reviewLabels.projectId, projectId));
const join = () =>
  joinModel(stores.store, projectId, 'fraud', Date.now(), ({ hours }) =>
    markDirty(stores.control.db, model, hours, Date.now()),
  );
/** The windows that are marked, as they would be computed a while later. */
async function computeDue(): Promise<void> {
  const { db } = stores.control;
  const later = Date.now() + HOUR_MS;
  const due = await dueWindows(db, projectId, 'fraud', later);
  await recomputeWindows(stores.store, model, due.starts, Date.now());
  await clearDirty(db, projectId, 'fraud', due);
}
const labelledOfWindows = async () =>
  (await newestWindows(stores.store, [model], 10)).get('fraud')!.map(({ labelled }) => labelled);
const labelsOf = async (id: string) =>
  (
    await stores.store.query<{ label: string }>(
      `SELECT label FROM ${stores.store.database}.labels WHERE project = {project:String} AND model = 'fraud' AND prediction_id = {id:String}`,
      { project: projectId, id },
    )
  ).map((row) => row.label);

const WRITES = ['insert', 'update', 'delete', 'transaction', 'command'];
/** A process that dies before its write number `last`, counted from 0. */
function dying(last: number): { context: Context; died: () => boolean } {
  let writes = 0;
  const mortal = <T extends object>(alive: T): T =>
    new Proxy(alive, {
      get(target, name) {
        const found = Reflect.get(target, name);
        if (typeof found !== 'function') return found;
        return (...given: unknown[]) => {
          if (WRITES.includes(String(name)) && writes++ >= last) throw new Error('died');
          return found.apply(target, given);
        };
      },
    });
  const control = { ...stores.control, db: mortal(stores.control.db) };
  return { context: { ...context, control, store: mortal(stores.store) }, died: () => writes > last };
}

describe('a label that was taken back', () => {
  it('is in no window any more, wherever the process died that took it back', async () => {
    const moments: number[] = [];
    for (let moment = 0; ; moment++) {
      await label(1);
      await label(2);
      await settle();
      await join();
      await computeDue();
      expect(await labelledOfWindows()).toEqual([1, 1]);

      await undo(1);
      await undo(2);
      const process = dying(moment);
      await settle(process.context).catch(() => {});
      // What it held is free again after a while, and in between others computed what was marked.
      await stores.control.db.delete(leases);
      await computeDue();
      await settle();
      await computeDue();
      expect([moment, await labelledOfWindows(), await underWay()]).toEqual([moment, [0, 0], []]);
      expect([await labelsOf('r-0'), await labelsOf('r-1')]).toEqual([[], []]);
      if (!process.died()) break;
      moments.push(moment);
    }
    // Two leases, what is kept, the tables, the marks, the requests.
    expect(moments.length).toBeGreaterThanOrEqual(8);
  });

  it('while it was being sent is not joined afterwards', async () => {
    await label(1);
    // The log of what arrived is written late: when the label is gone, unless that is waited for.
    const insert: Context['store']['insert'] = async (table, ...given) => {
      if (table === 'arrived_outcomes')
        await eventually(async () => (await underWay()).length === 0, 500).catch(() => {});
      return stores.store.insert(table, ...given);
    };
    const store = new Proxy(stores.store, { get: (of, name) => (name === 'insert' ? insert : Reflect.get(of, name)) });
    const undoing = new ReviewIngest({ ...context, store });
    const take: ReviewIngest['take'] = async (project, outcomes) => {
      const rejected = await undoing.take(project, outcomes);
      await undo(1);
      return rejected;
    };
    await settle(context, { take } as ReviewIngest);
    await undoing.close();
    await join();
    expect([await labelsOf('r-0'), await underWay()]).toEqual([[], []]);
  });

  it('leaves another of the same row and time, of another review', async () => {
    const { db } = stores.control;
    const other = await createReview(db, {
      projectId,
      model: 'fraud',
      question: review.question,
      by: 'Ben',
      rows: 1,
      drawn: (await items()).slice(0, 1).map(({ answer, ...i }) => ({ ...i, ts: i.ts.getTime(), answer, label: null })),
    });
    const at = Date.now() - GRACE_MS;
    await labelItem(db, review, 1, WHO, { label: '1' }, at);
    await labelItem(db, other, 1, { id: 'other', name: 'Ben' }, { label: '0' }, at);
    await settle();
    await join();
    expect((await labelsOf('r-0')).sort()).toEqual(['0', '1']);
    await undo(1);
    await settle();
    expect(await labelsOf('r-0')).toEqual(['0']);
  });
});

describe('a label that the way in rejects', () => {
  const long = 'x'.repeat(TEXT_MAX + 1);
  const view = async () =>
    viewReview(stores.control.db, await getReview(stores.control.db, projectId, review.id), model, ['0', '1']);

  it('is shown with the reason and never called sent; those beside it are', async () => {
    await label(1, long);
    await label(2);
    await settle();
    const [first, second] = await items();
    expect(first).toMatchObject({ state: 'rejected', label: long, reason: 'label has at most 16 characters.' });
    expect(second).toMatchObject({ state: 'labelled', reason: null });
    expect((await underWay()).map(({ n, state }) => [n, state])).toEqual([[2, 'sent']]);
    expect(await view()).toMatchObject({ labelled: 1, rejected: 1, pending: 2, result: { labelled: 1 } });
    await expect(label(1)).rejects.toThrow('The label that Ann gave row 1 was rejected. Undo it first.');
  });

  it('can be undone, and its row labelled again', async () => {
    await label(1, long);
    await settle();
    expect(await undo(1)).toMatchObject({ state: 'pending', label: null, reason: null });
    await label(1);
    await settle();
    await join();
    expect(await labelsOf('r-0')).toEqual(['1']);
    expect(await view()).toMatchObject({ labelled: 1, rejected: 0 });
  });

  it('and that was undone meanwhile leaves nothing', async () => {
    await label(1, long);
    const take: ReviewIngest['take'] = async (project, outcomes) => {
      const rejected = await ingest.take(project, outcomes);
      await undo(1);
      return rejected;
    };
    await settle(context, { take } as ReviewIngest);
    const [first] = await items();
    expect([first?.state, first?.reason, await underWay()]).toEqual(['pending', null, []]);
  });
});

describe('a model that is deleted while a label is being sent', () => {
  it('waits for it, and nothing of the model is left', async () => {
    await label(1);
    let asked = 0;
    const counting = new Proxy(stores.control.db, {
      get(target, name) {
        if (name === 'insert') asked++;
        return Reflect.get(target, name);
      },
    });
    let removed = Promise.resolve();
    let gone = false;
    const take: ReviewIngest['take'] = async (project, outcomes) => {
      removed = removeModel({ ...context, control: { ...stores.control, db: counting } }, projectId, 'fraud');
      void removed.then(() => {
        gone = true;
      });
      // Until it is through, or was sent away more often than there are leases to ask for.
      await eventually(() => gone || asked > 12, 20_000);
      return ingest.take(project, outcomes);
    };
    await settle(context, { take } as ReviewIngest);
    await removed;
    const { store } = stores;
    for (const table of ['predictions', 'outcomes', 'arrived_outcomes', 'batches', 'labels'])
      expect([
        table,
        await store.query(`SELECT model FROM ${store.database}.${table} WHERE project = {project:String}`, {
          project: projectId,
        }),
      ]).toEqual([table, []]);
    expect(await underWay()).toEqual([]);
  });
});
