import type { Filter, SlicePredicate } from '@plumbline/contracts';
import type { Bin } from './bins.js';
import { FIRST_CODE } from './coded.js';

/** What a code of a field says, and which rows have it. */
export type Said = { predicate: SlicePredicate; filters: Filter[] };

/** Pure: what a code stands for: a missing value, one of the values, or a bin. */
export function said(
  field: string,
  code: number,
  { values, bins, round }: { values: readonly string[]; bins: readonly Bin[] | null; round: boolean },
): Said {
  const at = code - FIRST_CODE;
  if (at < 0) return { predicate: { field, op: 'is_null', value: null }, filters: [{ field, op: 'is_null' }] };
  if (bins) return round ? inRoundBin(field, bins[at]!) : inBin(field, bins[at]!, bins[at + 1]);
  const value = values[at]!;
  return { predicate: { field, op: 'eq', value }, filters: [{ field, op: 'eq', value }] };
}

/** Bounds that just these rows have: the least number of the bin, and that of the next one. */
function inBin(field: string, bin: Bin, next: Bin | undefined): Said {
  const bounds: Filter[] = [
    ...(bin.from === null ? [] : [{ field, op: 'gte' as const, value: bin.from }]),
    ...(next ? [{ field, op: 'lt' as const, value: next.from! }] : []),
  ];
  return {
    predicate: { field, op: 'between', value: [bin.low!, bin.high!] },
    // Texts among the numbers are not missing, and yet not in the bin.
    filters: bounds.length > 0 ? bounds : [{ field, op: 'gte', value: bin.low! }],
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
  // All numbers are one bin.
  return { predicate: { field, op: 'gte', value: 0 }, filters: [{ field, op: 'not_null' }] };
}
