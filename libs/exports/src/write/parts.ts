import type { EventStore } from '@plumbline/clickhouse';
import type { RowOrder } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds, orderKey, rowsSql, type Selection } from '@plumbline/rows';
import { type Bucket, gather, hashRanges } from './buckets.js';

/** Rows that are read and written at once, in their order. `of` counts those that may be among them. */
export type Part = { selection: Selection; of: number; chosen?: readonly string[] };
export type Order = { order: RowOrder; seed: number; limit: number | null };

const STEPS_MS = [3_600_000, 1_000, 1];
/** Keys of ordered rows are looked up so many at a time, wherever in the range they lie. */
const CHOSEN_MAX = 20_000;
const HOUR_MS = 3_600_000;
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
  for (const span of gather(await bucketsOf(store, model, selection, stepMs!), stepMs!, rowsMax, selection)) {
    const within = { ...selection, from: span.from, to: span.to };
    if (!span.large) yield { selection: within, of: span.n };
    else if (finer.length > 0) yield* partsByTime(store, model, within, rowsMax, finer);
    else {
      const ranges = hashRanges(Math.ceil(span.n / rowsMax));
      for (const hashes of ranges) yield { selection: { ...within, hashes }, of: span.n / ranges.length };
    }
  }
}

async function bucketsOf(store: EventStore, model: ModelContext, selection: Selection, stepMs: number) {
  const binds = new Binds();
  const rows = rowsSql(store, model, unlabelled(selection), [], binds);
  const step = binds.bind(stepMs, 'UInt32');
  const found = await store.query<Bucket>(
    `SELECT intDiv(ms, ${step}) * ${step} AS start, count() AS n FROM (${rows}) GROUP BY start ORDER BY start`,
    binds.params,
    { heavy: true, timeoutS: READ_S },
  );
  return found.map(({ start, n }) => ({ start: Number(start), n: Number(n) }));
}

/** Which rows may be among them: nothing of labels is read, and copies count. */
const unlabelled = ({ sources: _, ...selection }: Selection): Selection => ({
  ...selection,
  filters: (selection.filters ?? []).filter((f) => f.field !== 'label'),
  unlabelled: true,
  unique: true,
});

/** Chooses the first rows of an order that is not that of time, then cuts them into parts. */
export async function partsInOrder(
  store: EventStore,
  model: ModelContext,
  selection: Selection,
  { order, seed, limit }: Order,
  rowsMax: number,
): Promise<Part[]> {
  const binds = new Binds();
  const { key, direction, needs } = orderKey(order, model, seed, binds);
  const rows = rowsSql(store, model, selection, needs, binds);
  const found = await store.query<{ id: string; pair: string; ms: number }>(
    `SELECT prediction_id AS id, ${PAIR} AS pair, ms FROM (SELECT *, ${key} AS place FROM (${rows})) WHERE isNotNull(place)
     ORDER BY place ${direction}, prediction_id, version LIMIT ${binds.bind(limit, 'UInt32')}`,
    binds.params,
    { heavy: true, timeoutS: READ_S },
  );
  const parts: Part[] = [];
  for (let i = 0; i < found.length; i += Math.min(rowsMax, CHOSEN_MAX)) {
    const some = found.slice(i, i + Math.min(rowsMax, CHOSEN_MAX));
    const hours = [...new Set(some.map((r) => Math.floor(Number(r.ms) / HOUR_MS) * HOUR_MS))];
    parts.push({
      selection: { ...selection, ids: [...new Set(some.map((r) => r.id))], hours },
      of: some.length,
      chosen: some.map((r) => r.pair),
    });
  }
  return parts;
}

/** Id and version as one text that no other pair has. */
export const PAIR = `concat(toString(length(prediction_id)), ':', prediction_id, toString(version))`;
