import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { Binds, hasCopies, rowsSql, type Selection } from '@plumbline/rows';
import { SOURCE_COLUMNS, type Source } from './source.js';

/** Predictions as a source; `win` is the SQL of the start of a row's window. */
export async function predictionSource(
  store: EventStore,
  model: ModelContext,
  selection: Selection,
  win: string,
): Promise<Source> {
  const binds = new Binds();
  const unique = selection.unique ?? !(await hasCopies(store, model, selection));
  const rows = rowsSql(store, model, { ...selection, unique }, SOURCE_COLUMNS, binds);
  const labels = selection.unlabelled ? { unlabelled: true as const } : {};
  return { sql: `SELECT *, ${win} AS win FROM (${rows})`, params: binds.params, ...labels };
}
