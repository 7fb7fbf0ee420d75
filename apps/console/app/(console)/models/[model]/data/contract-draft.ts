import type { ValueContract } from '@plumbline/contracts';

/** What a person types about the values of one name; empty means "anything". */
export type Draft = {
  missing: string;
  min: string;
  max: string;
  outside: string;
  categories: string;
  unseen: string;
  cardinality: string;
  varies: boolean;
};
export type DraftErrors = Partial<Record<keyof Draft, string>>;

/** Without the noise of binary fractions. */
const text = (n: number | null | undefined): string =>
  n === null || n === undefined ? '' : String(Number(n.toPrecision(12)));
/** A share as per cent. */
const percentText = (share: number | null | undefined): string =>
  share === null || share === undefined ? '' : String(Number((share * 100).toPrecision(10)));

export const draftOf = (v: ValueContract): Draft => ({
  missing: percentText(v.missing_max),
  min: text(v.min),
  max: text(v.max),
  outside: percentText(v.outside_max),
  categories: (v.categories ?? []).join('\n'),
  unseen: percentText(v.unseen_max),
  cardinality: text(v.cardinality_max),
  varies: v.varies ?? false,
});

const number = (raw: string): number | null | undefined => {
  if (raw.trim() === '') return null;
  const n = Number(raw.replace(',', '.'));
  return Number.isFinite(n) ? n : undefined;
};

/** The contract as typed, and what is wrong with it. What the form does not show (source, rows of the cardinality) stays as it was. */
export function contractFrom(before: ValueContract, draft: Draft): { value: ValueContract; errors: DraftErrors } {
  const errors: DraftErrors = {};
  const plain = (key: 'min' | 'max') => {
    const n = number(draft[key]);
    if (n === undefined) errors[key] = 'is not a number';
    return n ?? null;
  };
  const share = (key: 'missing' | 'outside' | 'unseen') => {
    const n = number(draft[key]);
    if (n === undefined || (n !== null && (n < 0 || n > 100))) errors[key] = 'is a share between 0 and 100 %';
    return n === null || n === undefined ? null : Number((n / 100).toPrecision(12));
  };
  const value: ValueContract = { ...before, missing_max: share('missing'), varies: draft.varies };
  if (before.type === 'numeric') {
    value.min = plain('min');
    value.max = plain('max');
    value.outside_max = share('outside');
    if (value.min !== null && value.max !== null && value.min > value.max) errors.max = 'is below the smallest value';
    return { value, errors };
  }
  const categories = [...new Set(draft.categories.split('\n').map((c) => c.trim()))].filter((c) => c !== '');
  value.categories = categories.length > 0 ? categories : null;
  value.unseen_max = share('unseen');
  const most = number(draft.cardinality);
  if (most === undefined || (most !== null && (!Number.isInteger(most) || most < 1)))
    errors.cardinality = 'is a whole number from 1 on';
  value.cardinality_max = most ?? null;
  if (value.cardinality_max === null) value.cardinality_rows = null;
  return { value, errors };
}

const short = (n: number | null | undefined): string =>
  n === null || n === undefined ? '…' : String(Number(n.toPrecision(6)));

/** One line about what is allowed. */
export function ruleOf(v: ValueContract): string {
  const parts: string[] = [];
  if (v.type === 'numeric' && (v.min != null || v.max != null)) parts.push(`${short(v.min)} to ${short(v.max)}`);
  if (v.categories) parts.push(`${v.categories.length} ${v.categories.length === 1 ? 'category' : 'categories'}`);
  else if (v.cardinality_max != null) parts.push(`at most ${v.cardinality_max} categories`);
  if (v.missing_max != null) parts.push(`missing\u00a0≤\u00a0${percentText(v.missing_max)}\u00a0%`);
  if (v.varies) parts.push('varies');
  return parts.join(' · ') || 'anything';
}
