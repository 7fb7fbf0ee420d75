import type { EventStore } from '@plumbline/clickhouse';
import type { FoundSlice as Shown, SlicesAnswer, SlicesQuestion } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { Binds } from '@plumbline/rows';
import { searchAside } from './aside.js';
import { type FieldOf, fieldsOf } from './fields.js';
import type { Found, FoundSlice } from './found.js';
import { defaultLoss, lossSql, oneInOf, readRows, valuesOf } from './rows.js';
import { type Said, said } from './said.js';
import { sampleOf, supportOf, sureWith } from './support.js';
import { fallen } from './volume.js';

const FIELDS_MAX = 200;
/** Names of fields beyond those, at most. */
export const LEFT_OUT_MAX = 1_000;
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
  const candidates = await fieldsOf(store, model, q, FIELDS_MAX);
  const fields = placesOf(candidates.fields, q);
  const range = { from: q.from, to: q.to };
  const ranges = q.compare_with ? [range, q.compare_with] : [range];
  const sizes = await Promise.all(ranges.map((r) => oneInOf(store, model, fields, q, r, nowMs)));
  const oneIn = Math.max(...sizes.map((s) => s.oneIn));
  const least = (q.min_support ?? 0) >= 1 ? supportOf(q.min_support, 0, oneIn) : 1;
  // Where nothing comes any more is seen in what came.
  const known = loss === 'volume' ? q.compare_with! : range;
  const expected = loss === 'volume' ? lengthOf(range) / lengthOf(q.compare_with!) : undefined;
  const measured = (binds: Binds) => {
    const { loss: measure, ...sql } = lossSql(model, loss, binds, q.field);
    return { measures: [measure], ...sql };
  };
  const search = async (some: number) => {
    const values = await valuesOf(store, model, fields, q, known, { least, oneIn, some, nowMs });
    const read = (at: { from: number; to: number }) =>
      readRows(store, model, fields, values, measured, q, at, { oneIn, nowMs });
    const now = await read(range);
    const before = q.compare_with ? await read(q.compare_with) : null;
    const found = await searchAside(
      {
        now,
        before,
        expected,
        fields: fields.map(({ name, kind }) => ({ name, kind, values: values.get(name)?.length ?? 0 })),
        bins: q.bins,
        steady: q.steady,
        minSupport: q.min_support,
        oneIn,
        maxPredicates: q.max_predicates,
        k: q.k,
        alpha: q.alpha,
        fold: q.fold,
        moved: q.moved,
      },
      timeoutMs,
    );
    return { found, values, before };
  };
  const some = sampleOf(supportOf(q.min_support, sizes[0]!.rows / oneIn, oneIn));
  const first = await search(some);
  // Few of the rows have a loss: slices are smaller than one could expect.
  const { found, values, before } = sureWith(some, first.found.minSupport) ? first : await search(1);
  const say = (field: number, code: number): Said => {
    const { name } = fields[field]!;
    const of = { values: values.get(name) ?? [], bins: found.bins[field]!, round: q.bins.kind === 'round' };
    return said(name, code, of);
  };
  const { n } = found;
  const answer: SlicesAnswer = {
    overall: {
      n,
      error: n > 0 ? found.error : null,
      ...(before ? { before: found.beforeRows > 0 ? found.errorBefore : null } : {}),
    },
    loss,
    min_support: found.minSupport,
    slices: found.slices.map((slice) => shown(slice, say, found)),
    searched: found.evaluated,
    pruned: found.pruned,
    sampled: oneIn,
    left_out: [...found.leftOut, ...candidates.leftOut.slice(0, LEFT_OUT_MAX)],
    ...(found.moved ? { moved: movedOf(found.moved, fields) } : {}),
    elapsed_ms: Math.round(performance.now() - started),
  };
  return expected === undefined ? answer : fallen(answer, found.slices, { was: n, came: found.beforeRows }, expected);
}

const lengthOf = ({ from, to }: { from: number; to: number }): number => to - from;

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

function shown(slice: FoundSlice, say: (field: number, code: number) => Said, { n, error, errorBefore }: Found): Shown {
  const terms = slice.fields.map((field, i) => say(field, slice.codes[i]!));
  const own = slice.sum / slice.n;
  const before = slice.before ? slice.before.sum / slice.before.n : null;
  // Compared with before: of the growth, as far as it is more than that of the other rows.
  const growth = slice.before === undefined ? error : error - errorBefore;
  const grew = own - (slice.before === undefined ? 0 : (before ?? errorBefore));
  const rest = slice.rest === null ? null : slice.rest - (slice.before === undefined ? 0 : (slice.restBefore ?? 0));
  return {
    predicates: terms.map((s) => s.predicate),
    filters: terms.flatMap((s) => s.filters),
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
