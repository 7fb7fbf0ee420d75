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
  MARK,
  profile,
  type Reference,
  referenceFromRows,
  referenceSource,
  SOURCE_COLUMNS,
  type Source,
  shown,
} from '@plumbline/drift';
import { assertWindows, Binds, rowsSql, windowEnd, windowSql } from '@plumbline/windows';
import { findReference } from '../references/find.js';

type Range = Pick<DriftQuestion, 'from' | 'to' | 'filters' | 'version' | 'known_at'>;

const source = (store: EventStore, model: ModelContext, q: Range, win: string, nowMs: number): Source => {
  const binds = new Binds();
  const rows = rowsSql(
    store,
    model,
    { from: q.from, to: q.to, filters: q.filters, version: q.version, knownAt: q.known_at, nowMs },
    SOURCE_COLUMNS,
    binds,
  );
  return { sql: `SELECT *, ${win} AS win FROM (${rows})`, params: binds.params };
};

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
  const windows = await drift(store, model, reference, {
    current: source(store, model, q, windowSql(q.granularity, q.from), nowMs),
    windowEnd: (start) => windowEnd(start, q.granularity, q.to),
    features: q.features,
    targets: q.targets,
    measures: q.measures,
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
    const reference = await referenceFromRows(store, model, source(store, model, range, '0', nowMs));
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
    reference: { rows: row.rows, profiles: row.profiles, source: referenceSource(store.database, model, row.id) },
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
  const current = source(store, model, q, '0', nowMs);
  const wanted = q.features.map((name) => (isOutput(name) ? MARK + name : name));
  const typeOf = (name: string) => model.features[name]?.type ?? row?.profiles[name]?.type;
  const numericOutput = (name: string) =>
    /score$|value$/.test(name) || (name === `${MARK}label` && model.task === 'regression');
  const kinds: Kinds = { numeric: [], categorical: [] };
  for (const name of wanted) {
    const type = typeOf(name);
    const numeric = name.startsWith(MARK) ? numericOutput(name) : type === undefined ? null : type === 'numeric';
    if (numeric !== false) kinds.numeric.push(name);
    if (numeric !== true) kinds.categorical.push(name);
  }
  const now = await profile(store, current, kinds, { counts: !row });
  const edges = new Map(
    kinds.numeric.flatMap((name) => (row?.profiles[name]?.edges ? [[name, row.profiles[name].edges] as const] : [])),
  );
  const bins = (await binCounts(store, current, edges)).get(0);
  for (const [name, e] of edges)
    if (now[name]) now[name] = { ...now[name], edges: [...e], counts: bins?.get(name) ?? e.map(() => 0).concat(0) };
  const features: ProfileAnswer['features'] = Object.fromEntries(
    wanted.map((name) => [shown(name), { reference: brief(row?.profiles[name]), current: brief(now[name]) }]),
  );
  return { features };
}

const isOutput = (name: string) => ['prediction.score', 'prediction.value', 'prediction.class', 'label'].includes(name);
const CATEGORIES_SHOWN = 100;
const brief = (p: FeatureProfile | undefined): FeatureProfile | null =>
  p ? { ...p, categories: p.categories?.slice(0, CATEGORIES_SHOWN) } : null;
