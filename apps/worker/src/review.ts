import { noteRevisions } from '@plumbline/alerts';
import { type ModelContext, withLease } from '@plumbline/control';
import {
  bodyOf,
  computedSince,
  inForce,
  monitorsOfModel,
  type Probes,
  type Revision,
  reviewMonitor,
} from '@plumbline/monitors';
import { stepMs } from '@plumbline/rows';
import type { Context } from '@plumbline/runtime';

/**
 * Rows and labels that came late may overturn what monitors had concluded: they judge those windows again, and an incident
 * whose verdict is another one now says so in its timeline.
 */
export async function review(
  context: Context,
  probes: Probes,
  model: ModelContext,
  nowMs: number,
  stopping: () => boolean,
): Promise<void> {
  const { control, store, instance, live, log } = context;
  const computed = await computedSince(store, model, stepMs(model.granularity), nowMs);
  if (computed.length === 0) return;
  for (const row of await monitorsOfModel(control.db, model.projectId, model.model)) {
    if (stopping()) return;
    await withLease(control.db, `review:${row.id}`, instance, async () => {
      const body = inForce(bodyOf(row), { firing: false, calibrated: row.calibrated ?? null });
      const revisions = await reviewMonitor(store, { id: row.id, body }, model, computed, probes, nowMs);
      if (revisions.length === 0) return;
      const noted = await control.db.transaction((tx) =>
        noteRevisions(tx, row.projectId, row, revisions.map(asNote), nowMs),
      );
      for (const id of noted) await live.publish({ projectId: row.projectId, type: 'incident', model: row.model, id });
      log.info({ monitor: row.name, model: row.model, verdicts: revisions.length }, 'verdicts changed afterwards');
    });
  }
}

const WORDS = { ok: 'ok', bad: 'bad', no_data: 'without data', error: 'an error' } as const;
const minute = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/** A changed verdict as a sentence of the timeline. */
const asNote = ({ before, after }: Revision) => ({
  start: before.start,
  end: before.end,
  text: `${minute(before.start)} to ${minute(before.end)} UTC was ${WORDS[before.verdict]} and is ${WORDS[after.verdict]} with what came since: ${after.message}`,
});
