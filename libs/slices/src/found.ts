import { fisherGreater, normalSf } from '@plumbline/stats';
import type { Scored } from './best.js';
import { type Move, movesOf } from './moved.js';
import { inBoth, type RowSet, rowSets } from './rowSets.js';
import { type CodedField, type SearchAnswer, type SearchInput, searchSlices } from './search.js';

export type FindInput = SearchInput & {
  /** Slices with nearly the same rows are told once. */
  fold: boolean;
  /** What moved since before is told too. */
  moved?: boolean;
};
export type FoundSlice = Scored & {
  /** Mean loss of the other rows, null without any. */
  rest: number | null;
  restBefore: number | null;
  pValue: number;
  qValue: number;
  folded: number;
};
export type Found = Omit<SearchAnswer, 'best'> & {
  slices: FoundSlice[];
  moved: { in: 'slice' | 'all'; fields: Move[] } | null;
};

/** Evidence from which a slice is one beyond chance. */
const SURE = 0.05;

/** Share of the rows of both together that two slices have in common, from which they are one. */
const SAME_ROWS = 0.95;
const POOL = 5;
const POOL_MAX = 2_000;

/** The best slices, folded, each with the evidence that it is worse than the other rows. */
export function found(input: FindInput): Found {
  const { answer, best, folded } = input.fold ? foldedBest(input) : plainBest(input);
  const { best: _, ...rest } = answer;
  const moments = best.map(comparing(input));
  const pValues = moments.map((m) => worseThanRest(m, input.expected));
  const qValues = atMostQ(
    pValues,
    answer.evaluated.concat(answer.pruned).reduce((a, b) => a + b, 0),
  );
  const slices = best.map((slice, i) => ({
    ...slice,
    rest: meanOf(moments[i]!.now.rest),
    restBefore: moments[i]!.before ? meanOf(moments[i]!.before!.rest) : null,
    pValue: pValues[i]!,
    qValue: qValues[i]!,
    folded: folded.get(slice) ?? 0,
  }));
  return { ...rest, slices, moved: input.moved && input.before ? movedIn(input, slices[0]) : null };
}

/** What moved in the first slice, if it is one beyond chance and was there before, otherwise in all rows. */
function movedIn(input: FindInput, first: FoundSlice | undefined): Found['moved'] {
  const was = input.before!.fields;
  if (!first || first.qValue >= SURE || !first.before)
    return { in: 'all', fields: movesOf(input, { now: null, before: null }, []) };
  const rows = { now: rowsOf(input.fields, first), before: rowsOf(was, first) };
  return { in: 'slice', fields: movesOf(input, rows, first.fields) };
}

type Chosen = { answer: SearchAnswer; best: Scored[]; folded: Map<Scored, number> };

function plainBest(input: FindInput): Chosen {
  const answer = searchSlices(input);
  return { answer, best: answer.best, folded: new Map() };
}

/** More than k are sought until k of them have rows of their own. */
function foldedBest(input: FindInput): Chosen {
  for (let pool = POOL * input.k; ; pool *= 4) {
    const wanted = Math.min(pool, POOL_MAX);
    const answer = searchSlices({ ...input, k: wanted });
    const sets = rowSets(input.fields);
    const groups = foldSlices(answer.best, sets, input.k);
    if (groups.length >= input.k || answer.best.length < wanted || wanted === POOL_MAX)
      return {
        answer,
        best: groups.map((g) => g.shown),
        folded: new Map(groups.map((g) => [g.shown, g.members - 1])),
      };
  }
}

/**
 * Pure: up to k groups of slices with nearly the same rows, best first; each is shown by the shortest of them, of equally short ones by the
 * better.
 */
export function foldSlices(
  slices: readonly Scored[],
  rows: (slice: Scored) => RowSet,
  k: number,
): { shown: Scored; members: number }[] {
  const groups: { shown: Scored; lead: Scored; rows: RowSet; members: number }[] = [];
  for (const slice of slices) {
    const alike = groups.filter((g) => similar(g.lead.n, slice.n));
    const own = alike.length > 0 || groups.length < k ? rows(slice) : null;
    const group = own && alike.find((g) => overlap(g.rows, own, g.lead.n + slice.n) >= SAME_ROWS);
    if (group) {
      group.members++;
      if (slice.fields.length < group.shown.fields.length) group.shown = slice;
    } else if (own && groups.length < k) groups.push({ shown: slice, lead: slice, rows: own, members: 1 });
  }
  return groups.map(({ shown, members }) => ({ shown, members }));
}

const similar = (a: number, b: number): boolean => Math.min(a, b) >= SAME_ROWS * Math.max(a, b);

/** Rows in both by rows in either. */
function overlap(a: RowSet, b: RowSet, rowsOfBoth: number): number {
  const both = inBoth(a, b);
  return both / (rowsOfBoth - both);
}

/** The rows of a slice, ascending: those of its first predicate, less those that another one excludes. */
function rowsOf(fields: SearchInput['fields'], { fields: chosen, codes }: Scored): Uint32Array {
  let rows = withCode(fields[chosen[0]!]!.codes, codes[0]!);
  for (let i = 1; i < chosen.length; i++) {
    const [of, code] = [fields[chosen[i]!]!.codes, codes[i]!];
    rows = rows.filter((row) => of[row] === code);
  }
  return rows;
}

function withCode(codes: CodedField['codes'], code: number): Uint32Array {
  const out = new Uint32Array(codes.length);
  let count = 0;
  for (let row = 0; row < codes.length; row++) if (codes[row] === code) out[count++] = row;
  return out.slice(0, count);
}

type Moments = { n: number; sum: number; squares: number };
type Sides = { own: Moments; rest: Moments };
type Compared = { now: Sides; before: Sides | null; binary: boolean };
const meanOf = ({ n, sum }: Moments): number | null => (n > 0 ? sum / n : null);

/** How a slice compares with the other rows, for many slices. */
function comparing({ loss, fields, before }: FindInput): (slice: Scored) => Compared {
  const [now, was] = [momentsOf(loss), before ? momentsOf(before.loss) : null];
  const binary = allFlags(loss) && (!before || allFlags(before.loss));
  const sides = (all: Moments, losses: Float64Array, of: SearchInput['fields'], slice: Scored): Sides => {
    // What is 0 or 1 is its own square, and the search has counted it.
    const counted = losses === loss ? slice : slice.before;
    const own =
      binary && counted
        ? { n: counted.n, sum: counted.sum, squares: counted.sum }
        : momentsOf(losses, rowsOf(of, slice));
    return { own, rest: { n: all.n - own.n, sum: all.sum - own.sum, squares: all.squares - own.squares } };
  };
  return (slice) => ({
    now: sides(now, loss, fields, slice),
    before: before && was ? sides(was, before.loss, before.fields, slice) : null,
    binary,
  });
}

function allFlags(loss: Float64Array): boolean {
  for (let row = 0; row < loss.length; row++) if (loss[row] !== 0 && loss[row] !== 1) return false;
  return true;
}

function momentsOf(loss: Float64Array, rows?: Uint32Array): Moments {
  const n = rows ? rows.length : loss.length;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < n; i++) {
    const e = loss[rows ? rows[i]! : i]!;
    sum += e;
    squares += e * e;
  }
  return { n, sum, squares };
}

/** Evidence that a slice is worse than the other rows, or grew worse by more than they: exact for errors, by means otherwise. */
function worseThanRest({ now, before, binary }: Compared, expected: number | undefined): number {
  if (now.rest.n === 0) return 1;
  if (expected !== undefined) return lackingMore(now, before);
  // What was not there before is held against the others as they are now.
  const compared = before && before.own.n > 0 && before.rest.n > 0 ? before : null;
  if (binary)
    return compared ? grewMore(now, compared) : fisherGreater(now.own.sum, now.own.n, now.rest.sum, now.rest.n);
  const parts = [
    { ...now.own, sign: 1 },
    { ...now.rest, sign: -1 },
    ...(compared
      ? [
          { ...compared.own, sign: -1 },
          { ...compared.rest, sign: 1 },
        ]
      : []),
  ];
  let [difference, variance] = [0, 0];
  for (const { n, sum, squares, sign } of parts) {
    const mean = sum / n;
    difference += sign * mean;
    variance += n > 1 ? Math.max(0, squares / n - mean * mean) / (n - 1) : mean * mean;
  }
  if (variance === 0) return difference > 0 ? 0 : 1;
  return normalSf(difference / Math.sqrt(variance));
}

/** Of rows of before (`now` here) and those that came since: fewer in the slice than elsewhere. */
const lackingMore = ({ own, rest }: Sides, came: Sides | null): number =>
  fisherGreater(own.n, own.n + (came?.own.n ?? 0), rest.n, rest.n + (came?.rest.n ?? 0));

/**
 * That errors grew in a slice by no more than in the other rows. Rates are those under this hypothesis, so that few rows without an error are
 * not taken for certain; and as the normal law is too sure of few rows, Fisher's test of the slice alone, without what the others grew by, has
 * to say the same.
 */
function grewMore(now: Sides, was: Sides): number {
  const [x1, n1, x0, n0] = [now.own.sum, now.own.n, was.own.sum, was.own.n];
  const shift = now.rest.sum / now.rest.n - was.rest.sum / was.rest.n;
  const rate0 = within((x0 + x1 - n1 * shift) / (n0 + n1));
  const rate1 = within(rate0 + shift);
  const rest = [now.rest, was.rest].map(({ n, sum }) => {
    const rate = (sum + 1) / (n + 2);
    return (rate * (1 - rate)) / n;
  });
  const variance = (rate1 * (1 - rate1)) / n1 + (rate0 * (1 - rate0)) / n0 + rest[0]! + rest[1]!;
  const z = (x1 / n1 - x0 / n0 - shift) / Math.sqrt(variance);
  const exact =
    shift >= 0
      ? fisherGreater(Math.max(0, Math.floor(x1 - n1 * shift)), n1, x0, n0)
      : fisherGreater(x1, n1, Math.max(0, Math.ceil(x0 + n0 * shift)), n0);
  return Math.max(normalSf(z), exact);
}
const within = (rate: number): number => Math.min(1, Math.max(0, rate));

/** What Benjamini-Hochberg's q-values are at most when these are among so many tests and nothing is known of the others. */
export function atMostQ(pValues: readonly number[], tests: number): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[b]! - pValues[a]!);
  const out = new Array<number>(pValues.length);
  let least = 1;
  for (const [i, at] of order.entries()) {
    least = Math.min(least, (pValues[at]! * tests) / (pValues.length - i));
    out[at] = least;
  }
  return out;
}
