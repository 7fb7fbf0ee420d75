import type { SlicePredicate } from '@plumbline/contracts';

const bare = (field: string): string => field.replace(/^(features|tags)\./, '');
const number = (x: number): string => String(Number(x.toPrecision(6)));

/** Pure: a condition as people write it. */
export function predicateText({ field, op, value }: SlicePredicate): string {
  const name = bare(field);
  if (op === 'is_null') return `${name} is missing`;
  if (op === 'eq') return `${name} = ${value}`;
  if (op === 'lt') return `${name} < ${number(Number(value))}`;
  if (op === 'gte') return `${name} ≥ ${number(Number(value))}`;
  const [low, high] = value as [number, number];
  return `${number(low)} ≤ ${name} < ${number(high)}`;
}

/** Pure: all conditions of a slice. */
export const sliceText = (predicates: readonly SlicePredicate[]): string => predicates.map(predicateText).join(' ∧ ');
