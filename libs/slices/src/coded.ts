import type { Filter, SlicePredicate } from '@plumbline/contracts';
import { type BinRule, binned } from './bins.js';
import { FIRST_CODE, type FieldOf, type Rows } from './rows.js';
import type { CodedField } from './search.js';

/** What a code of a field says, and which rows have it. */
export type Said = { predicate: SlicePredicate; filters: Filter[] };
/** A field of now, and of before if there is one, in the same codes. */
export type Coded = { name: string; now: CodedField; before: CodedField | null; say(code: number): Said };

export function coded(
  { name, kind }: FieldOf,
  now: Rows,
  before: Rows | null,
  values: readonly string[],
  rule: BinRule,
): Coded {
  const missing: Said = {
    predicate: { field: name, op: 'is_null', value: null },
    filters: [{ field: name, op: 'is_null' }],
  };
  if (kind === 'categorical') {
    const size = values.length + 1;
    const say = (value: string): Said => ({
      predicate: { field: name, op: 'eq', value },
      filters: [{ field: name, op: 'eq', value }],
    });
    return {
      name,
      now: { codes: now.codes.get(name)!, size },
      before: before && { codes: before.codes.get(name)!, size },
      say: (code) => (code < FIRST_CODE ? missing : say(values[code - FIRST_CODE]!)),
    };
  }
  const { codes, bins, codeOf } = binned(now.numbers.get(name)!, rule);
  const size = bins.length + 1;
  return {
    name,
    now: { codes, size },
    before: before && { codes: Uint8Array.from(before.numbers.get(name)!, codeOf), size },
    say(code) {
      if (code < FIRST_CODE) return missing;
      const [bin, next] = [bins[code - FIRST_CODE]!, bins[code - FIRST_CODE + 1]];
      const bounds: Filter[] = [
        ...(bin.from === null ? [] : [{ field: name, op: 'gte' as const, value: bin.from }]),
        ...(next ? [{ field: name, op: 'lt' as const, value: next.from! }] : []),
      ];
      return {
        predicate: { field: name, op: 'between', value: [bin.low, bin.high] },
        filters: bounds.length > 0 ? bounds : [{ field: name, op: 'not_null' }],
      };
    },
  };
}
