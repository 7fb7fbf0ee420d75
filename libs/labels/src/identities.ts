import { type EventStore, jsonLines, storeTime } from '@plumbline/clickhouse';
import { arrivedSql, completeArrivals } from './arrivals.js';
import { type Batch, ids as idsOf, joinedAmong, markDone, PENDING_MAX, uncomparedBatches } from './batches.js';

/** A stored row that came under an identity which an earlier row has. */
type Copy = {
  prediction_id: string;
  version: string;
  ts_ms: number;
  ts_given: boolean;
  received_ms: number;
  payload_hash: number;
  inverted_arrival: number;
  batch_id: string;
  body: string;
};
export type Compared = { batches: number; duplicates: number; conflicts: number; hours: number[]; more: boolean };

/** Rows compared in one go, and identities put right in one statement. */
const ROWS_MAX = 500_000;
const IDENTITIES_MAX = 10_000;
const HOUR_MS = 3_600_000;
const TIMEOUT_S = 300;

type Options = {
  /** Tells the rest of the system which hours change, before they do and once they have: whenever the process dies, they are known. */
  onChange?: (hours: number[]) => Promise<void>;
  /** Batches committed before are done. */
  sinceMs?: number;
  /** Runs what deletes rows while nobody joins this model; undefined if somebody does. */
  exclusively?: <T>(work: () => Promise<T>) => Promise<T | undefined>;
};

/**
 * Puts right what ingest could not know: an identity that memory had forgotten and that came again with a time in another
 * hour, or that two processes took at once. The first row stays; the others are deleted, and go to quarantine as `conflict` if they said
 * something else. Every step may be repeated. A join that has found a row may still write its label: hence `exclusively`.
 */
export async function compareIdentities(
  store: EventStore,
  projectId: string,
  model: string,
  nowMs: number,
  { onChange = async () => {}, sinceMs = 0, exclusively = (work) => work() }: Options = {},
): Promise<Compared> {
  const pending = await uncomparedBatches(store, projectId, model, sinceMs);
  const batches = take(pending);
  const compared: Compared = { batches: batches.length, duplicates: 0, conflicts: 0, hours: [], more: false };
  if (batches.length === 0) return compared;
  await completeArrivals(store, projectId, model, 'predictions', batches);
  const hours = new Set<number>();
  let ids = await idsWithCopies(store, projectId, model, batches, '');
  while (ids.length > 0) {
    const page = ids;
    const kept = await exclusively(() => keepFirst(store, projectId, model, page, nowMs, onChange));
    if (!kept) break;
    compared.duplicates += kept.duplicates;
    compared.conflicts += kept.conflicts;
    for (const hour of kept.touched) hours.add(hour);
    ids = await idsWithCopies(store, projectId, model, batches, page.at(-1)!);
  }
  compared.hours = [...hours];
  compared.more = ids.length > 0 || batches.length < pending.length || pending.length === PENDING_MAX;
  if (ids.length === 0) await markDone(store, projectId, model, batches, nowMs, 'identities');
  return compared;
}

function take(pending: readonly Batch[]): Batch[] {
  let rows = 0;
  return pending.filter((b, i) => {
    rows += Number(b.rows);
    return i === 0 || rows <= ROWS_MAX;
  });
}

/** Ids of new rows, in order from `after` on, under which there is more than one row of a version: one scan of the narrow columns. */
async function idsWithCopies(
  store: EventStore,
  project: string,
  model: string,
  batches: readonly Batch[],
  after: string,
): Promise<string[]> {
  const rows = await store.query<{ id: string }>(
    `SELECT DISTINCT prediction_id AS id FROM (
       SELECT prediction_id, version FROM ${store.database}.predictions
       WHERE project = {project:String} AND model = {model:String} AND prediction_id > {after:String} AND prediction_id IN (
         SELECT prediction_id FROM ${arrivedSql(store.database, 'predictions')})
       GROUP BY prediction_id, version HAVING count() > 1)
     ORDER BY id LIMIT ${IDENTITIES_MAX}`,
    { project, model, batches: idsOf(batches), after },
    { heavy: true, timeoutS: TIMEOUT_S },
  );
  return rows.map((r) => r.id);
}

/**
 * Of every identity the first row stays. A row that was not joined yet stays too, until its own batch is compared: joining it
 * would write a label for what is gone.
 */
async function keepFirst(
  store: EventStore,
  project: string,
  model: string,
  ids: readonly string[],
  nowMs: number,
  onChange: (hours: number[]) => Promise<void>,
) {
  const rows = await store.query<Copy>(
    `SELECT prediction_id, version, toUnixTimestamp64Milli(ts) AS ts_ms, ts_given, toUnixTimestamp64Milli(received_at) AS received_ms,
            payload_hash, inverted_arrival, batch_id,
            toJSONString(tuple(score, class, value, scores, nums, cats, nulls, vectors, tags, latency_ms)) AS body
     FROM ${store.database}.predictions
     WHERE project = {project:String} AND model = {model:String} AND prediction_id IN {ids:Array(String)}
     ORDER BY prediction_id, version, inverted_arrival DESC, payload_hash DESC`,
    { project, model, ids },
    { timeoutS: TIMEOUT_S },
  );
  const isJoined = await joinedAmong(store, project, model, new Set(rows.map((r) => r.batch_id)));
  const same: Copy[] = [];
  const other: Copy[] = [];
  const elsewhere: Copy[] = [];
  let first: Copy | undefined;
  for (const row of rows) {
    if (first?.prediction_id !== row.prediction_id || first.version !== row.version) {
      first = row;
      continue;
    }
    // The very same row written twice: merging makes one of it, deleting would make none.
    if (row.inverted_arrival === first.inverted_arrival && row.payload_hash === first.payload_hash) continue;
    if (!isJoined(row.batch_id)) continue;
    (saysTheSame(row, first) ? same : other).push(row);
    if (hourOf(row) !== hourOf(first)) elsewhere.push(row);
  }
  const gone = [...same, ...other];
  const touched = [...new Set(gone.map(hourOf))];
  if (gone.length > 0) {
    await quarantine(store, project, model, other, nowMs);
    await onChange(touched);
    await remove(store, project, model, gone, elsewhere);
    await onChange(touched);
  }
  return { duplicates: same.length, conflicts: other.length, touched };
}

const hourOf = (row: Copy): number => Math.floor(Number(row.ts_ms) / HOUR_MS) * HOUR_MS;

/** As ingest compares: a time that was not given takes no part. */
const saysTheSame = (a: Copy, b: Copy): boolean =>
  Number(a.payload_hash) === Number(b.payload_hash) &&
  (!a.ts_given || !b.ts_given || Number(a.ts_ms) === Number(b.ts_ms));

const MESSAGE =
  'Another payload was stored earlier under this model, version and prediction_id; the first one stays. Use a new prediction_id.';

/** Under an id made of the row, so that a repetition finds what it wrote before. */
async function quarantine(
  store: EventStore,
  project: string,
  model: string,
  rows: readonly Copy[],
  nowMs: number,
): Promise<void> {
  const named = new Map(rows.map((r) => [quarantineId(r), r]));
  if (named.size === 0) return;
  const there = await store.query<{ id: string }>(
    `SELECT id FROM ${store.database}.quarantine WHERE project = {project:String} AND id IN {ids:Array(String)}`,
    { project, ids: [...named.keys()] },
  );
  for (const { id } of there) named.delete(id);
  const lines = [...named].map(([id, row]) => ({
    project,
    id,
    kind: 'predictions',
    model,
    prediction_id: row.prediction_id,
    code: 'conflict',
    message: MESSAGE,
    body: eventOf(row, model),
    received_at: storeTime(nowMs),
  }));
  if (lines.length > 0) await store.insert('quarantine', jsonLines(lines));
}

/** Sorts among the ids that ingest makes: the time of arrival first, as in a UUIDv7. */
function quarantineId(row: Copy): string {
  const time = Number(row.received_ms).toString(16).padStart(12, '0');
  const rest = `${BigInt(row.inverted_arrival).toString(16)}${BigInt(row.payload_hash).toString(16)}`
    .padStart(20, '0')
    .slice(-19);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
}

type Values = Record<string, number> | Record<string, string>;
type Body = [
  number | null,
  string,
  number | null,
  Values,
  Values,
  Values,
  string[],
  Record<string, number[]>,
  Values,
  number | null,
];
/** The event that made the row, but for booleans, which have become text. */
function eventOf(row: Copy, model: string): string {
  const [score, chosen, value, scores, nums, cats, nulls, vectors, tags, latencyMs] = JSON.parse(row.body) as Body;
  const features = [nums, cats, vectors].flatMap((map) => Object.entries(map as Record<string, unknown>));
  return JSON.stringify({
    model,
    version: row.version,
    prediction_id: row.prediction_id,
    ...(row.ts_given ? { ts: new Date(Number(row.ts_ms)).toISOString() } : {}),
    features: Object.fromEntries([...features, ...nulls.map((name) => [name, null])]),
    prediction: {
      ...(score === null ? {} : { score }),
      ...(chosen === '' ? {} : { class: chosen }),
      ...(value === null ? {} : { value }),
      ...(Object.keys(scores).length === 0 ? {} : { scores }),
    },
    tags,
    ...(latencyMs === null ? {} : { latency_ms: latencyMs }),
  });
}

/** Deletes rows, and the labels of those that lie in another hour than the first row (of an hour, labels are one per identity). */
async function remove(
  store: EventStore,
  project: string,
  model: string,
  gone: readonly Copy[],
  elsewhere: readonly Copy[],
): Promise<void> {
  const named = (rows: readonly Copy[]) => ({
    project,
    model,
    ids: rows.map((r) => r.prediction_id),
    versions: rows.map((r) => r.version),
  });
  // Labels first: as long as the rows are there, a repetition finds them.
  if (elsewhere.length > 0)
    await store.command(
      `DELETE FROM ${store.database}.labels WHERE project = {project:String} AND model = {model:String} AND prediction_id IN {ids:Array(String)}
         AND (prediction_id, version, intDiv(toUnixTimestamp64Milli(ts), ${HOUR_MS})) IN
           (SELECT arrayJoin(arrayZip({ids:Array(String)}, {versions:Array(String)}, {hours:Array(Int64)})))`,
      { ...named(elsewhere), hours: elsewhere.map((r) => hourOf(r) / HOUR_MS) },
      { timeoutS: TIMEOUT_S },
    );
  await store.command(
    `DELETE FROM ${store.database}.predictions WHERE project = {project:String} AND model = {model:String} AND prediction_id IN {ids:Array(String)}
       AND (prediction_id, version, inverted_arrival, payload_hash) IN
         (SELECT arrayJoin(arrayZip({ids:Array(String)}, {versions:Array(String)}, {arrivals:Array(UInt64)}, {payloads:Array(UInt64)})))`,
    {
      ...named(gone),
      arrivals: gone.map((r) => Number(r.inverted_arrival)),
      payloads: gone.map((r) => Number(r.payload_hash)),
    },
    { timeoutS: TIMEOUT_S },
  );
}
