import type { Scored } from './best.js';
import type { CodedField } from './search.js';

/** Rows as bits. */
export type RowSet = Uint32Array;

/** The rows of slices; those of each predicate are found once. */
export function rowSets(fields: readonly CodedField[]): (slice: Pick<Scored, 'fields' | 'codes'>) => RowSet {
  const known = new Map<string, RowSet>();
  const single = (field: number, code: number): RowSet => {
    const key = `${field}~${code}`;
    const set = known.get(key) ?? withCode(fields[field]!.codes, code);
    known.set(key, set);
    return set;
  };
  return ({ fields: chosen, codes }) => {
    const sets = chosen.map((field, i) => single(field, codes[i]!));
    if (sets.length === 1) return sets[0]!;
    const out = Uint32Array.from(sets[0]!);
    for (const set of sets.slice(1)) for (let word = 0; word < out.length; word++) out[word]! &= set[word]!;
    return out;
  };
}

function withCode(codes: CodedField['codes'], code: number): RowSet {
  const out = new Uint32Array(Math.ceil(codes.length / 32));
  for (let row = 0; row < codes.length; row++) if (codes[row] === code) out[row >>> 5]! |= 1 << (row & 31);
  return out;
}

/** Rows that are in both. */
export function inBoth(a: RowSet, b: RowSet): number {
  let count = 0;
  for (let word = 0; word < a.length; word++) {
    let x = a[word]! & b[word]!;
    x -= (x >>> 1) & 0x55555555;
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
    count += Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
