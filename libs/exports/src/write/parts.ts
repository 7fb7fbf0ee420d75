import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { Binds, type Column, rowsSql, type Selection } from '@plumbline/rows';
import { type Bucket, gather, hashRanges } from './buckets.js';

/** Rows of a selection that lie together in time; `of` counts those that may be among them. */
export type Span = { selection: Selection; of: number };
/**
 * Rows that are read and written at once: SQL of them with the columns that are needed, and how they are sorted, so that no two may
 * change places. `of` counts those that may be among them, or, if it is `exact`, those that are.
 */
export type Part = {
  of: number;
  exact?: true;
  order: string;
  rows: (needs: readonly Column[], binds: Binds) => string;
};

const STEPS_MS = [3_600_000, 1_000, 1];
const READ_S = 300;
export const READ = { heavy: true, timeoutS: READ_S };

/** Rows that the selection has at most, whatever their labels are. */
export async function countRows(store: EventStore, model: ModelContext, selection: Selection): Promise<number> {
  const binds = new Binds();
  const rows = rowsSql(store, model, unlabelled(selection), [], binds);
  const [found] = await store.query<{ n: number }>(`SELECT count() AS n FROM (${rows})`, binds.params, READ);
  return Number(found?.n ?? 0);
}

/** The rows of a selection, oldest first, in parts of at most about `rowsMax`. */
export async function* partsByTime(
  store: EventStore,
  model: ModelContext,
  selection: Selection,
  rowsMax: number,
): AsyncGenerator<Part> {
  for await (const span of spansOfTime(store, model, selection, rowsMax)) yield partOf(store, model, span);
}

export const partOf = (store: EventStore, model: ModelContext, { selection, of }: Span): Part => ({
  of,
  order: 'ms, id_a, prediction_id, toString(version)',
  rows: (needs, binds) => rowsSql(store, model, selection, [...needs, 'id_a'], binds),
});

/**
 * Cuts a selection into spans of at most about `rowsMax` rows: hours are put together, a full one is cut into seconds, then
 * milliseconds, and rows of one instant by the hashes of their ids.
 */
export async function* spansOfTime(
  store: EventStore,
  model: ModelContext,
  selection: Selection,
  rowsMax: number,
  [stepMs, ...finer]: readonly number[] = STEPS_MS,
): AsyncGenerator<Span> {
  const buckets = await countByTime(store, model, selection, stepMs!);
  const range = { from: BigInt(selection.from), to: BigInt(selection.to) };
  for (const span of gather(buckets, BigInt(stepMs!), rowsMax, range)) {
    const within = { ...selection, from: Number(span.from), to: Number(span.to) };
    if (!span.large) yield { selection: within, of: span.n };
    else if (finer.length > 0) yield* spansOfTime(store, model, within, rowsMax, finer);
    else yield* byHash({ selection: within, of: span.n }, rowsMax);
  }
}

/** Rows that lie at the same place, by the hashes of their ids. */
function* byHash({ selection, of }: Span, rowsMax: number): Generator<Span> {
  const ranges = hashRanges(Math.ceil(of / rowsMax));
  for (const hashes of ranges) yield { selection: { ...selection, hashes }, of: of / ranges.length };
}

async function countByTime(
  store: EventStore,
  model: ModelContext,
  selection: Selection,
  stepMs: number,
): Promise<Bucket[]> {
  const binds = new Binds();
  const rows = rowsSql(store, model, unlabelled(selection), [], binds);
  const step = binds.bind(stepMs, 'UInt32');
  const found = await store.query<{ start: string; n: number }>(
    `SELECT toString(intDiv(ms, ${step}) * ${step} AS bucket) AS start, count() AS n FROM (${rows}) GROUP BY bucket ORDER BY bucket`,
    binds.params,
    READ,
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
