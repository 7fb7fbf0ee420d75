import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { Binds } from './fields.js';
import { IDENTITY, rowsSql, type Selection } from './rows.js';

/**
 * Is any prediction of the selection stored more than once? Hardly ever: only until a repetition is compared or merged. Asked
 * before several scans of the same rows, it spares each of them from telling rows apart, which only one thread can do.
 */
export async function hasCopies(store: EventStore, model: ModelContext, selection: Selection): Promise<boolean> {
  const binds = new Binds();
  const rows = rowsSql(store, model, { ...selection, unlabelled: true, unique: true }, ['id_a', 'id_b'], binds);
  const found = await store.query(
    `SELECT 1 AS one FROM (SELECT ${IDENTITY} FROM (${rows}) GROUP BY _a, _b HAVING count() > 1 LIMIT 1)`,
    binds.params,
    { heavy: true },
  );
  return found.length > 0;
}
