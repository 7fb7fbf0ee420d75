import { findModelRow, modelContext, withLease } from '@plumbline/control';
import type { Handlers } from '@plumbline/queue';
import { clearDirty, dueWindows, estimatorsOf, recomputeWindows } from '@plumbline/windows';
import { keyOf } from '../news.js';
import { Pace } from '../pace.js';
import { profileHours } from '../profileHours.js';
import { searchNext } from '../slices/searchNext.js';
import { BURST_WINDOWS, isTurn, SETTLE_MS, type Shift } from './shift.js';

/** New rows and labels of a model after which its monitors look again before they are due. */
const ROWS_MATERIAL = 20;
const WINDOWS_REST_FACTOR = 5;
const WINDOWS_REST_OF_ALL = 4;
const REVIEW_AFTER_MS = 5_000;
/** Hours are profiled when they are over, at a tenth of a core. */
const PROFILE_REST_FACTOR = 10;
const PROFILE_REST_OF_ALL = 4;
const PROFILE_AFTER_MS = 5_000;
/** Now and then all of the past is looked through for rows that came late. */
const PROFILE_ALL_EVERY_MS = 600_000;
const PROFILE_BACK_MS = 8 * 86_400_000;
/** Mature windows are searched when nothing else is urgent, at a twentieth of a core. */
const SLICES_REST_FACTOR = 20;
const SLICES_REST_OF_ALL = 20;
const SLICES_AFTER_MS = 10_000;

/** Windows whose rows or labels changed: computed again, profiled, and searched for slices once they are mature. */
export function windowJobs(shift: Shift): Pick<Handlers, 'windows' | 'profiles' | 'slices'> {
  const { context, stopping, news } = shift;
  const { store, control, queue, live, instance } = context;
  const { db } = control;
  const windowsPace = new Pace(WINDOWS_REST_FACTOR, WINDOWS_REST_OF_ALL);
  const profilesPace = new Pace(PROFILE_REST_FACTOR, PROFILE_REST_OF_ALL);
  const slicesPace = new Pace(SLICES_REST_FACTOR, SLICES_REST_OF_ALL);
  const profiledAll = new Map<string, number>();

  return {
    async windows({ projectId, model }) {
      const of = { projectId, model };
      const key = keyOf(of);
      if (!(await isTurn(shift, { name: 'windows', of, pace: windowsPace }))) return;
      await withLease(db, `windows:${projectId}:${model}`, instance, async () => {
        const row = await findModelRow(db, projectId, model);
        if (!row) return;
        const nowMs = Date.now();
        const due = await dueWindows(db, projectId, model, nowMs);
        if (due.starts.length === 0) return;
        if (due.starts.length >= BURST_WINDOWS) shift.noteBurst(of);
        const ctx = modelContext(row);
        await windowsPace.run(key, () =>
          recomputeWindows(store, ctx, due.starts, nowMs, { estimators: estimatorsOf(store, db, ctx), stopping }),
        );
        if (stopping()) return; // they stay marked
        await clearDirty(db, projectId, model, due);
        await live.publish({ projectId, type: 'window', model });
        if ((news.of(of) ?? ROWS_MATERIAL) >= ROWS_MATERIAL) await queue.ask('look', of);
        await queue.ask('review', of, REVIEW_AFTER_MS);
        await queue.ask('profiles', of, PROFILE_AFTER_MS);
        await queue.ask('slices', of, SLICES_AFTER_MS);
      });
    },

    async profiles({ projectId, model }) {
      const of = { projectId, model };
      const key = keyOf(of);
      if (!(await isTurn(shift, { name: 'profiles', of, pace: profilesPace, burstMs: SETTLE_MS }))) return;
      const row = await findModelRow(db, projectId, model);
      if (!row) return;
      const nowMs = Date.now();
      const all = nowMs - (profiledAll.get(key) ?? 0) > PROFILE_ALL_EVERY_MS;
      const kept = await withLease(db, `profiles:${projectId}:${model}`, instance, () =>
        profilesPace.run(key, () =>
          profileHours(context, modelContext(row), nowMs, { sinceMs: all ? 0 : nowMs - PROFILE_BACK_MS, stopping }),
        ),
      );
      if (kept && all && !kept.more) profiledAll.set(key, nowMs);
      if (kept?.more) await queue.ask('profiles', of, PROFILE_AFTER_MS);
    },

    async slices({ projectId, model }) {
      const of = { projectId, model };
      if (!(await isTurn(shift, { name: 'slices', of, pace: slicesPace, burstMs: SETTLE_MS }))) return;
      const row = await findModelRow(db, projectId, model);
      if (!row) return;
      const searched = await withLease(db, `slices:${projectId}:${model}`, instance, () =>
        slicesPace.run(keyOf(of), () => searchNext(context, modelContext(row), Date.now())),
      );
      if (searched?.more) await queue.ask('slices', of, SLICES_AFTER_MS);
    },
  };
}
