import type { EventStore } from '@plumbline/clickhouse';
import { type DriftAnswer, type DriftQuestion, PlumblineError } from '@plumbline/contracts';
import type { Db, ModelContext } from '@plumbline/control';
import { drift, driftFromPast, keptRange, naturalOf, naturalOfPart, predictionSource } from '@plumbline/drift';
import { gridOf, stepMs, windowEnd, windowSql, windowStart } from '@plumbline/rows';
import { assertWindows, dirtyStarts } from '@plumbline/windows';
import { pastAsked, profilesMayAnswer, referenceOf, selectionOf } from './asked.js';

const PAST_WINDOWS_MAX = 62;

const lengthOf = ({ granularity, from, to }: DriftQuestion): number =>
  granularity === 'all' ? to - from : stepMs(granularity);

const rangeOf = ({ from, to, version, granularity, targets }: DriftQuestion, nowMs: number) => ({
  from,
  to,
  version,
  granularity: granularity === 'all' ? granularity : gridOf(granularity),
  nowMs,
  labelled: targets.includes('label'),
});

/** Drift of every window against the named reference, a range of production, or the default reference. */
export async function answerDrift(
  store: EventStore,
  db: Db,
  model: ModelContext,
  q: DriftQuestion,
  nowMs: number,
): Promise<DriftAnswer> {
  assertWindows(q.from, q.to, q.granularity);
  const ask = {
    features: q.features,
    targets: q.targets,
    measures: q.measures,
    catalogued: true as const,
  };
  const past = pastAsked(q);
  if (past) {
    const { from: _, to: __, ...chosen } = selectionOf(q, nowMs);
    const windows = await driftFromPast(store, model, past.past, windowsOf(q), chosen, ask);
    return { reference: { name: past.name, revision: null, rows: 0 }, exact: true, windows };
  }
  const { reference, described } = await referenceOf(store, db, model, q, nowMs);
  const dirty = (from: number, to: number) => dirtyStarts(db, model, from, to);
  const stored = reference.id === undefined ? undefined : { ...reference, id: reference.id };
  let exact = true;
  const windows = await drift(store, model, reference, {
    ...ask,
    current: () => predictionSource(store, model, selectionOf(q, nowMs), windowSql(q.granularity, q.from)),
    kept: async (kinds, measures) => {
      if (!stored || !profilesMayAnswer(q)) return null;
      const seen = await keptRange(store, model, stored, rangeOf(q, nowMs), dirty)(kinds, measures);
      exact = seen === null;
      return seen;
    },
    windowEnd: (start) => windowEnd(start, q.granularity, q.to),
    natural: stored
      ? await naturalOf(store, model, stored.id, stored.profiles, lengthOf(q))
      : reference.part === undefined
        ? undefined
        : await naturalOfPart(store, reference, lengthOf(q)),
  });
  return { reference: described, exact, windows };
}

/** The windows of a question one by one, for a reference that differs from window to window. */
function windowsOf({ from, to, granularity }: DriftQuestion): { from: number; to: number }[] {
  if (granularity === 'all') return [{ from, to }];
  const step = stepMs(granularity);
  const first = windowStart(from, granularity);
  const n = Math.ceil((to - first) / step);
  if (n > PAST_WINDOWS_MAX)
    throw new PlumblineError(
      'range_too_large',
      `Windows that are each compared with their own past are at most ${PAST_WINDOWS_MAX} a question; these are ${n}. Ask for a shorter range or longer windows.`,
    );
  return Array.from({ length: n }, (_, i) => ({
    from: Math.max(from, first + i * step),
    to: Math.min(to, first + (i + 1) * step),
  }));
}
