import type { EventStore } from '@plumbline/clickhouse';
import { type Granularity, slicesQuestion } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { gridOf, stepMs } from '@plumbline/rows';
import { answerSlices } from '../answer.js';
import { defaultLoss } from '../rows.js';
import { type FoundRow, keepFound, type Named, readFound, type Search, sliceId } from './found.js';
import { measureSlices } from './measure.js';

/** Windows over which a slice is followed, back and on. */
export const FOLLOWED_WINDOWS = 14;
/** Slices that are followed at a time, the latest first. */
const FOLLOWED_MAX = 30;
const SURE = 0.05;

/**
 * Searches a mature window for slices and keeps them. Those that were found in the windows before are measured in it too, and those that are new
 * in the windows before, so that each has a history. Repeating it changes nothing but the time of computing.
 */
export async function searchWindow(
  store: EventStore,
  model: ModelContext,
  { start, granularity }: { start: number; granularity: Exclude<Granularity, 'all'> },
  nowMs: number,
  timeoutMs: number,
): Promise<{ found: number }> {
  const step = stepMs(granularity);
  const end = start + step;
  const search: Search = { kind: 'window', about: '', loss: defaultLoss(model), metric: '' };
  const earliest = start - FOLLOWED_WINDOWS * step;
  const known = (await readFound(store, model, { ...search, from: earliest })).filter((row) => row.slice !== '');
  const q = slicesQuestion.parse({ from: start, to: end, bins: { kind: 'round' } });
  const answer = await answerSlices(store, model, q, nowMs, timeoutMs);
  const searched = [...answer.searched, ...answer.pruned].reduce((a, b) => a + b, 0);
  const base = {
    ...search,
    start,
    end,
    rows: answer.overall.n,
    overall: answer.overall.error,
    searched,
    computedAt: nowMs,
  };
  const rows: FoundRow[] = answer.slices.map(({ predicates, filters, ...s }, i) => ({
    ...base,
    slice: sliceId(predicates),
    predicates,
    filters,
    rank: i + 1,
    n: s.n,
    error: s.error,
    before: null,
    score: s.score,
    explains: s.explains,
    p_value: s.p_value,
    q_value: s.q_value,
  }));
  const here = new Set(rows.map((row) => row.slice));
  const followed = distinct(known.filter((row) => (row.rank > 0 && (row.q_value ?? 1) < SURE) || row.start === start))
    .filter((s) => !here.has(s.slice))
    .slice(0, FOLLOWED_MAX);
  const measuredBefore = new Set(known.map((row) => row.slice));
  const fresh = rows.filter((row) => (row.q_value ?? 1) < SURE && !measuredBefore.has(row.slice));
  const range = { grid: gridOf(granularity) };
  const now = followed.length > 0 ? await measure(followed, start, end) : [];
  const past = fresh.length > 0 ? await measure(fresh, earliest, start) : [];
  await keepFound(store, model, [...rows, ...now, ...past, { ...base, ...WHOLE }]);
  return { found: rows.filter((row) => (row.q_value ?? 1) < SURE).length };

  async function measure(slices: readonly Named[], from: number, to: number): Promise<FoundRow[]> {
    const windows = await measureSlices(store, model, search.loss, slices, { from, to, ...range }, nowMs);
    return windows.flatMap((w) =>
      slices.map(({ slice, predicates, filters }, i) => {
        const { n, sum } = w.slices[i]!;
        return {
          ...base,
          ...NOTHING,
          ...{ slice, predicates, filters, n, start: w.start, end: w.start + step, rows: w.rows },
          overall: w.rows > 0 ? w.sum / w.rows : null,
          error: n > 0 ? sum / n : null,
        };
      }),
    );
  }
}

const NOTHING = { rank: 0, before: null, score: null, explains: null, p_value: null, q_value: null };
const WHOLE = { ...NOTHING, slice: '', predicates: [], filters: [], n: 0, error: null };

/** Each slice once, the latest first. */
const distinct = (rows: readonly FoundRow[]): Named[] => [...new Map(rows.map((r) => [r.slice, r])).values()];
