import { Best, type Scored } from './best.js';
import { countCodes, countListed, type Listed, listRows, only, type Rows, recode, type Table } from './count.js';
import { PairCounter } from './pairs.js';

/** A field with a small number for every row's value: 0 for values that are too rare to matter, else from 1 to `size`. */
export type CodedField = {
  codes: Uint8Array | Uint16Array | Uint32Array;
  size: number;
  /** Codes that make no slice. */
  skip?: readonly number[];
};

export type SearchInput = {
  /** Loss of every row, not below 0. */
  loss: Float64Array;
  fields: readonly CodedField[];
  maxPredicates: number;
  /** Rows that a slice has at least. */
  minSupport: number;
  k: number;
  /** Weight of the error against the size, in (0, 1]. */
  alpha: number;
  /** Rows of before, by the same codes: then slices are sought whose mean loss grew by more than that of all. */
  before?: { loss: Float64Array; fields: readonly CodedField[] };
  /**
   * Sought is where rows are lacking: the rows (each of loss 1) are those that came before, `before` has those that came since, of which so
   * many were to be expected for each.
   */
  expected?: number;
};

/** A slice: field and code of each predicate, its rows and the sum of their losses, and those of before. */
export type Slice = Scored;
export type SearchAnswer = {
  n: number;
  /** Mean loss of all rows, and of all rows of before (0 without any). */
  error: number;
  errorBefore: number;
  best: Slice[];
  /** Slices with enough rows whose losses were added up, and candidates that a bound made unnecessary to count, per number of predicates. */
  evaluated: number[];
  pruned: number[];
};

export const PREDICATES_MAX = 3;
/** Where all rows lack less than this, slices are measured by it. */
const LACKING_MIN = 0.01;
/** Bounds and scores are rounded differently in their last digits. */
const SLACK = 1e-9;

/**
 * The k slices with the largest `α(ē_S/ē − 1) − (1 − α)(n/|S| − 1)` (compared with before: `α(ē_S − ē′_S − (ē − ē′))/ē − …`, where a slice
 * without rows of before has the mean of all) among all conjunctions of up to `maxPredicates` values of different
 * fields with at least `minSupport` rows and some loss. With `expected` ē_S is the share of the expected rows that is lacking. Exact: what is not counted cannot be among them, because a slice has no more rows,
 * no more loss and no greater loss of a row than each slice that it is part of.
 *
 * Ties are ordered by size, then by fewer predicates. Time O(rows × fields^p / p!), memory O(rows × fields). Source: Sagadeeva and Boehm,
 * SliceLine (SIGMOD 2021). Errors: RangeError for shapes that do not fit.
 */
export function searchSlices(input: SearchInput): SearchAnswer {
  const { loss, maxPredicates, alpha } = input;
  if (!(alpha > 0 && alpha <= 1)) throw new RangeError(`alpha lies in (0, 1], got ${alpha}`);
  if (!(maxPredicates >= 1 && maxPredicates <= PREDICATES_MAX))
    throw new RangeError(`slices have 1 to ${PREDICATES_MAX} predicates, not ${maxPredicates}`);
  if (input.fields.some((f) => f.codes.length !== loss.length))
    throw new RangeError('every field needs a code per row');
  const now = checked(loss);
  const before = input.before ? checked(input.before.loss) : { total: 0, binary: true };
  const n = loss.length;
  const rowsBefore = input.before?.loss.length ?? 0;
  const errorBefore =
    input.expected !== undefined ? rowsBefore / (input.expected * n) : rowsBefore > 0 ? before.total / rowsBefore : 0;
  const answer = { n, error: n > 0 ? now.total / n : 0, errorBefore, evaluated: [0], pruned: [0] };
  if (now.total === 0) return { ...answer, best: [] };
  const search = new Search(input, answer.error, errorBefore, now.binary && before.binary);
  search.singles();
  if (maxPredicates > 1) search.pairs();
  if (maxPredicates > 2) search.triples();
  return { ...answer, best: search.best.list(), evaluated: search.evaluated, pruned: search.pruned };
}

function checked(loss: Float64Array): { total: number; binary: boolean } {
  let total = 0;
  let binary = true;
  for (const e of loss) {
    if (!(e >= 0)) throw new RangeError(`a loss is not below 0, got ${e}`);
    if (e !== 0 && e !== 1) binary = false;
    total += e;
  }
  return { total, binary };
}

type Both = { now: Table; before: Table | null };
type Field = { width: number; original: number[]; table: Both };

class Search {
  readonly best: Best;
  readonly evaluated: number[] = [];
  readonly pruned: number[] = [];
  private readonly n: number;
  private readonly sigma: number;
  private readonly now: Rows;
  private readonly before: Rows | null;
  /** Only values with enough rows, numbered anew from 1. */
  private readonly fields: Field[] = [];
  private readonly tables = new Map<number, Both>();
  /** What the loss of all grew by, and what that of a slice is measured by. */
  private readonly growth: number;
  private readonly unit: number;

  constructor(
    private readonly input: SearchInput,
    error: number,
    private readonly errorBefore: number,
    binary: boolean,
  ) {
    const { loss, before, expected } = input;
    const growth = error - errorBefore;
    this.growth = expected === undefined ? growth : Math.max(growth, LACKING_MIN);
    this.unit = expected === undefined ? error : this.growth;
    this.n = loss.length;
    this.sigma = Math.max(1, input.minSupport);
    this.best = new Best(input.k);
    const flags = (losses: Float64Array) => (binary ? Uint8Array.from(losses) : null);
    this.now = { loss, flags: flags(loss), codes: [] };
    this.before = before ? { loss: before.loss, flags: flags(before.loss), codes: [] } : null;
  }

  private score(n: number, mean: number, meanBefore: number): number {
    const { alpha } = this.input;
    return (alpha * (mean - meanBefore - this.growth)) / this.unit - (1 - alpha) * (this.n / n - 1);
  }

  /** The mean loss of the rows of before; in terms of volume the share of the expected ones that came. */
  private meanBefore(n: number, was: { n: number; sum: number } | null): number {
    if (this.input.expected !== undefined) return (was?.n ?? 0) / (this.input.expected * n);
    return was ? was.sum / was.n : this.errorBefore;
  }

  /** The greatest score of any slice within one of at most `n` rows, loss `sum` and loss of a row `max`. */
  private bound(n: number, sum: number, max: number): number {
    if (n < this.sigma || sum <= 0) return Number.NEGATIVE_INFINITY;
    // Between these sizes the bound is monotone.
    const full = Math.min(n, Math.max(this.sigma, sum / max));
    const at = (size: number) => this.score(size, Math.min(sum / size, max), 0);
    return Math.max(at(this.sigma), at(full), at(n));
  }

  /** The bound of what two or three slices have in common. */
  private common(tables: readonly Table[], cells: readonly number[]): number {
    let [n, sum, max] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let i = 0; i < tables.length; i++) {
      const [table, cell] = [tables[i]!, cells[i]!];
      n = Math.min(n, table.n[cell]!);
      sum = Math.min(sum, table.sum[cell]!);
      max = Math.min(max, table.max[cell]!);
    }
    return this.bound(n, sum, max);
  }

  private hopeless = (bound: number): boolean =>
    bound < this.best.threshold - SLACK * (1 + Math.abs(this.best.threshold));

  /** True if the cell is a slice with enough rows. */
  private offer(fields: number[], codes: number[], { now, before }: Both, cell: number): boolean {
    const n = now.n[cell]!;
    if (n < this.sigma) return false;
    const sum = now.sum[cell]!;
    if (sum <= 0) return true;
    const was = before && before.n[cell]! > 0 ? { n: before.n[cell]!, sum: before.sum[cell]! } : null;
    const score = this.score(n, sum / n, this.meanBefore(n, was));
    if (score < this.best.threshold) return true;
    const original = codes.map((code, i) => this.fields[fields[i]!]!.original[code]!);
    this.best.offer({ fields, codes: original, n, sum, score, ...(before ? { before: was } : {}) });
    return true;
  }

  singles(): void {
    for (const [f, { codes, size, skip = [] }] of this.input.fields.entries()) {
      const all = countCodes(this.now, codes, size + 1);
      const renumbered = new Uint32Array(size + 1);
      const original = [0];
      for (let code = 1; code <= size; code++)
        if (all.n[code]! >= this.sigma && !skip.includes(code)) renumbered[code] = original.push(code) - 1;
      const width = original.length;
      this.now.codes.push(recode(codes, renumbered, width));
      let before: Table | null = null;
      if (this.before) {
        const was = this.input.before!.fields[f]!.codes;
        this.before.codes.push(recode(was, renumbered, width));
        before = only(countCodes(this.before, was, size + 1), original);
      }
      this.fields.push({ width, original, table: { now: only(all, original), before } });
    }
    let evaluated = 0;
    for (const [f, { width, table }] of this.fields.entries())
      for (let code = 1; code < width; code++) evaluated += Number(this.offer([f], [code], table, code));
    this.evaluated.push(evaluated);
    this.pruned.push(0);
  }

  pairs(): void {
    let [evaluated, pruned] = [0, 0];
    const widths = this.fields.map((f) => f.width);
    const now = new PairCounter(this.now, widths);
    const before = this.before && new PairCounter(this.before, widths);
    for (let a = 0; a < this.fields.length; a++)
      for (let b = a + 1; b < this.fields.length; b++) {
        const [fa, fb] = [this.fields[a]!, this.fields[b]!];
        const candidates = (fa.width - 1) * (fb.width - 1);
        if (candidates === 0) continue;
        if (!this.promising(fa, fb)) {
          pruned += candidates;
          continue;
        }
        const table = { now: now.table(a, b), before: before?.table(a, b) ?? null };
        this.tables.set(this.pairKey(a, b), table);
        for (let i = 1; i < fa.width; i++)
          for (let j = 1; j < fb.width; j++) evaluated += Number(this.offer([a, b], [i, j], table, i * fb.width + j));
      }
    this.evaluated.push(evaluated);
    this.pruned.push(pruned);
  }

  /** Whether any pair of their values may be, or hold, one of the best. */
  private promising(fa: Field, fb: Field): boolean {
    const tables = [fa.table.now, fb.table.now];
    for (let i = 1; i < fa.width; i++)
      for (let j = 1; j < fb.width; j++) if (!this.hopeless(this.common(tables, [i, j]))) return true;
    return false;
  }

  triples(): void {
    let [evaluated, pruned] = [0, 0];
    for (let a = 0; a < this.fields.length; a++)
      for (let b = a + 1; b < this.fields.length; b++) {
        const ab = this.tables.get(this.pairKey(a, b));
        const [fa, fb] = [this.fields[a]!, this.fields[b]!];
        if (!ab) {
          pruned += this.within(fa, fb, b);
          continue;
        }
        const { supported, pairs, numbers } = this.hopeful(fa, fb, ab.now);
        let listed: { now: Listed; before: Listed | null } | undefined;
        for (let c = b + 1; c < this.fields.length; c++) {
          const { width } = this.fields[c]!;
          const [ac, bc] = [this.tables.get(this.pairKey(a, c)), this.tables.get(this.pairKey(b, c))];
          const worth = width > 1 && ac && bc && this.promisingThird(pairs, [ab.now, ac.now, bc.now], fb.width, width);
          pruned += (supported - (worth ? pairs.length : 0)) * (width - 1);
          if (!worth) continue;
          const list = (rows: Rows) => listRows(rows.codes[a]!, rows.codes[b]!, fb.width, numbers);
          listed ??= { now: list(this.now), before: this.before && list(this.before) };
          const size = (pairs.length + 1) * width;
          const table = {
            now: countListed(this.now, listed.now, this.now.codes[c]!, width, size),
            before: this.before && countListed(this.before, listed.before!, this.before.codes[c]!, width, size),
          };
          for (const [at, [i, j]] of pairs.entries())
            for (let l = 1; l < width; l++)
              evaluated += Number(this.offer([a, b, c], [i, j, l], table, (at + 1) * width + l));
        }
      }
    this.evaluated.push(evaluated);
    this.pruned.push(pruned);
  }

  /** How many slices two fields make with those after them, at most: of the same fields they share no row, so few have enough. */
  private within(fa: Field, fb: Field, b: number): number {
    const room = Math.floor(this.n / this.sigma);
    let slices = 0;
    for (const { width } of this.fields.slice(b + 1))
      slices += Math.min(room, (fa.width - 1) * (fb.width - 1) * (width - 1));
    return slices;
  }

  /** Of two fields the pairs of values that may hold one of the best, numbered from 1 by their cell. */
  private hopeful(fa: Field, fb: Field, table: Table) {
    const numbers = new Uint32Array(fa.width * fb.width);
    const pairs: [i: number, j: number][] = [];
    let supported = 0;
    for (let i = 1; i < fa.width; i++)
      for (let j = 1; j < fb.width; j++) {
        const cell = i * fb.width + j;
        if (table.n[cell]! < this.sigma) continue;
        supported++;
        if (!this.hopeless(this.bound(table.n[cell]!, table.sum[cell]!, table.max[cell]!)))
          numbers[cell] = pairs.push([i, j]);
      }
    return { supported, pairs, numbers };
  }

  private promisingThird(pairs: [number, number][], tables: Table[], widthB: number, widthC: number): boolean {
    for (const [i, j] of pairs)
      for (let l = 1; l < widthC; l++)
        if (!this.hopeless(this.common(tables, [i * widthB + j, i * widthC + l, j * widthC + l]))) return true;
    return false;
  }

  private readonly pairKey = (a: number, b: number): number => a * this.input.fields.length + b;
}
