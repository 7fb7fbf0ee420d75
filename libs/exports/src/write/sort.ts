import type { EventStore } from '@plumbline/clickhouse';
import type { RowOrder } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds, type Column, orderKey, rowsSql, type Selection } from '@plumbline/rows';
import type { FileKey } from './chunks.js';
import { type Part, READ, spansOfTime } from './parts.js';

export type Order = { order: RowOrder; seed: number };

/** Rows whose places are counted at once: few columns are read for that. */
const COUNTED_AT_ONCE = 500_000;
/** Places that are told apart when the first rows are looked for: 12 bits of the number behind each. */
const BUCKET_BITS = 40;

const ALWAYS = ['prediction_id', 'version', 'ts', 'has_label', 'label', 'label_num', 'label_source', 'outcome_ms'];

export type Sorting = {
  by: Order & { limit?: number };
  /** Columns that the parts are asked for. */
  needs: readonly Column[];
  /** Rows of a part, and rows that are put in order at once. */
  rowsMax: number;
  sortedAtOnce: number;
  /** Told how many rows have been looked at since; what it throws ends the work. */
  tell: (rows: number) => Promise<void>;
};

/**
 * The rows of a selection in an order other than that of time, in parts of `rowsMax`; rows without a place are left out, and those behind
 * the limit. Rows are read once, oldest first, and written to `export_rows`, whose sort key is the order; from there the parts are read.
 */
export async function* partsInOrder(
  store: EventStore,
  model: ModelContext,
  key: FileKey,
  selection: Selection,
  how: Sorting,
): AsyncGenerator<Part> {
  const server = await serverOf(store);
  await sortRows(store, model, key, selection, how);
  yield* sortedParts(store, key, how);
  if ((await serverOf(store)) !== server)
    throw new Error('another server took over while rows were put in order: it may not have had all of them');
}

/** Which of several replicas answers. */
async function serverOf(store: EventStore): Promise<string> {
  const [row] = await store.query<{ server: string }>('SELECT hostName() AS server');
  return row!.server;
}

async function sortRows(
  store: EventStore,
  model: ModelContext,
  key: FileKey,
  selection: Selection,
  { by, needs, sortedAtOnce, tell }: Sorting,
): Promise<void> {
  const last = by.limit === undefined ? null : await lastPlace(store, model, selection, by, by.limit, tell);
  for await (const span of spansOfTime(store, model, selection, sortedAtOnce)) {
    const binds = new Binds();
    const rows = placedSql(store, model, span.selection, by, needs, binds);
    const kept = last === null ? '' : ` AND _place <= ${binds.bind(String(last), 'UInt64')}`;
    const columns = [...ALWAYS, ...needs].join(', ');
    const mine = [key.projectId, key.model, key.exportId, key.run].map((name) => binds.bind(name, 'String'));
    await store.command(
      `INSERT INTO ${store.database}.export_rows (project, model, export, run, place, ${columns})
       SELECT ${mine.join(', ')}, assumeNotNull(_place), ${columns} FROM (${rows}) WHERE isNotNull(_place)${kept}`,
      binds.params,
      READ,
    );
    await tell(span.of);
  }
}

/** A place behind which none of the first `limit` rows is; null if there are not so many. */
async function lastPlace(
  store: EventStore,
  model: ModelContext,
  selection: Selection,
  by: Order,
  limit: number,
  tell: Sorting['tell'],
): Promise<bigint | null> {
  const counts = new Map<bigint, number>();
  for await (const span of spansOfTime(store, model, selection, COUNTED_AT_ONCE)) {
    const binds = new Binds();
    const found = await store.query<{ bucket: string; n: number }>(
      `SELECT toString(bitShiftRight(assumeNotNull(_place), ${BUCKET_BITS})) AS bucket, count() AS n
       FROM (${placedSql(store, model, span.selection, by, [], binds)}) WHERE isNotNull(_place) GROUP BY bucket`,
      binds.params,
      READ,
    );
    for (const { bucket, n } of found) counts.set(BigInt(bucket), (counts.get(BigInt(bucket)) ?? 0) + Number(n));
    await tell(0);
  }
  let rows = 0;
  for (const [bucket, n] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    rows += n;
    if (rows >= limit) return ((bucket + 1n) << BigInt(BUCKET_BITS)) - 1n;
  }
  return null;
}

function placedSql(
  store: EventStore,
  model: ModelContext,
  selection: Selection,
  { order, seed }: Order,
  needs: readonly Column[],
  binds: Binds,
): string {
  const { key, direction, needs: own } = orderKey(order, model, seed, binds);
  return `SELECT *, ${placeSql(key, direction)} AS _place FROM (${rowsSql(store, model, selection, [...new Set([...needs, ...own])], binds)})`;
}

/** The number as 64 bits that ascend in the order; NULL without one. The bits of numbers ascend with them from 0 on, and descend below. */
export function placeSql(key: string, direction: 'ASC' | 'DESC'): string {
  const number = `(assumeNotNull(${key}) + 0.)`; // so that there is one 0
  const bits = `reinterpretAsUInt64(${number})`;
  const ascending = `if(${number} < 0, bitNot(${bits}), bitOr(${bits}, bitShiftLeft(toUInt64(1), 63)))`;
  return `if(isNull(${key}), NULL, ${direction === 'DESC' ? `bitNot(${ascending})` : ascending})`;
}

type Place = { place: string; id: string; version: string };
const KEY = 'place, prediction_id, version';

export async function* sortedParts(
  store: EventStore,
  key: FileKey,
  { rowsMax, by }: { rowsMax: number; by: { limit?: number } },
): AsyncGenerator<Part> {
  const counting = new Binds();
  const [found] = await store.query<{ n: number }>(
    `SELECT count() AS n FROM ${sortedSql(store, key, counting)}`,
    counting.params,
    READ,
  );
  const all = Math.min(Number(found?.n ?? 0), by.limit ?? Number.POSITIVE_INFINITY);
  const starts = await startsOf(store, key, rowsMax);
  for (const [i, start] of starts.slice(0, Math.ceil(all / rowsMax)).entries()) {
    const next = starts[i + 1];
    yield {
      of: Math.min(rowsMax, all - i * rowsMax),
      exact: true,
      order: KEY,
      rows: (needs, binds) =>
        `SELECT ${[...ALWAYS, ...needs].join(', ')}, place, toUnixTimestamp64Milli(ts) AS ms
         FROM ${sortedSql(store, key, binds)} AND ${fromSql(start, binds)}${next ? ` AND ${beforeSql(next, binds)}` : ''}`,
    };
  }
}

/** Where each part begins: of the keys in their order every so many. */
async function startsOf(store: EventStore, key: FileKey, rowsMax: number): Promise<Place[]> {
  const binds = new Binds();
  const sorted = `SELECT ${KEY} FROM ${sortedSql(store, key, binds)} ORDER BY ${KEY}`;
  return store.query<Place>(
    `SELECT toString(place) AS place, prediction_id AS id, toString(version) AS version
     FROM (SELECT *, rowNumberInAllBlocks() AS _n FROM (${sorted})) WHERE _n % ${binds.bind(rowsMax, 'UInt32')} = 0`,
    binds.params,
    READ,
  );
}

function sortedSql(store: EventStore, { projectId, model, exportId, run }: FileKey, binds: Binds): string {
  const is = (column: string, name: string) => `${column} = ${binds.bind(name, 'String')}`;
  return `${store.database}.export_rows WHERE ${is('project', projectId)} AND ${is('model', model)} AND ${is('export', exportId)} AND ${is('run', run)}`;
}

const tuple = ({ place, id, version }: Place, binds: Binds): string =>
  `(${binds.bind(place, 'UInt64')}, ${binds.bind(id, 'String')}, ${binds.bind(version, 'String')})`;
/** The engine finds rows by comparisons of single columns, not of tuples: these say the same but for the version. */
function fromSql(start: Place, binds: Binds): string {
  const [place, id] = [binds.bind(start.place, 'UInt64'), binds.bind(start.id, 'String')];
  return `place >= ${place} AND (place > ${place} OR prediction_id >= ${id}) AND (${KEY}) >= ${tuple(start, binds)}`;
}
function beforeSql(end: Place, binds: Binds): string {
  const [place, id] = [binds.bind(end.place, 'UInt64'), binds.bind(end.id, 'String')];
  return `place <= ${place} AND (place < ${place} OR prediction_id <= ${id}) AND (${KEY}) < ${tuple(end, binds)}`;
}

/** Drops the sorted rows of a run. */
export async function dropSorted(store: EventStore, key: FileKey): Promise<void> {
  const binds = new Binds();
  const found = await store.query(`SELECT 1 AS one FROM ${sortedSql(store, key, binds)} LIMIT 1`, binds.params);
  if (found.length > 0)
    await store.command(`ALTER TABLE ${store.database}.export_rows DROP PARTITION {run:String}`, { run: key.run });
}
