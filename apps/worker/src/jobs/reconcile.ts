import { modelsToExplain } from '@plumbline/alerts';
import { withLease } from '@plumbline/control';
import { expireExports, waitingExports } from '@plumbline/exports';
import { adoptBatches, modelsToCompare, modelsWithPendingBatches } from '@plumbline/labels';
import type { Handlers } from '@plumbline/queue';
import { modelsWithLabels } from '@plumbline/reviews';
import { markRipe, modelsComputedSince, modelsWithDueWindows } from '@plumbline/windows';
import { modelsWithReferences } from '../profileHours.js';
import { retain } from '../retain.js';
import type { Shift } from './shift.js';

const ADOPT_EVERY_MS = 30_000;
const ADOPT_WITHIN_MS = 2 * 86_400_000;
/** Waiting alone makes windows final, and hours over. */
const RIPEN_EVERY_MS = 600_000;
const RETENTION_EVERY_MS = 3_600_000;
/** What was computed before this process began may not have been reviewed or searched. */
const FIRST_BACK_MS = 86_400_000;

/** Finds all work that nobody asked for, or whose asking was lost. */
export function reconcileJob({ context, stopping, horizon, news }: Shift): Pick<Handlers, 'reconcile'> {
  const { store, control, queue, instance } = context;
  const { db } = control;
  const doneAtMs = new Map<string, number>();
  /** Now and then, and by one process at a time. */
  const every = async (name: string, everyMs: number, nowMs: number, work: () => Promise<unknown>) => {
    if (nowMs - (doneAtMs.get(name) ?? 0) < everyMs) return;
    doneAtMs.set(name, nowMs);
    await withLease(db, name, instance, work);
  };
  const adopt = async (nowMs: number) => {
    const since = horizon.since('adopt');
    await adoptBatches(store, nowMs, Math.max(since, nowMs - ADOPT_WITHIN_MS));
    horizon.saw('adopt', since, nowMs);
  };

  return {
    async reconcile() {
      const nowMs = Date.now();
      await every('adopt', ADOPT_EVERY_MS, nowMs, () => adopt(nowMs));
      for (const { name, find } of [
        { name: 'join', find: modelsWithPendingBatches },
        { name: 'compare', find: modelsToCompare },
      ] as const) {
        const since = horizon.since(name);
        const waiting = await find(store, since);
        for (const { project, model } of waiting) await queue.ask(name, { projectId: project, model });
        horizon.saw(name, since, Number(waiting[0]?.oldest ?? nowMs));
      }
      for (const model of await modelsToExplain(db)) await queue.ask('explain', model);
      for (const { projectId, model } of await modelsWithDueWindows(db, nowMs))
        await queue.ask('windows', { projectId, model });
      for (const model of news.pastsDue(nowMs)) await queue.ask('past', model);
      for (const model of await waitingExports(db)) await queue.ask('exports', model);
      for (const model of await modelsWithLabels(db, nowMs)) await queue.ask('reviews', model);
      await every('ripen', RIPEN_EVERY_MS, nowMs, async () => {
        await markRipe(store, db, nowMs);
        for (const model of await modelsWithReferences(db)) await queue.ask('profiles', model);
        const since = nowMs - (doneAtMs.has('ripened') ? 2 * RIPEN_EVERY_MS : FIRST_BACK_MS);
        for (const model of await modelsComputedSince(store, since)) {
          await queue.ask('review', model);
          await queue.ask('slices', model);
        }
        doneAtMs.set('ripened', nowMs);
      });
      await every('expire', RIPEN_EVERY_MS, nowMs, () => expireExports(store, db, nowMs));
      await every('retention', RETENTION_EVERY_MS, nowMs, () => retain(context, nowMs, stopping));
    },
  };
}
