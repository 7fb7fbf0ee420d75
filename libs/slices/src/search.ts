import { Best, type Scored } from './best.js';

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
/** Bounds and scores are rounded differently in their last digits. */
const SLACK = 1e-9;

/**
 * The k slices with the largest `α(ē_S/ē − 1) − (1 − α)(n/|S| − 1)` (compared with before: `α(ē_S − ē′_S − (ē − ē′))/ē − …`, where a slice
 * without rows of before has the mean of all) among all conjunctions of up to `maxPredicates` values of different
 * fields with at least `minSupport` rows and some loss. Exact: what is not counted cannot be among them, because a slice has no more rows,
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
  const errorBefore = input.before?.loss.length ? before.total / input.before.loss.length : 0;
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

/** Rows, loss and greatest loss per code of a field, or per pair of codes. */
type Table = { n: Float64Array; sum: Float64Array; max: Float64Array };
type Both = { now: Table; before: Table | null };
type Codes = CodedField['codes'];
/** Rows of one time: their losses, as flags too if all are 0 or 1, and the codes of their fields. */
type Rows = { loss: Float64Array; flags: Uint8Array | null; codes: Codes[] };
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

  constructor(
    private readonly input: SearchInput,
    private readonly error: number,
    private readonly errorBefore: number,
    binary: boolean,
  ) {
    const { loss, before } = input;
    this.n = loss.length;
    this.sigma = Math.max(1, input.minSupport);
    this.best = new Best(input.k);
    const flags = (losses: Float64Array) => (binary ? Uint8Array.from(losses) : null);
    this.now = { loss, flags: flags(loss), codes: [] };
    this.before = before ? { loss: before.loss, flags: flags(before.loss), codes: [] } : null;
  }

  private score(n: number, mean: number, meanBefore: number): number {
    const { alpha } = this.input;
    const growth = this.error - this.errorBefore;
    return (alpha * (mean - meanBefore - growth)) / this.error - (1 - alpha) * (this.n / n - 1);
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
    const score = this.score(n, sum / n, was ? was.sum / was.n : this.errorBefore);
    if (score < this.best.threshold) return true;
    const original = codes.map((code, i) => this.fields[fields[i]!]!.original[code]!);
    this.best.offer({ fields, codes: original, n, sum, score, ...(before ? { before: was } : {}) });
    return true;
  }

  singles(): void {
    for (const [f, { codes, size, skip = [] }] of this.input.fields.entries()) {
      const all = this.count(this.now, codes, size + 1);
      const renumbered = new Uint32Array(size + 1);
      const original = [0];
      for (let code = 1; code <= size; code++)
        if (all.n[code]! >= this.sigma && !skip.includes(code)) renumbered[code] = original.push(code) - 1;
      const width = original.length;
      this.now.codes.push(recode(codes, renumbered, width));
      const table = this.count(this.now, this.now.codes[f]!, width);
      let before: Table | null = null;
      if (this.before) {
        this.before.codes.push(recode(this.input.before!.fields[f]!.codes, renumbered, width));
        before = this.count(this.before, this.before.codes[f]!, width);
      }
      this.fields.push({ width, original, table: { now: table, before } });
    }
    let evaluated = 0;
    for (const [f, { width, table }] of this.fields.entries())
      for (let code = 1; code < width; code++) evaluated += Number(this.offer([f], [code], table, code));
    this.evaluated.push(evaluated);
    this.pruned.push(0);
  }

  pairs(): void {
    let [evaluated, pruned] = [0, 0];
    for (let a = 0; a < this.fields.length; a++)
      for (let b = a + 1; b < this.fields.length; b++) {
        const [fa, fb] = [this.fields[a]!, this.fields[b]!];
        const candidates = (fa.width - 1) * (fb.width - 1);
        if (candidates === 0) continue;
        if (!this.promising(fa, fb)) {
          pruned += candidates;
          continue;
        }
        const count = (rows: Rows) => countPair(rows, rows.codes[a]!, fa.width, rows.codes[b]!, fb.width);
        const table = { now: count(this.now), before: this.before && count(this.before) };
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
        if (!ab) continue;
        const [fa, fb] = [this.fields[a]!, this.fields[b]!];
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

  private count({ loss }: Rows, codes: Codes, size: number): Table {
    const table = emptyTable(size);
    for (let row = 0; row < loss.length; row++) add(table, codes[row]!, loss[row]!);
    return table;
  }
}

function countPair({ loss, flags }: Rows, a: Codes, widthA: number, b: Codes, widthB: number): Table {
  const size = widthA * widthB;
  if (flags) {
    const both = new Uint32Array(2 * size);
    for (let row = 0; row < flags.length; row++) both[((a[row]! * widthB + b[row]!) << 1) | flags[row]!]!++;
    return split(both);
  }
  const table = emptyTable(size);
  for (let row = 0; row < loss.length; row++) add(table, a[row]! * widthB + b[row]!, loss[row]!);
  return table;
}

/** The rows whose pair of values has a number, and that number. */
type Listed = { rows: Uint32Array; numbers: Uint32Array };

function listRows(a: Codes, b: Codes, widthB: number, numbers: Uint32Array): Listed {
  const listed = { rows: new Uint32Array(a.length), numbers: new Uint32Array(a.length) };
  let count = 0;
  for (let row = 0; row < a.length; row++) {
    const number = numbers[a[row]! * widthB + b[row]!]!;
    if (number === 0) continue;
    listed.rows[count] = row;
    listed.numbers[count++] = number;
  }
  return { rows: listed.rows.subarray(0, count), numbers: listed.numbers.subarray(0, count) };
}

function countListed({ loss, flags }: Rows, { rows, numbers }: Listed, codes: Codes, width: number, size: number) {
  if (flags) {
    const both = new Uint32Array(2 * size);
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!;
      both[((numbers[at]! * width + codes[row]!) << 1) | flags[row]!]!++;
    }
    return split(both);
  }
  const table = emptyTable(size);
  for (let at = 0; at < rows.length; at++) add(table, numbers[at]! * width + codes[rows[at]!]!, loss[rows[at]!]!);
  return table;
}

function recode(codes: Codes, renumbered: Uint32Array, width: number): Codes {
  const out = narrow(codes.length, width);
  for (let row = 0; row < out.length; row++) out[row] = renumbered[codes[row]!]!;
  return out;
}

const emptyTable = (size: number): Table => ({
  n: new Float64Array(size),
  sum: new Float64Array(size),
  max: new Float64Array(size),
});

function add({ n, sum, max }: Table, at: number, loss: number): void {
  n[at]!++;
  sum[at]! += loss;
  if (loss > max[at]!) max[at] = loss;
}

/** Of counts of rows without and with a loss of 1. */
function split(both: Uint32Array): Table {
  const table = emptyTable(both.length / 2);
  for (let at = 0; at < table.n.length; at++) {
    const lost = both[2 * at + 1]!;
    table.n[at] = both[2 * at]! + lost;
    table.sum[at] = lost;
    table.max[at] = lost > 0 ? 1 : 0;
  }
  return table;
}

const narrow = (n: number, width: number) =>
  width <= 0x100 ? new Uint8Array(n) : width <= 0x10000 ? new Uint16Array(n) : new Uint32Array(n);
