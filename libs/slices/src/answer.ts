import type { EventStore } from '@plumbline/clickhouse';
import type { FoundSlice as Shown, SlicesAnswer, SlicesQuestion } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { findAside } from './aside.js';
import { type Coded, coded } from './coded.js';
import type { Found, FoundSlice } from './found.js';
import { defaultLoss, fieldsOf, oneInOf, readRows, valuesOf } from './rows.js';
import type { CodedField } from './search.js';

const SHARE = 0.01;
const ROWS_MIN = 32;

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
  const fields = await fieldsOf(store, model, q.fields);
  const range = { from: q.from, to: q.to };
  const ranges = q.compare_with ? [range, q.compare_with] : [range];
  const oneIn = Math.max(...(await Promise.all(ranges.map((r) => oneInOf(store, model, fields, q, r, nowMs)))));
  const least = (q.min_support ?? 0) >= 1 ? supportOf(q.min_support, 0, oneIn) : 1;
  const values = await valuesOf(store, model, fields, q, range, { least, oneIn, nowMs });
  const read = (at: { from: number; to: number }) =>
    readRows(store, model, fields, values, loss, q, at, { oneIn, nowMs });
  const rows = await read(range);
  const before = q.compare_with ? await read(q.compare_with) : null;
  const n = rows.loss.length;
  const minSupport = supportOf(q.min_support, n, oneIn);
  const named = fields.map((field) => coded(field, rows, before, values.get(field.name) ?? [], q.bins));
  const found = await findAside(
    {
      loss: rows.loss,
      fields: named.map((f) => f.now),
      maxPredicates: q.max_predicates,
      minSupport,
      k: q.k,
      alpha: q.alpha,
      fold: q.fold,
      ...(before ? { before: { loss: before.loss, fields: named.map((f) => f.before!) } } : {}),
    },
    timeoutMs,
  );
  const was = before && before.loss.length > 0 ? found.errorBefore : null;
  return {
    overall: { n, error: n > 0 ? found.error : null, ...(before ? { before: was } : {}) },
    loss,
    min_support: minSupport,
    slices: found.slices.map((slice) => shown(slice, named, found)),
    searched: found.evaluated,
    pruned: found.pruned,
    sampled: oneIn,
    left_out: named.filter((f) => !divides(f.now, minSupport)).map((f) => f.name),
    elapsed_ms: Math.round(performance.now() - started),
  };
}

/** Rows that a slice has at least: a share of all, or so many of those that were sampled. */
export function supportOf(asked: number | undefined, n: number, oneIn: number): number {
  if (asked === undefined) return Math.max(ROWS_MIN, Math.ceil(SHARE * n));
  return Math.max(1, Math.ceil(asked < 1 ? asked * n : asked / oneIn));
}

/** Whether a field has two values that are frequent enough. */
function divides({ codes, size }: CodedField, least: number): boolean {
  const counts = new Uint32Array(size + 1);
  for (const code of codes) counts[code]!++;
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
