import { type EventStore, storeTime } from '@plumbline/clickhouse';
import { newId } from '@plumbline/control';
import { arrivedSql } from './arrivals.js';
import { type Batch, ids } from './batches.js';

/** Beyond this many hours one pass over all ids is quicker than looking into each of them. */
const HOURS_MAX = 72;
const HOUR_MS = 3_600_000;
const TIMEOUT_S = 300;
/** A version that had ended this long before an id was made has no prediction of that id. */
const ENDED_MS = 86_400_000;

/** When the prediction was made, by the client's hint or by its id; NULL if neither tells. */
const HINT = `multiIf(isNotNull(prediction_ts), prediction_ts,
  match(prediction_id, '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-7[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$'),
  toNullable(UUIDv7ToDateTime(toUUIDOrZero(prediction_id), 'UTC')), NULL)`;

/**
 * Finds the predictions of the new outcomes of these batches and writes both down side by side under a run of their own,
 * whose name it answers. Where hints point into few hours these are searched first; what is not found there in every
 * version that could have it, is sought among all ids.
 */
export async function locate(
  store: EventStore,
  project: string,
  model: string,
  batches: readonly Batch[],
): Promise<string> {
  const db = store.database;
  const run = newId();
  const fresh = arrivedSql(db, 'outcomes');
  const params = { project, model, batches: ids(batches), run };
  const write = (where: string, outcomes: string, more: Record<string, unknown> = {}) =>
    store.command(
      `INSERT INTO ${db}.located (project, model, run, prediction_id, version, ts, outcome_ts, outcome_received_at, label, label_num, source)
       SELECT {project:String}, {model:String}, {run:String}, o.prediction_id, p.version, p.ts, o.ts, o.received_at, o.label, o.label_num, o.source
       FROM (SELECT id_a, id_b, version, ts FROM ${db}.predictions WHERE project = {project:String} AND model = {model:String} ${where}) AS p
       INNER JOIN (SELECT cityHash64(prediction_id) AS id_a, xxh3(prediction_id) AS id_b, prediction_id, ts, received_at, label, label_num, source FROM ${outcomes}) AS o
         ON p.id_a = o.id_a AND p.id_b = o.id_b`,
      { ...params, ...more },
      { timeoutS: TIMEOUT_S },
    );

  const hours = await hintedHours(store, fresh, params);
  if (hours.length === 0) {
    await write('', fresh);
    return run;
  }
  await write(
    `AND ts >= {from:DateTime64(3,'UTC')} AND ts < {to:DateTime64(3,'UTC')} AND toStartOfHour(ts) IN {hours:Array(DateTime('UTC'))}`,
    fresh,
    {
      hours: hours.map((h) => h / 1000),
      from: storeTime(Math.max(0, Math.min(...hours))),
      to: storeTime(Math.max(...hours) + HOUR_MS),
    },
  );
  const lasts = await lastTimes(store, project, model);
  const found = `SELECT prediction_id, uniqExact(version) AS versions FROM ${db}.located WHERE project = {project:String} AND model = {model:String} AND run = {run:String} GROUP BY prediction_id`;
  const rest = `(
    SELECT _o.prediction_id AS prediction_id, ts, received_at, label, label_num, source FROM (
      SELECT *, ${HINT} AS hint FROM ${fresh}) AS _o
    LEFT JOIN (${found}) AS _f ON _f.prediction_id = _o.prediction_id
    WHERE _f.versions < if(isNull(hint), 1000000, greatest(1, arrayCount(l -> l >= toUnixTimestamp64Milli(assumeNotNull(hint)) - ${ENDED_MS}, {lasts:Array(Int64)}))))`;
  const [left] = await store.query<{ n: number }>(
    `SELECT count() AS n FROM ${rest} AS _rest`,
    { ...params, lasts },
    { timeoutS: TIMEOUT_S },
  );
  if (Number(left?.n ?? 0) > 0) await write('', `${rest} AS _rest`, { lasts });
  return run;
}

/** Hours (epoch ms) to which hints point, with their neighbours; none if there are no hints or they point everywhere. */
async function hintedHours(store: EventStore, fresh: string, params: Record<string, unknown>): Promise<number[]> {
  const rows = await store.query<{ hour: number }>(
    `SELECT DISTINCT intDiv(toUnixTimestamp64Milli(assumeNotNull(hint)), ${HOUR_MS}) AS hour FROM (SELECT ${HINT} AS hint FROM ${fresh})
     WHERE isNotNull(hint) LIMIT ${HOURS_MAX + 1}`,
    params,
    { timeoutS: TIMEOUT_S },
  );
  if (rows.length > HOURS_MAX) return [];
  const hours = new Set(rows.flatMap(({ hour }) => [-1, 0, 1].map((d) => (Number(hour) + d) * HOUR_MS)));
  return [...hours].filter((h) => h >= 0);
}

/** When each version of the model was seen last. */
async function lastTimes(store: EventStore, project: string, model: string): Promise<number[]> {
  const rows = await store.query<{ last: number }>(
    `SELECT toUnixTimestamp64Milli(max(last_ts)) AS last FROM ${store.database}.catalog
     WHERE project = {project:String} AND model = {model:String} AND kind = 'version' GROUP BY version LIMIT 10000`,
    { project, model },
  );
  return rows.map((r) => Number(r.last));
}
