import type { EventStore } from '@plumbline/clickhouse';
import type { RowOrder } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds, orderKey, rowsSql, type Selection } from '@plumbline/rows';
import { type Bucket, gather, hashRanges } from './buckets.js';

type Ranks = { from: bigint; to: bigint };
/**
 * Rows that are read and written at once, in their order; `of` counts those that may be among them. `ranks`: only those in
 * `[from, to)`; `ids`: of one rank only these.
 */
export type Part = { selection: Selection; of: number; ranks?: Ranks; ids?: { from?: string; to?: string } };
export type Order = { order: RowOrder; seed: number };

const STEPS_MS = [3_600_000, 1_000, 1];
export const READ_S = 300;

/** Rows that the selection has at most, whatever their labels are. */
export async function countRows(store: EventStore, model: ModelContext, selection: Selection): Promise<number> {
  const binds = new Binds();
  const rows = rowsSql(store, model, unlabelled(selection), [], binds);
  const [found] = await store.query<{ n: number }>(`SELECT count() AS n FROM (${rows})`, binds.params, {
    heavy: true,
    timeoutS: READ_S,
  });
  return Number(found?.n ?? 0);
}

/**
 * Cuts the rows of a selection, in the order of time, into parts of at most about `rowsMax`: hours are put together, a full one is
 * cut into seconds, then milliseconds, and rows of one instant by the hashes of their ids.
 */
export async function* partsByTime(
  store: EventStore,
  model: ModelContext,
  selection: Selection,
  rowsMax: number,
  [stepMs, ...finer]: readonly number[] = STEPS_MS,
): AsyncGenerator<Part> {
  const binds = new Binds();
  const rows = rowsSql(store, model, unlabelled(selection), [], binds);
  const step = binds.bind(stepMs, 'UInt32');
  const buckets = await count(store, `SELECT intDiv(ms, ${step}) * ${step} AS bucket FROM (${rows})`, binds);
  const range = { from: BigInt(selection.from), to: BigInt(selection.to) };
  for (const span of gather(buckets, BigInt(stepMs!), rowsMax, range)) {
    const within = { ...selection, from: Number(span.from), to: Number(span.to) };
    if (!span.large) yield { selection: within, of: span.n };
    else if (finer.length > 0) yield* partsByTime(store, model, within, rowsMax, finer);
    else yield* byHash({ selection: within, of: span.n }, rowsMax);
  }
}

/** Rows that lie at the same place, by the hashes of their ids. */
function* byHash(part: Part, rowsMax: number): Generator<Part> {
  const ranges = hashRanges(Math.ceil(part.of / rowsMax));
  for (const hashes of ranges) yield { ...part, selection: { ...part.selection, hashes }, of: part.of / ranges.length };
}

async function count(store: EventStore, bucketsSql: string, binds: Binds): Promise<Bucket[]> {
  const found = await store.query<{ start: string; n: number }>(
    `SELECT toString(bucket) AS start, count() AS n FROM (${bucketsSql}) GROUP BY bucket ORDER BY bucket`,
    binds.params,
    { heavy: true, timeoutS: READ_S },
  );
  return found.map(({ start, n }) => ({ start: BigInt(start), n: Number(n) }));
}

/** Which rows may be among them: nothing of labels is read, and copies count. */
const unlabelled = ({ sources: _, ...selection }: Selection): Selection => ({
  ...selection,
  filters: (selection.filters ?? []).filter((f) => f.field !== 'label'),
  unlabelled: true,
  unique: true,
});

/** All ranks, and how finely they are told apart. */
const RANKS = { from: 0n, to: 2n ** 64n };
const SHIFTS = [40, 20, 0];

/**
 * Where a row stands in an order, as 64 bits that ascend with it; NULL if it has no place. Numbers from 0 on are in the order of their bits.
 */
export function rankSql(order: RowOrder, model: ModelContext, seed: number, binds: Binds) {
  const { key, direction, needs } = orderKey(order, model, seed, binds);
  const bits = `reinterpretAsUInt64(assumeNotNull(${key}) + 0.)`;
  return { needs, rank: `if(isNull(${key}), NULL, ${direction === 'DESC' ? `bitNot(${bits})` : bits})` };
}

/** The rows of an order that is not that of time in parts likewise: ranks are put together, and cut where many rows have nearly the same. */
export async function* partsInOrder(
  store: EventStore,
  model: ModelContext,
  selection: Selection,
  by: Order,
  rowsMax: number,
  ranks = RANKS,
  [shift, ...finer]: readonly number[] = SHIFTS,
): AsyncGenerator<Part> {
  const binds = new Binds();
  const ranked = rankedSql(store, model, { selection, ranks }, by, binds);
  const bucket = `bitShiftLeft(bitShiftRight(assumeNotNull(_rank), ${shift}), ${shift})`;
  const buckets = await count(store, `SELECT ${bucket} AS bucket FROM (${ranked})`, binds);
  for (const span of gather(buckets, 1n << BigInt(shift!), rowsMax, ranks)) {
    const part = { selection, of: span.n, ranks: { from: span.from, to: span.to } };
    if (!span.large) yield part;
    else if (finer.length > 0) yield* partsInOrder(store, model, selection, by, rowsMax, part.ranks, finer);
    else yield* partsById(store, model, part, by, rowsMax);
  }
}

/** Rows of one rank by their ids, as they are sorted. */
async function* partsById(
  store: EventStore,
  model: ModelContext,
  part: Part & { ranks: Ranks },
  by: Order,
  rowsMax: number,
): AsyncGenerator<Part> {
  const binds = new Binds();
  const found = await store.query<{ id: string }>(
    `SELECT DISTINCT id FROM (
       SELECT id, rowNumberInAllBlocks() AS place FROM (SELECT prediction_id AS id FROM (${rankedSql(store, model, part, by, binds)}) ORDER BY id)
     ) WHERE place > 0 AND place % ${binds.bind(rowsMax, 'UInt32')} = 0 ORDER BY id`,
    binds.params,
    { heavy: true, timeoutS: READ_S },
  );
  const cuts = found.map(({ id }) => id);
  for (const [i, to] of [...cuts, undefined].entries())
    yield { ...part, of: part.of / (cuts.length + 1), ids: { from: cuts[i - 1], to } };
}

/** The rows with these ranks, whatever else they have: labels only if the order asks for them. */
function rankedSql(
  store: EventStore,
  model: ModelContext,
  { selection, ranks }: { selection: Selection; ranks: Ranks },
  { order, seed }: Order,
  binds: Binds,
): string {
  const { rank, needs } = rankSql(order, model, seed, binds);
  const rows = rowsSql(store, model, order === 'error' ? selection : unlabelled(selection), needs, binds);
  return `SELECT * FROM (SELECT prediction_id, ${rank} AS _rank FROM (${rows})) WHERE ${betweenSql(ranks, binds)}`;
}

/** The condition that the rank (column `_rank`) lies between these. */
export const betweenSql = ({ from, to }: Ranks, binds: Binds): string =>
  `isNotNull(_rank) AND _rank BETWEEN ${binds.bind(String(from), 'UInt64')} AND ${binds.bind(String(to - 1n), 'UInt64')}`;
