import type { EventStore } from '@plumbline/clickhouse';
import { type Batch, type BatchKind, ids, span } from './batches.js';

const TIMEOUT_S = 300;
const OUTCOMES =
  'project, model, prediction_id, ts, ts_given, prediction_ts, label, label_num, source, received_at, batch_id';
const MINE = 'project = {project:String} AND model = {model:String} AND batch_id IN {batches:Array(String)}';

/** SQL of the new rows of `{batches:Array(String)}` as a table: small, whatever else lies in their hours. */
export const arrivedSql = (database: string, kind: BatchKind): string =>
  kind === 'outcomes'
    ? `(SELECT * FROM ${database}.arrived_outcomes WHERE ${MINE})`
    : `(SELECT batch_id, version, prediction_id, fromUnixTimestamp64Milli(_ms, 'UTC') AS ts
        FROM ${database}.arrived_predictions ARRAY JOIN ids AS prediction_id, times AS _ms WHERE ${MINE})`;

/**
 * Sees to it that the log of arrivals holds all rows of these batches. Whose writer died before it wrote them down, or which
 * waited until the log had expired, is taken from the stored rows again, with the names that it brought.
 */
export async function completeArrivals(
  store: EventStore,
  project: string,
  model: string,
  kind: BatchKind,
  batches: readonly Batch[],
): Promise<void> {
  if (batches.length === 0) return;
  const counted = await store.query<{ batch_id: string; n: number }>(
    `SELECT batch_id, ${kind === 'predictions' ? 'sum(length(ids))' : 'count()'} AS n FROM ${store.database}.arrived_${kind} WHERE ${MINE} GROUP BY batch_id`,
    { project, model, batches: ids(batches) },
  );
  const there = new Map(counted.map((c) => [c.batch_id, Number(c.n)]));
  const short = batches.filter((b) => (there.get(b.batch_id) ?? 0) < Number(b.rows));
  if (short.length === 0) return;
  const stored = `${store.database}.${kind} WHERE ${MINE} ${kind === 'predictions' ? `AND ts >= {from:DateTime64(3,'UTC')} AND ts <= {to:DateTime64(3,'UTC')}` : ''}`;
  const params = { project, model, batches: ids(short), ...span(short) };
  if (kind === 'predictions')
    await store.command(catalogueSql(store.database, stored), params, { timeoutS: TIMEOUT_S });
  await store.command(
    kind === 'predictions'
      ? `INSERT INTO ${store.database}.arrived_predictions (project, model, version, batch_id, ids, times)
         SELECT project, model, version, batch_id, groupArray(prediction_id), groupArray(toUnixTimestamp64Milli(ts)) FROM ${stored} GROUP BY project, model, version, batch_id`
      : `INSERT INTO ${store.database}.arrived_outcomes (${OUTCOMES}) SELECT ${OUTCOMES} FROM ${stored}`,
    params,
    { timeoutS: TIMEOUT_S },
  );
}

/** Names and types of stored rows: grouped by their sets of names first, of which there are few, in one scan. */
const catalogueSql = (database: string, rows: string) => `
  INSERT INTO ${database}.catalog (project, model, version, kind, name, type, first_ts, last_ts)
  SELECT {project:String}, {model:String}, version, entry.1, entry.2,
         if(entry.3 = 'text', if(min(entry.4) = 1, 'boolean', 'categorical'), entry.3), min(_first), max(_last)
  FROM (
    SELECT version, _first, _last, arrayJoin(arrayConcat(
      [('version', toString(version), '', 0)], arrayMap(k -> ('class', k, '', 0), arrayDistinct(arrayPushBack(_scored, toString(class)))),
      arrayMap(k -> ('tag', k, '', 0), _tags), arrayMap(k -> ('feature', k, 'numeric', 0), _nums),
      arrayMap(k -> ('feature', k, 'embedding', 0), _vectors), arrayMap(k -> ('feature', k, 'null', 0), _nulls),
      arrayMap((k, b) -> ('feature', k, 'text', b), _cats, _booleans))) AS entry
    FROM (
      SELECT version, class, mapKeys(tags) AS _tags, mapKeys(nums) AS _nums, mapKeys(vectors) AS _vectors, nulls AS _nulls,
             mapKeys(cats) AS _cats, arrayMap(v -> v IN ('true', 'false'), mapValues(cats)) AS _booleans,
             groupUniqArrayArray(mapKeys(scores)) AS _scored, min(ts) AS _first, max(ts) AS _last
      FROM ${rows} GROUP BY version, class, _tags, _nums, _vectors, _nulls, _cats, _booleans))
  GROUP BY version, entry.1, entry.2, entry.3`;
