import { createDeliverer } from '@plumbline/alerts';
import { and, eq, findModelRow, isNull, modelContext, models, withLease } from '@plumbline/control';
import { adoptBatches, joinModel, modelsWithPendingBatches } from '@plumbline/labels';
import { dueMonitors, monitorsOfModel, seedMonitors } from '@plumbline/monitors';
import type { Handlers } from '@plumbline/queue';
import { type Context, consoleUrl } from '@plumbline/runtime';
import {
  clearDirty,
  countDirty,
  dueWindows,
  markDirty,
  modelsWithDueWindows,
  recomputeWindows,
} from '@plumbline/windows';
import { discoverModel } from './discover.js';
import { lookAt, lookBack } from './evaluate.js';
import { createProbes } from './probes.js';

const SOON_MS = 1_600;
const HOUR_MS = 3_600_000;
const BURST_WINDOWS = 4;
const SETTLE_MS = 30_000;

/**
 * What the worker does for each kind of job. Every handler finds its work in the stores and may run twice, late or not at
 * all for a while: `reconcile` looks for everything that is due.
 */
export function createHandlers(context: Context): Handlers {
  const { store, control, queue, log, config, live, instance } = context;
  const { db } = control;
  const probes = createProbes(store, db);
  const deliverer = createDeliverer({
    db,
    secrets: context.secrets,
    log,
    consoleUrl: consoleUrl(config),
    allowPrivate: config.PLUMBLINE_ALLOW_PRIVATE_TARGETS,
  });
  /** Until when the history of a model's monitors was looked at last; a stream of late labels must not repeat it all the time. */
  const lookedBack = new Map<string, number>();

  const handlers: Handlers = {
    async join({ projectId, model }) {
      const done = await withLease(db, `join:${projectId}:${model}`, instance, async () => {
        for (;;) {
          const joined = await joinModel(store, projectId, model, Date.now());
          if (joined.batches === 0) return;
          await afterJoin(projectId, model, joined.hours, joined.liveAtMs);
          if (!joined.more) return;
        }
      });
      void done;
    },

    async windows({ projectId, model }) {
      await withLease(db, `windows:${projectId}:${model}`, instance, async () => {
        const row = await findModelRow(db, projectId, model);
        if (!row) return;
        const ctx = modelContext(row);
        const nowMs = Date.now();
        const due = await dueWindows(db, projectId, model, nowMs);
        if (due.starts.length === 0) return;
        await recomputeWindows(store, ctx, due.starts, nowMs);
        await clearDirty(db, projectId, model, due);
        await live.publish({ projectId, type: 'window', model });
        await queue.ask('evaluate', { projectId, model });
      });
    },

    async evaluate({ projectId, model }) {
      if (projectId && model) return evaluateModel(projectId, model);
      for (const row of await dueMonitors(db, Date.now())) {
        if (await settling(row.projectId, row.model)) continue;
        await withLease(db, `evaluate:${row.id}`, instance, () => lookAt(context, probes, row, Date.now()));
      }
    },

    async deliver() {
      while ((await deliverer.deliverDue()) > 0);
    },

    async reconcile() {
      const nowMs = Date.now();
      await withLease(db, 'adopt', instance, () => adoptBatches(store, nowMs));
      for (const { project, model } of await modelsWithPendingBatches(store))
        await queue.ask('join', { projectId: project, model });
      for (const { projectId, model } of await modelsWithDueWindows(db, nowMs))
        await queue.ask('windows', { projectId, model });
    },
  };

  /** After new rows: the model exists, has its starter monitors, and its windows are marked. */
  const afterJoin = async (projectId: string, model: string, hours: number[], liveAtMs: number | null) => {
    const row = (await findModelRow(db, projectId, model)) ?? (await discoverModel(context, projectId, model));
    if (!row) return; // outcomes of a model that has no prediction yet
    const ctx = modelContext(row);
    if (liveAtMs !== null && !row.liveSince) {
      await db
        .update(models)
        .set({ liveSince: new Date(liveAtMs) })
        .where(and(eq(models.projectId, projectId), eq(models.name, model), isNull(models.liveSince)));
    }
    if (!row.seeded) {
      await db.transaction(async (tx) => {
        await seedMonitors(tx, ctx);
        await tx
          .update(models)
          .set({ seeded: true })
          .where(and(eq(models.projectId, projectId), eq(models.name, model)));
      });
      await live.publish({ projectId, type: 'model', model });
    }
    await markDirty(db, ctx, hours, Date.now());
    await queue.ask('windows', { projectId, model }, SOON_MS);
  };

  /** Since when the evaluation of a model waits for a burst of rows to end. */
  const waitingSince = new Map<string, number>();

  /**
   * While many windows of a model are still to be computed (a backfill, a burst of late labels) what a monitor would see is
   * half of it, so its look waits, but never longer than SETTLE_MS.
   */
  const settling = async (projectId: string, model: string): Promise<boolean> => {
    const key = `${projectId}~${model}`;
    const nowMs = Date.now();
    if ((await countDirty(db, projectId, model)) < BURST_WINDOWS) {
      waitingSince.delete(key);
      return false;
    }
    const since = waitingSince.get(key) ?? nowMs;
    waitingSince.set(key, since);
    if (nowMs - since < SETTLE_MS) return true;
    waitingSince.delete(key);
    return false;
  };

  /** Late labels or new rows change what monitors saw: look again now, and over the past at most once an hour. */
  const evaluateModel = async (projectId: string, model: string) => {
    if (await settling(projectId, model)) return void (await queue.ask('evaluate', { projectId, model }, SOON_MS));
    const modelRow = await findModelRow(db, projectId, model);
    if (!modelRow) return;
    const ctx = modelContext(modelRow);
    const key = `${projectId}~${model}`;
    const back = Date.now() - (lookedBack.get(key) ?? 0) > HOUR_MS;
    if (back) lookedBack.set(key, Date.now());
    for (const row of await monitorsOfModel(db, projectId, model)) {
      await withLease(db, `evaluate:${row.id}`, instance, async () => {
        await lookAt(context, probes, row, Date.now());
        if (back)
          await lookBack(context, probes, row, ctx, Date.now()).catch((error) =>
            log.warn({ err: error, monitor: row.name }, 'the past of a monitor could not be evaluated'),
          );
      });
    }
  };

  return handlers;
}
