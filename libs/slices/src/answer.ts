import type { EventStore } from '@plumbline/clickhouse';
import type { FoundSlice as Shown, SlicesAnswer, SlicesQuestion } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { findAside } from './aside.js';
import { type Coded, coded } from './coded.js';
import type { Found, FoundSlice } from './found.js';
import { defaultLoss, type FieldOf, fieldsOf, oneInOf, readRows, valuesOf } from './rows.js';
import type { CodedField } from './search.js';
import { bothTimes, fallen } from './volume.js';

const SHARE = 0.01;
const ROWS_MIN = 32;
const MOVED_MAX = 20;

/** The slices in which a model errs most, or whose loss grew most: an exact search over all conjunctions of values. */
export async function answerSlices(
  store: EventStore,
  model: ModelContext,
  q: SlicesQuestion,
  nowMs: number,
  timeoutMs: number,
): Promise<SlicesAnswer> {
  const started = performance.now();
  const loss = q.loss ?? defaultLoss(model);
  const fields = placesOf(await fieldsOf(store, model, q.fields), q);
  const range = { from: q.from, to: q.to };
  const ranges = q.compare_with ? [range, q.compare_with] : [range];
  const oneIn = Math.max(...(await Promise.all(ranges.map((r) => oneInOf(store, model, fields, q, r, nowMs)))));
  const least = (q.min_support ?? 0) >= 1 ? supportOf(q.min_support, 0, oneIn) : 1;
  // Where nothing comes any more is seen in what came.
  const known = loss === 'volume' ? q.compare_with! : range;
  const values = await valuesOf(store, model, fields, q, known, { least, oneIn, nowMs });
  const read = (at: { from: number; to: number }) =>
    readRows(store, model, fields, values, loss, q, at, { oneIn, nowMs });
  const now = await read(range);
  const was = q.compare_with ? await read(q.compare_with) : null;
  const [rows, before] = loss === 'volume' ? [bothTimes(now, was!), null] : [now, was];
  const n = rows.loss.length;
  const minSupport = supportOf(q.min_support, n, oneIn);
  const named = fields.map((field) => coded(field, rows, before, values.get(field.name) ?? [], q));
  const found = await findAside(
    {
      loss: rows.loss,
      fields: named.map((f) => f.now),
      maxPredicates: q.max_predicates,
      minSupport,
      k: q.k,
      alpha: q.alpha,
      fold: q.fold,
      moved: q.moved,
      ...(before ? { before: { loss: before.loss, fields: named.map((f) => f.before!) } } : {}),
    },
    timeoutMs,
  );
  const answer: SlicesAnswer = {
    overall: {
      n,
      error: n > 0 ? found.error : null,
      ...(before ? { before: before.loss.length > 0 ? found.errorBefore : null } : {}),
    },
    loss,
    min_support: minSupport,
    slices: found.slices.map((slice) => shown(slice, named, found)),
    searched: found.evaluated,
    pruned: found.pruned,
    sampled: oneIn,
    left_out: named.filter((f) => !divides(f.now, minSupport)).map((f) => f.name),
    ...(found.moved ? { moved: movedOf(found.moved, fields) } : {}),
    elapsed_ms: Math.round(performance.now() - started),
  };
  return loss === 'volume' ? fallen(answer, { now: range, before: q.compare_with! }) : answer;
}

/** What is missing is no place in which it is missing, and ranges of numbers would name what follows from it rather than where it is. */
const placesOf = (fields: readonly FieldOf[], { loss, field, fields: asked }: SlicesQuestion): FieldOf[] =>
  fields.filter(
    (f) => f.name !== field && (asked || (loss !== 'missing' && loss !== 'volume') || f.kind !== 'numeric'),
  );

const movedOf = ({ in: place, fields }: NonNullable<Found['moved']>, names: readonly FieldOf[]) => ({
  in: place,
  fields: fields.slice(0, MOVED_MAX).map(({ field, distance, pValue, missing, colocation }) => ({
    field: names[field]!.name,
    distance,
    p_value: pValue,
    missing,
    colocation,
  })),
});

/** Rows that a slice has at least: a share of all, or so many of those that were sampled. */
export function supportOf(asked: number | undefined, n: number, oneIn: number): number {
  if (asked === undefined) return Math.max(ROWS_MIN, Math.ceil(SHARE * n));
  return Math.max(1, Math.ceil(asked < 1 ? asked * n : asked / oneIn));
}

/** Whether a field has two values that are frequent enough. */
function divides({ codes, size }: CodedField, least: number): boolean {
  const counts = new Uint32Array(size + 1);
  for (let row = 0; row < codes.length; row++) counts[codes[row]!]!++;
  return counts.subarray(1).filter((count) => count >= least).length > 1;
}

function shown(slice: FoundSlice, named: readonly Coded[], { n, error, errorBefore }: Found): Shown {
  const said = slice.fields.map((field, i) => named[field]!.say(slice.codes[i]!));
  const own = slice.sum / slice.n;
  const before = slice.before ? slice.before.sum / slice.before.n : null;
  // Compared with before: of the growth, as far as it is more than that of the other rows.
  const growth = slice.before === undefined ? error : error - errorBefore;
  const grew = own - (slice.before === undefined ? 0 : (before ?? errorBefore));
  const rest = slice.rest === null ? null : slice.rest - (slice.before === undefined ? 0 : (slice.restBefore ?? 0));
  return {
    predicates: said.map((s) => s.predicate),
    filters: said.flatMap((s) => s.filters),
    n: slice.n,
    share: slice.n / n,
    error: own,
    rest: slice.rest,
    ...(slice.before === undefined ? {} : { before }),
    score: slice.score,
    lift: own / error,
    explains: rest === null || growth <= 0 ? null : (slice.n * (grew - rest)) / (n * growth),
    p_value: slice.pValue,
    q_value: slice.qValue,
    folded: slice.folded,
  };
}
