import type { EventStore } from '@plumbline/clickhouse';
import { type ExportQuestion, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { knownFields, nearest } from '@plumbline/rows';

/** Refuses at once what could only fail later, or would be a column of nothing: names that no event had, and a boundary where there is none. */
export async function assertExportable(store: EventStore, model: ModelContext, q: ExportQuestion): Promise<void> {
  if (q.order === 'boundary' && model.task === 'regression')
    throw new PlumblineError(
      'invalid_request',
      `${model.model} predicts values: nothing is decided, so there is no boundary. Use another order.`,
    );
  if (q.spreadsheet_safe && q.format !== 'csv')
    throw new PlumblineError('invalid_request', 'spreadsheet_safe is for CSV; the other formats know no formulas.');
  const asked = (q.columns ?? []).filter((c) => /^(features|tags)\./.test(c) && !c.endsWith('.*'));
  if (asked.length === 0) return;
  const known = await knownFields(store, model);
  const all = [...known.fields.map(({ field }) => field), ...known.embeddings];
  const missing = asked.find((name) => !all.includes(name));
  if (missing === undefined) return;
  const near = nearest(missing, all);
  throw new PlumblineError(
    'invalid_request',
    `${model.model} has no '${missing.slice(0, 100)}'.${near ? ` Did you mean '${near}'?` : ''} GET /v1/models/${model.model} lists its schema.`,
  );
}
