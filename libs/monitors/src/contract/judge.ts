import type { Finding, ValueContract } from '@plumbline/contracts';
import { normalQuantile, wilson } from '@plumbline/stats';
import { list, show } from '../words.js';
import type { SeenCategories, SeenValue } from './seen.js';

/** One-sided 99 %. */
const Z99 = 2.3263478740408408;
/** Fewer odd values than this are odd values, whatever their share. */
const ODD_MIN = 5;
const SHARE_DEFAULT = 0.01;
/** Values that must all be equal before a name counts as constant: at most nine in ten were, so chance is below one in a million. */
export const CONSTANT_ROWS_MIN = 150;
const NAMED_MAX = 3;

export type ValueCheck = 'missing' | 'range' | 'new_categories' | 'cardinality';
/** `z`: the one-sided normal quantile at which a share is beyond its limit; what a monitor's false-alarm budget leaves. */
export type Subject = { name: string; contract: ValueContract; source?: string; rowsMin: number; z?: number };

/** The quantile for one of `count` subjects of a look at `level`; never below 99 %. */
export const quantileOf = (level: number, count: number): number =>
  Math.max(Z99, -normalQuantile(level / Math.max(1, count)));

const percent = (share: number) => show(share, 'missing');

/** Whether a share is above its limit beyond doubt; one odd value never is. */
export const above = (odd: number, n: number, limit: number, z = Z99): boolean =>
  odd >= ODD_MIN && wilson(odd, n, z).low! > limit;

function shareFinding(
  { name, source, z = Z99 }: Subject,
  check: string,
  { odd, n, limit }: { odd: number; n: number; limit: number },
  message: string,
  details: Record<string, unknown> = {},
): Finding {
  const { value, low, high } = wilson(odd, n, z);
  return {
    subject: name,
    state: above(odd, n, limit, z) ? 'bad' : 'ok',
    value,
    low,
    high,
    threshold: limit,
    n,
    message,
    details: { check, source, ...details },
  };
}

/** Pure: rows that lack the value, against what the contract allows. */
export function judgeAbsent(subject: Subject, present: number, rows: number): Finding[] {
  const limit = subject.contract.missing_max;
  if (limit == null || rows < subject.rowsMin) return [];
  const odd = Math.max(0, rows - present);
  const message = `${subject.name} is missing in ${percent(odd / rows)} of ${show(rows)} rows; the contract allows ${percent(limit)}.`;
  return [shareFinding(subject, 'missing', { odd, n: rows, limit }, message)];
}

/** Pure: values outside the range of the contract. */
export function judgeRange(subject: Subject, seen: SeenValue): Finding[] {
  const { name, contract } = subject;
  if ((contract.min == null && contract.max == null) || seen.numeric < subject.rowsMin) return [];
  const limit = contract.outside_max ?? SHARE_DEFAULT;
  const share = seen.outside / seen.numeric;
  const bounds =
    contract.min == null
      ? `above ${show(contract.max)}`
      : contract.max == null
        ? `below ${show(contract.min)}`
        : `outside ${show(contract.min)} to ${show(contract.max)}`;
  const message = `${percent(share)} of ${show(seen.numeric)} values of ${name} are ${bounds} (they reach from ${show(seen.min)} to ${show(seen.max)}); the contract allows ${percent(limit)}.`;
  return [
    shareFinding(subject, 'range', { odd: seen.outside, n: seen.numeric, limit }, message, {
      range: { min: contract.min ?? null, max: contract.max ?? null },
      seen: { min: seen.min, max: seen.max },
    }),
  ];
}

/** Pure: values in categories that the contract does not know. */
export function judgeCategories(subject: Subject, seen: SeenCategories): Finding[] {
  const { name, contract } = subject;
  if (!contract.categories || seen.n < subject.rowsMin) return [];
  const known = new Set(contract.categories);
  const limit = contract.unseen_max ?? SHARE_DEFAULT;
  let expected = 0;
  for (const [value, count] of seen.counts) if (known.has(value)) expected += count;
  const odd = seen.n - expected;
  const unseen = [...seen.counts].filter(([value]) => !known.has(value)).sort(([, a], [, b]) => b - a);
  const named = list(
    unseen.slice(0, NAMED_MAX + 1).map(([value]) => JSON.stringify(value.slice(0, 60))),
    NAMED_MAX,
  );
  const message =
    odd === 0
      ? `${name} holds only known categories.`
      : `${percent(odd / seen.n)} of ${show(seen.n)} values of ${name} are new categories (${named}); the contract allows ${percent(limit)}.`;
  return [
    shareFinding(subject, 'new_categories', { odd, n: seen.n, limit }, message, {
      unseen: unseen.slice(0, 10).map(([value, count]) => ({ value: value.slice(0, 200), count })),
    }),
  ];
}

/** Pure: how many different values there are; more rows may have proportionally more, because what is new comes ever more rarely. */
export function judgeCardinality(subject: Subject, seen: SeenCategories): Finding[] {
  const { name, contract, source } = subject;
  if (contract.cardinality_max == null || seen.n < subject.rowsMin) return [];
  const scale = contract.cardinality_rows == null ? 1 : Math.max(1, seen.n / contract.cardinality_rows);
  const limit = Math.ceil(contract.cardinality_max * scale);
  return [
    {
      subject: name,
      state: seen.distinct > limit ? 'bad' : 'ok',
      value: seen.distinct,
      threshold: limit,
      n: seen.n,
      message: `${name} has ${show(seen.distinct)} different values in ${show(seen.n)} rows; the contract allows ${show(limit)}.`,
      details: { check: 'cardinality', unit: 'count', source },
    },
  ];
}

/** Whether a window holds one single value of a name; null where too few rows have any. */
export function isConstant(
  type: ValueContract['type'],
  value?: SeenValue,
  categories?: SeenCategories,
): boolean | null {
  if (type === 'numeric') {
    if (!value || value.numeric < CONSTANT_ROWS_MIN) return null;
    return value.min === value.max;
  }
  if (!categories || categories.n < CONSTANT_ROWS_MIN) return null;
  return categories.distinct === 1;
}

/** Windows before the judged one that must be known to say that something was not constant before. */
const EARLIER_MIN = 3;

/**
 * Pure: whether a name that is constant now became so: of the windows before, most held several values. What is constant by
 * nature over such a span (the day of the week within a day) is not news.
 */
export function becameConstant(now: boolean | null, earlier: readonly (boolean | null)[]): boolean {
  const known = earlier.filter((x): x is boolean => x !== null);
  return now === true && known.length >= EARLIER_MIN && known.filter((constant) => !constant).length > known.length / 2;
}

export const constantFinding = ({ name, source }: Subject, n: number, value: string): Finding => ({
  subject: name,
  state: 'bad',
  value: 1,
  threshold: null,
  n,
  message: `${name} became constant: all ${show(n)} values are ${value.slice(0, 60)}, which they were not before.`,
  details: { check: 'constant', unit: 'count', source },
});

/** Pure: predictions that were refused, for their output or for a number that is not finite. */
export function judgeRefused(
  subject: Omit<Subject, 'contract'>,
  refused: number,
  rows: number,
  limit: number | null,
): Finding[] {
  const total = rows + refused;
  if (limit === null || refused === 0 || total < subject.rowsMin) return [];
  const output = subject.name === 'prediction';
  const why = output
    ? 'because they held no usable output: absent, not finite, or no probability between 0 and 1'
    : `because ${subject.name} is not a finite number`;
  const message = `${percent(refused / total)} of ${show(total)} predictions were refused ${why}; the contract allows ${percent(limit)}.`;
  return [
    shareFinding(
      { ...subject, contract: { type: 'numeric' } },
      output ? 'refused' : 'not_finite',
      { odd: refused, n: total, limit },
      message,
    ),
  ];
}
