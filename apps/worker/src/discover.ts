import type { Task } from '@plumbline/contracts';
import { findModelRow, type ModelRow, models } from '@plumbline/control';
import type { Context } from '@plumbline/runtime';

/** A model whose events came while PostgreSQL was away: what it is follows from what it predicted. */
export async function discoverModel(
  { store, control }: Context,
  projectId: string,
  model: string,
): Promise<ModelRow | undefined> {
  const [seen] = await store.query<{ scores: number; score: number; value: number; coded: number; n: number }>(
    `SELECT countIf(length(mapKeys(scores)) > 0) AS scores, countIf(isNotNull(score)) AS score, countIf(isNotNull(value)) AS value, countIf(class IN ('0', '1', 'true', 'false')) AS coded, count() AS n
     FROM (SELECT scores, score, value, class FROM ${store.database}.predictions WHERE project = {project:String} AND model = {model:String} LIMIT 1000)`,
    { project: projectId, model },
  );
  if (!seen || Number(seen.n) === 0) return undefined;
  const task: Task =
    Number(seen.scores) > 0
      ? 'multiclass'
      : Number(seen.score) > 0
        ? 'binary'
        : Number(seen.value) > 0
          ? 'regression'
          : Number(seen.coded) === Number(seen.n)
            ? 'binary'
            : 'multiclass';
  await control.db.insert(models).values({ projectId, name: model, task, state: 'discovered' }).onConflictDoNothing();
  return findModelRow(control.db, projectId, model);
}
