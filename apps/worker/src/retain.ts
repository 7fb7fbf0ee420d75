import { durationMs } from '@plumbline/contracts';
import { models } from '@plumbline/control';
import { deleteOld } from '@plumbline/labels';
import type { Context } from '@plumbline/runtime';

/** Deletes the events that models with a retention no longer keep. */
export async function retain({ control, store, log }: Context, nowMs: number, stopping: () => boolean): Promise<void> {
  for (const { projectId, name, spec } of await control.db.select().from(models)) {
    if (stopping()) return;
    if (!spec.retention) continue;
    const beforeMs = nowMs - durationMs(spec.retention);
    if (await deleteOld(store, projectId, name, beforeMs))
      log.info(
        { model: name, before: new Date(beforeMs).toISOString() },
        'events older than the retention were deleted',
      );
  }
}
