import type { EventStore } from '@plumbline/clickhouse';
import {
  groupBy,
  iso,
  type Page,
  PlumblineError,
  type SlicesFoundQuery,
  type TrackedSlice,
} from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { stepMs } from '@plumbline/rows';
import { sliceText } from '../words.js';
import { type FoundRow, newestSearch, readFound } from './found.js';

/** Windows that are looked back over. */
const WINDOWS = 60;
const SURE = 0.05;

/** Slices that were found by themselves: those of the newest search first, each with how it fared in the windows around. */
export async function listFound(
  store: EventStore,
  model: ModelContext,
  q: SlicesFoundQuery,
): Promise<Page<TrackedSlice>> {
  const newest = await newestSearch(store, model, q.kind);
  if (newest === null) return { items: [], next_cursor: null };
  const from = q.from ?? newest.start - WINDOWS * Math.max(stepMs(model.granularity), newest.end - newest.start);
  const rows = await readFound(store, model, { kind: q.kind, loss: q.loss, from });
  const all = tracked(rows, q.sure);
  const offset = q.cursor === undefined ? 0 : offsetOf(q.cursor, all);
  const items = all.slice(offset, offset + q.limit);
  return { items, next_cursor: offset + q.limit < all.length ? items.at(-1)!.id : null };
}

function offsetOf(cursor: string, all: readonly TrackedSlice[]): number {
  const at = all.findIndex((s) => s.id === cursor);
  if (at < 0)
    throw new PlumblineError('invalid_request', 'cursor is not one of ours any more: start again without it.');
  return at + 1;
}

/** Pure: rows of found and measured slices as slices with a history; newest finding first, then by rank. */
export function tracked(rows: readonly FoundRow[], sure: boolean): TrackedSlice[] {
  const searches = rows.filter((row) => row.slice === '').sort((a, b) => a.end - b.end);
  const own = rows.filter((row) => row.slice !== '');
  const groups = groupBy(own, ({ slice, loss, about, metric }) =>
    [slice, loss, ...(about === '' ? [] : [about, metric])].join('~'),
  );
  const isSure = (row: FoundRow) => row.rank > 0 && (row.q_value ?? 1) < SURE;
  return [...groups]
    .flatMap(([id, own]) => {
      const history = own.sort((a, b) => a.end - b.end);
      const found = history.filter(sure ? isSure : (row) => row.rank > 0);
      const last = found.at(-1);
      if (!last) return [];
      const first = found[0]!;
      const mine = searches.filter((s) => s.loss === last.loss && s.about === last.about);
      return [{ id, last, slice: shown(id, history, found, first, last, mine) }];
    })
    .sort((a, b) => b.last.end - a.last.end || a.last.rank - b.last.rank || (a.id < b.id ? -1 : 1))
    .map(({ slice }) => slice);
}

function shown(
  id: string,
  history: readonly FoundRow[],
  found: readonly FoundRow[],
  first: FoundRow,
  last: FoundRow,
  searches: readonly FoundRow[],
): TrackedSlice {
  const ends = new Set(found.map((row) => row.end));
  // Back from the last finding, as long as every window that was searched had it.
  let since = last.start;
  for (const s of [...searches].reverse()) {
    if (s.end > last.end) continue;
    if (!ends.has(s.end)) break;
    since = s.start;
  }
  return {
    id,
    kind: last.kind,
    monitor_id: last.about === '' ? null : last.about,
    loss: last.loss,
    metric: last.metric === '' ? null : last.metric,
    predicates: last.predicates,
    filters: last.filters,
    text: sliceText(last.predicates),
    first_found: iso(first.start),
    last_found: iso(last.end),
    since: iso(since),
    times_found: found.length,
    current: (searches.at(-1)?.end ?? last.end) === last.end,
    latest: {
      start: iso(last.start),
      end: iso(last.end),
      n: last.n,
      share: last.rows > 0 ? last.n / last.rows : 0,
      error: last.error,
      overall: last.overall,
      lift: last.error !== null && last.overall ? last.error / last.overall : null,
      rank: last.rank,
      score: last.score,
      explains: last.explains,
      p_value: last.p_value,
      q_value: last.q_value,
    },
    history: history.map((row) => ({
      start: iso(row.start),
      end: iso(row.end),
      n: row.n,
      share: row.rows > 0 ? row.n / row.rows : 0,
      error: row.error,
      overall: row.overall,
      found: ends.has(row.end),
    })),
  };
}
