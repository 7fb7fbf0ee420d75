import type { EventStore } from '@plumbline/clickhouse';
import { type ExportQuestion, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';

/** Refuses at once what could only fail later, or would be a column of nothing: names that no event had, and a boundary where there is none. */
export async function assertExportable(store: EventStore, model: ModelContext, q: ExportQuestion): Promise<void> {
  if (q.order === 'boundary' && model.task === 'regression')
    throw new PlumblineError(
      'invalid_request',
      `${model.model} predicts values: nothing is decided, so there is no boundary. Use another order.`,
    );
  if (q.spreadsheet_safe && q.format !== 'csv')
    throw new PlumblineError('invalid_request', 'spreadsheet_safe is for CSV; the other formats know no formulas.');
  const named = (prefix: string) =>
    (q.columns ?? []).filter((c) => c.startsWith(prefix) && !c.endsWith('.*')).map((c) => c.slice(prefix.length));
  const asked = [
    ...named('features.').map((name) => ({ kind: 'feature', name })),
    ...named('tags.').map((name) => ({ kind: 'tag', name })),
  ];
  if (asked.length === 0) return;
  const known = await store.query<{ kind: string; name: string }>(
    `SELECT DISTINCT toString(kind) AS kind, name FROM ${store.database}.catalog
     WHERE project = {project:String} AND model = {model:String} AND name IN {names:Array(String)}`,
    { project: model.projectId, model: model.model, names: asked.map((a) => a.name) },
  );
  const seen = new Set(known.map(({ kind, name }) => `${kind}.${name}`));
  const missing = asked.find(
    ({ kind, name }) => !seen.has(`${kind}.${name}`) && !(kind === 'feature' && Object.hasOwn(model.features, name)),
  );
  if (missing)
    throw new PlumblineError(
      'invalid_request',
      `${model.model} has no ${missing.kind} '${missing.name.slice(0, 100)}'. GET /v1/models/${model.model} lists its schema.`,
    );
}
