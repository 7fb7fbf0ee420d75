import type { EventStore } from '@plumbline/clickhouse';
import {
  type DriftAnswer,
  type DriftQuestion,
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
  type Kinds,
  keptRange,
  kindsOf,
  kindsOfModel,
  MARK,
  naturalOf,
  profile,
  type Reference,
  referenceFromRows,
  SOURCE_COLUMNS,
  type Source,
  shown,
  storedReference,
  type Target,
} from '@plumbline/drift';
import { assertWindows, Binds, gridOf, hasCopies, rowsSql, stepMs, windowEnd, windowSql } from '@plumbline/windows';
import { findReference } from '../references/find.js';

type Range = Pick<DriftQuestion, 'from' | 'to' | 'filters' | 'version' | 'known_at'>;

const source = async (
  store: EventStore,
  model: ModelContext,
  q: Range & { targets?: readonly Target[] },
  win: string,
  nowMs: number,
): Promise<Source> => {
  const binds = new Binds();
  const labelled = !q.targets || q.targets.includes('label');
  const unlabelled = labelled ? {} : { unlabelled: true as const };
  const selection = { from: q.from, to: q.to, filters: q.filters, version: q.version, knownAt: q.known_at, nowMs };
  const unique = !(await hasCopies(store, model, selection));
  const rows = rowsSql(store, model, { ...selection, ...unlabelled, unique }, SOURCE_COLUMNS, binds);
  return { sql: `SELECT *, ${win} AS win FROM (${rows})`, params: binds.params, ...unlabelled };
};

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
  const { reference, described } = await referenceOf(store, db, model, q, nowMs);
  const stored = reference.id === undefined ? undefined : { ...reference, id: reference.id };
  const windows = await drift(store, model, reference, {
    current: () => source(store, model, q, windowSql(q.granularity, q.from), nowMs),
    kept: stored && profilesMayAnswer(q) ? keptRange(store, db, model, stored, rangeOf(q, nowMs)) : undefined,
    windowEnd: (start) => windowEnd(start, q.granularity, q.to),
    features: q.features,
    targets: q.targets,
    measures: q.measures,
    kinds: await kindsOfModel(store, model),
    natural: stored && (await naturalOf(store, model, stored.id, stored.profiles, lengthOf(q))),
  });
  return { reference: described, windows };
}

async function referenceOf(
  store: EventStore,
  db: Db,
  model: ModelContext,
  q: DriftQuestion,
  nowMs: number,
): Promise<{ reference: Reference; described: DriftAnswer['reference'] }> {
  if (typeof q.reference === 'object') {
    const range = { ...q, ...q.reference };
    const reference = await referenceFromRows(store, model, await source(store, model, range, '0', nowMs));
    return {
      reference,
      described: { name: `${iso(range.from)}/${iso(range.to)}`, revision: null, rows: reference.rows },
    };
  }
  const row = await findReference(db, model, q.reference, q.version);
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
  const current = await source(store, model, q, '0', nowMs);
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
