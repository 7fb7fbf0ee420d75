import { setImmediate } from 'node:timers/promises';
import type { EventStore } from '@plumbline/clickhouse';
import { PlumblineError, type ReviewAnswer, type ReviewQuestion } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import {
  Binds,
  type Column,
  classSql,
  orderKey,
  rowError,
  rowsSql,
  type Selection,
  saysPositive,
} from '@plumbline/rows';
import { farthestFirst, type Point, ranks } from './diverse.js';

export type Drawn = { predictionId: string; version: string; ts: number; answer: ReviewAnswer; label: string | null };
type Stored = {
  prediction_id: string;
  version: string;
  ms: number;
  said: string | null;
  score: number | null;
  value: number | null;
  has_label: number;
  label: string;
  nums: Record<string, number>;
  cats: Record<string, string>;
};

/** Rows among which unlike ones are sought, and fields by which. */
const CANDIDATES_MAX = 2_000;
const FIELDS_MAX = 60;
/** A text with more values than this is no category. */
const CATEGORIES_MAX = 200;

/**
 * Draws the rows of a review, each id once; the same seed and `known_at` draw the same ones. Errors: `invalid_request` for a slice without
 * rows, and where nothing is uncertain.
 */
export async function drawSample(
  store: EventStore,
  model: ModelContext,
  q: ReviewQuestion & { known_at: number },
): Promise<{ rows: number; drawn: Drawn[] }> {
  if (q.sample === 'uncertain' && model.task === 'regression')
    throw new PlumblineError(
      'invalid_request',
      `${model.model} predicts values: nothing is decided, so no row is uncertain. Use another sample.`,
    );
  const selection: Selection = {
    from: q.from,
    to: q.to,
    filters: q.filters,
    version: q.version,
    knownAt: q.known_at,
    nowMs: q.known_at,
  };
  const rows = await countRows(store, model, selection);
  if (rows === 0)
    throw new PlumblineError('invalid_request', 'No row fits: take a filter away or choose a longer range.');
  const diverse = q.sample === 'diverse';
  const found = await firstRows(store, model, selection, q, diverse ? CANDIDATES_MAX : q.size, diverse);
  if (found.length === 0) throw new PlumblineError('invalid_request', NOTHING[q.sample]);
  const chosen = diverse
    ? (await farthestFirst(pointsOf(found), q.size, () => setImmediate())).map((i) => found[i]!)
    : found;
  return { rows, drawn: chosen.map(drawn) };
}

const NOTHING = {
  random: 'No row fits.',
  diverse: 'No row fits.',
  uncertain: 'No row of the slice has a score, so none is nearer to the decision than another. Draw at random.',
  disagreeing: 'No row of the slice has a score or a label to disagree with. Draw at random.',
};

async function countRows(store: EventStore, model: ModelContext, selection: Selection): Promise<number> {
  const binds = new Binds();
  const labelled = (selection.filters ?? []).some((f) => f.field === 'label');
  const rows = rowsSql(store, model, labelled ? selection : { ...selection, unlabelled: true }, [], binds);
  const [found] = await store.query<{ n: number }>(`SELECT count() AS n FROM (${rows})`, binds.params, { heavy: true });
  return Number(found?.n ?? 0);
}

/** PostgreSQL, which keeps reviews, has no U+0000: rows with it in what would be kept are left out. */
const KEEPABLE = `position(concat(prediction_id, version, class, label), char(0)) = 0`;

async function firstRows(
  store: EventStore,
  model: ModelContext,
  selection: Selection,
  q: ReviewQuestion,
  limit: number,
  features: boolean,
): Promise<Stored[]> {
  const binds = new Binds();
  const by = { random: 'random', diverse: 'random', uncertain: 'boundary', disagreeing: 'error' } as const;
  const order =
    q.sample === 'disagreeing'
      ? { key: disagreement(model, binds), direction: 'DESC', needs: [] }
      : orderKey(by[q.sample], model, q.seed, binds);
  const chance = orderKey('random', model, q.seed, binds);
  const needs: Column[] = ['class', 'score', 'value', 'scores', ...(features ? (['nums', 'cats'] as const) : [])];
  const rows = rowsSql(store, model, selection, needs, binds);
  return store.query<Stored>(
    `SELECT prediction_id, version, ms, ${classSql(model, binds)} AS said, score, value, has_label, label, ${features ? 'nums, cats' : 'map() AS nums, map() AS cats'}
     FROM (SELECT *, ${order.key} AS place, ${chance.key} AS chance FROM (${rows})) WHERE isNotNull(place) AND ${KEEPABLE}
     ORDER BY place ${order.direction}, chance, prediction_id, version LIMIT 1 BY prediction_id LIMIT ${binds.bind(limit, 'UInt32')}`,
    binds.params,
    { heavy: true },
  );
}

/** How much the label contradicts the answer; without a label, how likely the scores say that the answer is wrong. NULL where nothing can be said. */
function disagreement(model: ModelContext, binds: Binds): string {
  const expected = {
    binary: `if(isNull(score), NULL, if(${saysPositive(model, binds)}, 1 - score, score))`,
    multiclass: `if(length(mapKeys(scores)) > 0 AND mapContains(scores, toString(class)), toNullable(1 - scores[toString(class)]), NULL)`,
    regression: 'NULL',
  }[model.task];
  return `if(has_label, ${rowError(model, binds)}, toNullable(toFloat64(${expected})))`.replace(
    'toNullable(toFloat64(NULL))',
    "CAST(NULL, 'Nullable(Float64)')",
  );
}

const drawn = (r: Stored): Drawn => ({
  predictionId: r.prediction_id,
  version: r.version,
  ts: Number(r.ms),
  answer: { class: r.said, score: r.score, value: r.value },
  label: r.has_label ? r.label : null,
});

/** Features as ranks and categories; those that nearly all rows say differently tell nothing. */
function pointsOf(rows: readonly Stored[]): Point[] {
  const names = (of: (r: Stored) => object) =>
    [...new Set(rows.flatMap((r) => Object.keys(of(r))))].sort().slice(0, FIELDS_MAX);
  const numeric = names((r) => r.nums).map((name) => ranks(rows.map((r) => r.nums[name] ?? null)));
  const texts = names((r) => r.cats)
    .map((name) => rows.map((r) => r.cats[name] ?? null))
    .filter((values) => new Set(values).size <= Math.min(CATEGORIES_MAX, Math.max(2, rows.length / 2)));
  return rows.map((_, i) => ({
    numbers: numeric.map((column) => column[i]!),
    categories: texts.map((column) => column[i]!),
  }));
}
