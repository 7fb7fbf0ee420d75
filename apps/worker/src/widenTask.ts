import { and, eq, type ModelRow, modelContext, models } from '@plumbline/control';
import { reseedMonitors } from '@plumbline/monitors';
import type { Context } from '@plumbline/runtime';
import { markAll } from '@plumbline/windows';

/**
 * A model that nobody declared is taken for what its first prediction looked like: one that says the class 0 has two classes. Should it
 * give classes alone, and another one than 0, 1, false or true later, it has more of them, and all of it is computed again as such.
 */
export async function widenTask({ store, control, live }: Context, row: ModelRow): Promise<ModelRow> {
  if (row.state !== 'discovered' || row.task !== 'binary') return row;
  const { projectId, name } = row;
  const params = { project: projectId, model: name };
  const mine = 'WHERE project = {project:String} AND model = {model:String}';
  const [other] = await store.query(
    `SELECT name FROM ${store.database}.catalog ${mine} AND kind = 'class' AND lower(name) NOT IN ('', '0', '1', 'false', 'true') LIMIT 1`,
    params,
  );
  if (!other) return row;
  const [scored] = await store.query(
    `SELECT 1 FROM ${store.database}.predictions ${mine} AND isNotNull(score) AND empty(scores) LIMIT 1`,
    params,
  );
  if (scored) return row;
  const widened = await control.db.transaction(async (tx) => {
    const [now] = await tx
      .update(models)
      .set({ task: 'multiclass', updatedAt: new Date() })
      .where(
        and(
          eq(models.projectId, projectId),
          eq(models.name, name),
          eq(models.state, 'discovered'),
          eq(models.task, 'binary'),
        ),
      )
      .returning();
    if (!now) return undefined;
    await markAll(store, tx, modelContext(now), Date.now());
    if (now.seeded) await reseedMonitors(tx, modelContext(row), modelContext(now));
    return now;
  });
  if (!widened) return row;
  await live.publish({ projectId, type: 'model', model: name });
  return widened;
}
