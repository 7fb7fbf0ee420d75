import type { Bin, BinRule } from './bins.js';
import { type Coding, coded } from './coded.js';
import { decode, type Rows } from './decode.js';
import { type FindInput, type Found, found } from './found.js';
import type { RawRows } from './rows.js';
import type { CodedField } from './search.js';
import { supportOf } from './support.js';

/** A search as it is handed to a thread: rows as the store sent them, and what is asked. */
export type SearchRows = Pick<FindInput, 'maxPredicates' | 'k' | 'alpha' | 'fold' | 'moved'> & {
  now: RawRows;
  before: RawRows | null;
  /** Sought is where rows are lacking: so many are to be expected now for each of before. */
  expected: number | undefined;
  fields: Coding[];
  bins: BinRule;
  steady: boolean;
  minSupport: number | undefined;
  oneIn: number;
};
export type RowsFound = Found & {
  beforeRows: number;
  minSupport: number;
  /** Per field the bins of its codes; null: values. */
  bins: (Bin[] | null)[];
  /** Fields without a value that is frequent enough. */
  leftOut: string[];
};

/** Reads, codes and searches: everything that takes long, in one place that a thread can run. */
export function searchRows(q: SearchRows): RowsFound {
  const [now, was] = [decode(q.now), q.before && decode(q.before)];
  // What is lacking now is seen in what came before.
  const [rows, before]: [Rows, Rows | null] = q.expected === undefined ? [now, was] : [was!, now];
  const [loss] = rows.measures as [Float64Array];
  const minSupport = supportOf(q.minSupport, rows.n, q.oneIn);
  const fields = q.fields.map((field) => coded(field, rows, before, q.bins, q.steady && q.expected === undefined));
  const answer = found({
    loss,
    fields: fields.map((f) => f.now),
    maxPredicates: q.maxPredicates,
    minSupport,
    k: q.k,
    alpha: q.alpha,
    fold: q.fold,
    moved: q.moved && q.expected === undefined,
    expected: q.expected,
    ...(before ? { before: { loss: before.measures[0]!, fields: fields.map((f) => f.before!) } } : {}),
  });
  const leftOut = q.fields.filter((_, i) => !isSearched(fields[i]!.now, minSupport)).map((f) => f.name);
  return { ...answer, beforeRows: before?.n ?? 0, minSupport, bins: fields.map((f) => f.bins), leftOut };
}

/** Whether a field has a value that is frequent enough. */
function isSearched({ codes, size }: CodedField, least: number): boolean {
  const counts = new Uint32Array(size + 1);
  for (let row = 0; row < codes.length; row++) counts[codes[row]!]!++;
  return counts.subarray(1).some((count) => count >= least);
}
