import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';

const CLASSES_MAX = 10_000;

/** The classes of a model: as declared; else all that were predicted or had a score, and of more than two also those that were labels. */
export async function classesOf(store: EventStore, model: ModelContext): Promise<string[]> {
  if (model.classes.length > 0) return model.classes;
  const mine = 'WHERE project = {project:String} AND model = {model:String}';
  const seen = await store.query<{ name: string }>(
    `SELECT DISTINCT name FROM (
       SELECT name FROM ${store.database}.catalog ${mine} AND kind = 'class'
       ${model.task === 'multiclass' ? `UNION ALL SELECT label AS name FROM ${store.database}.labels ${mine}` : ''})
     WHERE name != '' ORDER BY name LIMIT ${CLASSES_MAX}`,
    { project: model.projectId, model: model.model },
  );
  return seen.map(({ name }) => name);
}
