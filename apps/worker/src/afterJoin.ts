import { and, eq, findModelRow, isNull, modelContext, models } from '@plumbline/control';
import { seedMonitors } from '@plumbline/monitors';
import type { Context } from '@plumbline/runtime';
import { markDirty } from '@plumbline/windows';
import { discoverModel } from './discover.js';
import { widenTask } from './widenTask.js';

/**
 * What new rows mean for the control plane: the model exists, is known to be live, has its starter monitors, and its
 * touched windows are marked. Every step may be repeated.
 */
export async function afterJoin(
  context: Context,
  projectId: string,
  model: string,
  joined: { hours: number[]; liveAtMs: number | null },
): Promise<void> {
  const { db } = context.control;
  const known = (await findModelRow(db, projectId, model)) ?? (await discoverModel(context, projectId, model));
  if (!known) return; // outcomes of a model that has no prediction yet
  const row = await widenTask(context, known);
  const ctx = modelContext(row);
  const mine = and(eq(models.projectId, projectId), eq(models.name, model));
  if (joined.liveAtMs !== null && !row.liveSince)
    await db
      .update(models)
      .set({ liveSince: new Date(joined.liveAtMs) })
      .where(and(mine, isNull(models.liveSince)));
  if (!row.seeded) {
    await db.transaction(async (tx) => {
      await seedMonitors(tx, ctx);
      await tx.update(models).set({ seeded: true }).where(mine);
    });
    await context.live.publish({ projectId, type: 'model', model });
  }
  await markDirty(db, ctx, joined.hours, Date.now());
}
