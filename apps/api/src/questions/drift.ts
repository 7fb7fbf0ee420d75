import type { EventStore } from '@plumbline/clickhouse';
import {
  type DriftAnswer,
  type DriftQuestion,
  durationMs,
  type FeatureProfile,
  iso,
  PlumblineError,
  type ProfileAnswer,
  type ProfileQuestion,
} from '@plumbline/contracts';
import type { Db, ModelContext } from '@plumbline/control';
import {
  binCounts,
  drift,
  driftFromPast,
  type Kinds,
  keptRange,
  kindsOf,
  kindsOfModel,
  MARK,
  naturalOf,
  type Past,
  predictionSource,
  profile,
  type Reference,
  referenceFromRows,
  shown,
  storedReference,
  type Target,
} from '@plumbline/drift';
import { gridOf, stepMs, windowEnd, windowSql, windowStart } from '@plumbline/rows';
import { assertWindows, dirtyStarts } from '@plumbline/windows';
import { findReference } from '../references/find.js';

const PAST_WINDOWS_MAX = 62;

type Range = Pick<DriftQuestion, 'from' | 'to' | 'filters' | 'version' | 'known_at'>;

const selectionOf = (q: Range & { targets?: readonly Target[] }, nowMs: number) => ({
  from: q.from,
  to: q.to,
  filters: q.filters,
  version: q.version,
  knownAt: q.known_at,
  nowMs,
  ...(!q.targets || q.targets.includes('label') ? {} : { unlabelled: true as const }),
});

const lengthOf = ({ granularity, from, to }: DriftQuestion): number =>
  granularity === 'all' ? to - from : stepMs(granularity);

const profilesMayAnswer = (q: DriftQuestion) => !q.exact && q.filters.length === 0 && q.known_at === undefined;
const rangeOf = ({ from, to, version, granularity }: DriftQuestion, nowMs: number) => ({
  from,
  to,
  version,
  granularity: granularity === 'all' ? granularity : gridOf(granularity),
  nowMs,
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
    kinds: await kindsOfModel(store, model),
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
    natural: stored && (await naturalOf(store, model, stored.id, stored.profiles, lengthOf(q))),
  });
  return { reference: described, exact, windows };
}

function pastAsked({ reference }: DriftQuestion): { past: Past; name: string } | null {
  if (typeof reference !== 'object') return null;
  if ('trailing' in reference)
    return {
      past: { trailingMs: durationMs(reference.trailing) },
      name: `the ${reference.trailing} before each window`,
    };
  if ('previous' in reference)
    return { past: { earlierMs: durationMs(reference.previous) }, name: `the same span ${reference.previous} earlier` };
  return null;
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

async function referenceOf(
  store: EventStore,
  db: Db,
  model: ModelContext,
  q: DriftQuestion,
  nowMs: number,
): Promise<{ reference: Reference; described: DriftAnswer['reference'] }> {
  if (typeof q.reference === 'object' && 'from' in q.reference) {
    const range = { ...q, ...q.reference };
    const reference = await referenceFromRows(
      store,
      model,
      await predictionSource(store, model, selectionOf(range, nowMs), '0'),
    );
    return {
      reference,
      described: { name: `${iso(range.from)}/${iso(range.to)}`, revision: null, rows: reference.rows },
    };
  }
  const row = await findReference(db, model, q.reference as string | undefined, q.version);
  if (!row)
    throw new PlumblineError(
      'invalid_request',
      `The model '${model.model}' has no reference. Upload one (POST /v1/models/${model.model}/references) or compare with a range: "reference": {"from": …, "to": …}.`,
    );
  return {
    reference: storedReference(store, model, row),
    described: { name: row.name, revision: row.revision, rows: row.rows },
  };
}

/** Distributions of a range and of the reference over the same bins or categories, for drawing. */
export async function answerProfile(
  store: EventStore,
  db: Db,
  model: ModelContext,
  q: ProfileQuestion,
  nowMs: number,
): Promise<ProfileAnswer> {
  const row = await findReference(db, model, q.reference, q.version);
  const current = await predictionSource(store, model, selectionOf(q, nowMs), '0');
  const wanted = q.features.map((name) => (isOutput(name) ? MARK + name : name));
  const known = new Map(Object.entries(row?.profiles ?? {}));
  const types = Object.fromEntries([...known].map(([name, p]) => [name, { type: p.type }]));
  const { numeric, categorical } = await kindsOf(store, current, { ...types, ...model.features }, model.task);
  const kinds: Kinds = {
    numeric: numeric.filter((name) => wanted.includes(name)),
    categorical: categorical.filter((name) => wanted.includes(name)),
  };
  const now = new Map(Object.entries(await profile(store, current, kinds, { counts: !row })));
  const edges = new Map(
    kinds.numeric.flatMap((name) => {
      const e = known.get(name)?.edges;
      return e ? [[name, e] as const] : [];
    }),
  );
  const bins = (await binCounts(store, current, edges)).get(0);
  for (const [name, e] of edges) {
    const p = now.get(name);
    if (p) now.set(name, { ...p, edges: [...e], counts: bins?.get(name) ?? e.map(() => 0).concat(0) });
  }
  const features: ProfileAnswer['features'] = Object.fromEntries(
    wanted.map((name) => [shown(name), { reference: brief(known.get(name)), current: brief(now.get(name)) }]),
  );
  return { features };
}

const isOutput = (name: string) => ['prediction.score', 'prediction.value', 'prediction.class', 'label'].includes(name);
const CATEGORIES_SHOWN = 100;
const brief = (p: FeatureProfile | undefined): FeatureProfile | null =>
  p ? { ...p, categories: p.categories?.slice(0, CATEGORIES_SHOWN) } : null;
