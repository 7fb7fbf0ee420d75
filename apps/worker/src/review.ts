import { noteRevisions } from '@plumbline/alerts';
import { type ModelContext, withLease } from '@plumbline/control';
import {
  bodyOf,
  computedSince,
  concludedOf,
  inForce,
  monitorsOfModel,
  type Probes,
  type Revision,
  reviewMonitor,
  shareProbes,
} from '@plumbline/monitors';
import { stepMs } from '@plumbline/rows';
import type { Context } from '@plumbline/runtime';
import { dirtyStarts } from '@plumbline/windows';

/** Monitors whose verdicts of two weeks are in memory at a time. */
const AT_ONCE = 20;

/**
 * Rows and labels that came late may overturn what monitors had concluded: they judge those windows again, and an incident
 * whose verdict is another one now says so in its timeline. `more`: there are windows left for another time.
 */
export async function review(
  context: Context,
  probes: Probes,
  model: ModelContext,
  nowMs: number,
  stopping: () => boolean,
): Promise<{ more: boolean }> {
  const { control, store, instance, live, log } = context;
  // Read first: a window that is computed meanwhile asks for a review of its own when that is done.
  const dirty = new Set(await dirtyStarts(control.db, model, 0, nowMs));
  const all = await computedSince(store, model, stepMs(model.granularity), nowMs);
  const computed = all.filter((w) => !dirty.has(w.start));
  let more = false;
  if (computed.length === 0) return { more };
  const rows = await monitorsOfModel(control.db, model.projectId, model.model);
  const shared = shareProbes(probes, model, rows.map(bodyOf));
  await withLease(control.db, `review:${model.projectId}:${model.model}`, instance, async () => {
    for (let i = 0; i < rows.length; i += AT_ONCE) {
      const some = rows.slice(i, i + AT_ONCE);
      const ids = some.map((row) => row.id);
      const concluded = await concludedOf(store, model.projectId, ids, nowMs);
      for (const row of some) {
        if (stopping()) return;
        const body = inForce(bodyOf(row), { firing: false, calibrated: row.calibrated ?? null });
        const monitor = { id: row.id, body, concluded: concluded.get(row.id) ?? [] };
        const { revisions, ...rest } = await reviewMonitor(store, monitor, model, computed, shared, nowMs);
        more ||= rest.more;
        if (revisions.length === 0) continue;
        const noted = await control.db.transaction((tx) =>
          noteRevisions(tx, row.projectId, row, revisions.map(asNote), nowMs),
        );
        for (const id of noted)
          await live.publish({ projectId: row.projectId, type: 'incident', model: row.model, id });
        log.info({ monitor: row.name, model: row.model, verdicts: revisions.length }, 'verdicts changed afterwards');
      }
    }
  });
  return { more };
}

const WORDS = { ok: 'ok', bad: 'bad', no_data: 'without data', error: 'an error' } as const;
const minute = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/** A changed verdict as a sentence of the timeline. */
const asNote = ({ before, after }: Revision) => ({
  start: before.start,
  end: before.end,
  text: `${minute(before.start)} to ${minute(before.end)} UTC was ${WORDS[before.verdict]} and is ${WORDS[after.verdict]} with what came since: ${after.message}`,
});
