import { chiSquare } from '@plumbline/stats';
import type { CodedField, SearchInput } from './search.js';

/** How the values of a field moved between before and now, in a slice (or all rows) and outside of it. */
export type Move = {
  field: number;
  distance: number;
  pValue: number;
  missing: { before: number; now: number };
  colocation: number;
};

/** Rows of a cell that the test of moves needs on both sides together. */
const CELL_MIN = 5;

/** Pure: fields whose values moved in the given rows of now and before, those that moved most first; fields of the slice itself are left out. */
export function movesOf(
  { fields, before }: SearchInput,
  rows: { now: Uint32Array | null; before: Uint32Array | null },
  except: readonly number[],
): Move[] {
  if (!before) return [];
  const moves = fields.flatMap((field, f) => {
    const was = before.fields[f]!;
    if (except.includes(f)) return [];
    const [now, then] = [histogram(field, rows.now), histogram(was, rows.before)];
    const { distance, pValue } = compare(then, now);
    if (Number.isNaN(distance)) return [];
    const inside = distance * sum(now);
    const outside = rows.now === null ? 0 : movedOutside(field, was, now, then);
    return {
      field: f,
      distance,
      pValue,
      missing: { before: share(then, 1), now: share(now, 1) },
      colocation: inside > 0 ? inside / (inside + outside) : 0,
    };
  });
  return moves.sort((a, b) => b.distance * b.colocation - a.distance * a.colocation);
}

/** How many rows moved beside the slice. */
function movedOutside(now: CodedField, before: CodedField, inNow: Float64Array, inBefore: Float64Array): number {
  const rest = (all: Float64Array, own: Float64Array) => all.map((n, code) => n - own[code]!);
  const [is, was] = [rest(histogram(now, null), inNow), rest(histogram(before, null), inBefore)];
  const { distance, pValue } = compare(was, is);
  // What chance alone moves lies everywhere.
  return Number.isNaN(distance) || pValue > 0.01 ? 0 : distance * sum(is);
}

function histogram({ codes, size }: CodedField, rows: Uint32Array | null): Float64Array {
  const counts = new Float64Array(size + 1);
  if (rows === null) for (let row = 0; row < codes.length; row++) counts[codes[row]!]!++;
  else for (let i = 0; i < rows.length; i++) counts[codes[rows[i]!]!]!++;
  return counts;
}

/** Total variation of two histograms, and the evidence that they differ. NaN if one is empty. */
function compare(before: Float64Array, now: Float64Array): { distance: number; pValue: number } {
  const [n, m] = [sum(before), sum(now)];
  if (n === 0 || m === 0) return { distance: Number.NaN, pValue: 1 };
  let distance = 0;
  // Cells that are too small for the test are one.
  const [a, b] = [[0], [0]];
  for (let code = 0; code < now.length; code++) {
    distance += Math.abs(now[code]! / m - before[code]! / n) / 2;
    const small = now[code]! + before[code]! < CELL_MIN;
    if (small) {
      a[0]! += before[code]!;
      b[0]! += now[code]!;
    } else {
      a.push(before[code]!);
      b.push(now[code]!);
    }
  }
  return { distance, pValue: chiSquare(a, b)?.p ?? 1 };
}

const sum = (counts: Float64Array): number => counts.reduce((total, n) => total + n, 0);
const share = (counts: Float64Array, code: number): number => {
  const total = sum(counts);
  return total > 0 ? counts[code]! / total : 0;
};
