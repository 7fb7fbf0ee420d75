import type { Filter, SlicePredicate } from '@plumbline/contracts';
import { type Bin, type BinRule, binned } from './bins.js';
import { FIRST_CODE, type FieldOf, type Rows } from './rows.js';
import type { CodedField } from './search.js';

/** What a code of a field says, and which rows have it. */
export type Said = { predicate: SlicePredicate; filters: Filter[] };
/** A field of now, and of before if there is one, in the same codes. */
export type Coded = { name: string; now: CodedField; before: CodedField | null; say(code: number): Said };

/** How much more frequent than before a value is that counts as new, and the share of the rows that it must have. */
const NEW_FACTOR = 3;
const NEW_SHARE = 0.005;

/** Which values make slices: of a field all, or only those that are no news. */
export type Coding = { bins: BinRule; steady: boolean };

export function coded(
  { name, kind }: FieldOf,
  now: Rows,
  before: Rows | null,
  values: readonly string[],
  { bins: rule, steady }: Coding,
): Coded {
  if (kind === 'categorical') {
    const size = values.length + 1;
    const made = fieldOf(now.codes.get(name)!, before?.codes.get(name) ?? null, size);
    if (steady && name.startsWith('features.')) made.now.skip = newCodes(made, [1]);
    return {
      name,
      ...made,
      say: (code) => (code < FIRST_CODE ? missing(name) : same(name, values[code - FIRST_CODE]!)),
    };
  }
  const was = before?.numbers.get(name);
  const { codes, bins, codeOf } = binned(now.numbers.get(name)!, rule, was && was.length > 0 ? was : undefined);
  const made = fieldOf(codes, was ? Uint8Array.from(was, codeOf) : null, bins.length + 1);
  if (steady && name.startsWith('features.'))
    made.now.skip = newCodes(made, [1, ...bins.map((_, i) => i + FIRST_CODE)]);
  const round = rule.kind === 'round';
  return {
    name,
    ...made,
    say(code) {
      const at = code - FIRST_CODE;
      if (at < 0) return missing(name);
      return round ? inRoundBin(name, bins[at]!) : inBin(name, bins[at]!, bins[at + 1]);
    },
  };
}

const fieldOf = (now: CodedField['codes'], before: CodedField['codes'] | null, size: number) => ({
  now: { codes: now, size } as CodedField,
  before: before && { codes: before, size },
});

const missing = (field: string): Said => ({
  predicate: { field, op: 'is_null', value: null },
  filters: [{ field, op: 'is_null' }],
});
const same = (field: string, value: string): Said => ({
  predicate: { field, op: 'eq', value },
  filters: [{ field, op: 'eq', value }],
});

/** Bounds that just these rows have: the least number of the bin, and that of the next one. */
function inBin(field: string, bin: Bin, next: Bin | undefined): Said {
  const bounds: Filter[] = [
    ...(bin.from === null ? [] : [{ field, op: 'gte' as const, value: bin.from }]),
    ...(next ? [{ field, op: 'lt' as const, value: next.from! }] : []),
  ];
  return {
    predicate: { field, op: 'between', value: [bin.low!, bin.high!] },
    filters: bounds.length > 0 ? bounds : [{ field, op: 'not_null' }],
  };
}

/** Round bounds are the predicate itself. */
function inRoundBin(field: string, { low, high }: Bin): Said {
  const filters: Filter[] = [
    ...(low === null ? [] : [{ field, op: 'gte' as const, value: low }]),
    ...(high === null ? [] : [{ field, op: 'lt' as const, value: high }]),
  ];
  if (low !== null && high !== null) return { predicate: { field, op: 'between', value: [low, high] }, filters };
  if (low !== null) return { predicate: { field, op: 'gte', value: low }, filters };
  if (high !== null) return { predicate: { field, op: 'lt', value: high }, filters };
  return { predicate: { field, op: 'gte', value: 0 }, filters: [{ field, op: 'not_null' }] };
}

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
