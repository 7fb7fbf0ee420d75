import { type Bin, type BinRule, binned } from './bins.js';
import type { Rows } from './decode.js';
import type { FieldOf } from './fields.js';
import type { CodedField } from './search.js';

/** A field of now, and of before if there is one, in the same codes; of numbers the bins that codes from 2 stand for. */
export type Coded = { now: CodedField; before: CodedField | null; bins: Bin[] | null };
/** A field and how many values of it are known. */
export type Coding = Pick<FieldOf, 'name' | 'kind'> & { values: number };

/** Codes from here on are values, or bins. Before: those that are too rare, and missing ones. */
export const FIRST_CODE = 2;
/** How much more frequent than before a value is that counts as new, and the share of the rows that it must have. */
const NEW_FACTOR = 3;
const NEW_SHARE = 0.005;

/** `steady`: missing values and numbers of features that are new since before make no slice. */
export function coded(
  { name, kind, values }: Coding,
  now: Rows,
  before: Rows | null,
  rule: BinRule,
  steady: boolean,
): Coded {
  const watched = steady && name.startsWith('features.');
  if (kind === 'categorical') {
    const made = fieldOf(now.codes.get(name)!, before?.codes.get(name) ?? null, values + 1);
    if (watched) made.now.skip = newCodes(made, [1]);
    return { ...made, bins: null };
  }
  const was = before?.numbers.get(name);
  const edgesFrom = was && before!.n > 0 ? was : undefined;
  const { codes, bins, codeOf } = binned(now.numbers.get(name)!(), rule, edgesFrom);
  const made = fieldOf(codes, was ? Uint8Array.from(was(), codeOf) : null, bins.length + 1);
  if (watched) made.now.skip = newCodes(made, [1, ...bins.map((_, i) => i + FIRST_CODE)]);
  return { ...made, bins };
}

const fieldOf = (now: CodedField['codes'], before: CodedField['codes'] | null, size: number) => ({
  now: { codes: now, size } as CodedField,
  before: before && { codes: before, size },
});

/** Of these codes those that are far more frequent than before; none without rows of before. */
function newCodes({ now, before }: Pick<Coded, 'now' | 'before'>, codes: readonly number[]): number[] {
  if (!before || before.codes.length === 0 || now.codes.length === 0) return [];
  const [is, was] = [sharesOf(now), sharesOf(before)];
  return codes.filter((code) => is[code]! > NEW_FACTOR * was[code]! && is[code]! - was[code]! > NEW_SHARE);
}

function sharesOf({ codes, size }: CodedField): Float64Array {
  const counts = new Float64Array(size + 1);
  for (let row = 0; row < codes.length; row++) counts[codes[row]!]!++;
  return counts.map((count) => count / codes.length);
}
