import { describe, expect, it } from 'vitest';
import {
  ago,
  bytes,
  cell,
  compact,
  date,
  dateTime,
  duration,
  group,
  number,
  percent,
  plural,
  utc,
  windowLabel,
} from './format';

/** The thin spaces are asserted as ordinary ones, to keep the tables readable. */
const plain = (text: string) => text.replaceAll('\u202f', ' ');
const now = Date.parse('2026-05-12T12:00:00Z');

it.each([
  [null, '–'],
  [0, '0'],
  [950, '950'],
  [1234, '1.2 k'],
  [12_000, '12 k'],
  [999_960, '1 M'],
  [1_204_000, '1.2 M'],
  [-5_000_000_000, '−5 B'],
  [Number.NaN, '–'],
])('compact(%s) is %s', (value, want) => expect(plain(compact(value))).toBe(want));

it.each([
  [0.04123, '0.0412'],
  [12.345, '12.3'],
  [1204.4, '1 204'],
  [-0.5, '−0.5'],
  [0.00001234, '1.2e−5'],
  [undefined, '–'],
])('number(%s) is %s', (value, want) => expect(plain(number(value))).toBe(want));

it.each([
  [0.943, '94.3 %'],
  [1, '100 %'],
  [0, '0 %'],
  [-0.00001, '0 %'],
  [0.0001, '< 0.1 %'],
  [-0.021, '−2.1 %'],
  [null, '–'],
])('percent(%s) is %s', (value, want) => expect(plain(percent(value))).toBe(want));

it.each([
  [450, '450 ms'],
  [45_000, '45 s'],
  [720_000, '12 min'],
  [12_000_000, '3 h 20 min'],
  [5 * 86_400_000 + 4 * 3_600_000, '5 d 4 h'],
  [90 * 86_400_000 + 3_600_000, '90 d'],
  [null, '–'],
])('duration(%s) is %s', (value, want) => expect(plain(duration(value))).toBe(want));

describe('times', () => {
  it('tells how long ago in one unit', () => {
    expect(plain(ago('2026-05-12T09:00:00Z', now))).toBe('3 h ago');
    expect(plain(ago('2026-05-14T12:00:00Z', now))).toBe('in 2 d');
    expect(ago('2026-05-12T11:59:50Z', now)).toBe('just now');
  });
  it('shows the year only when it is another', () => {
    expect(dateTime('2026-05-11T14:05:00Z', now, { timeZone: 'UTC' })).toBe('11 May 14:05');
    expect(date('2025-12-31T00:00:00Z', now, { timeZone: 'UTC' })).toBe('31 Dec 2025');
  });
  it('is exact in UTC', () => expect(utc('2026-05-11T14:05:09Z')).toBe('2026-05-11 14:05:09 UTC'));
  it('names days and weeks by their UTC dates', () => {
    expect(windowLabel('2026-05-11T00:00:00Z', '2026-05-12T00:00:00Z', now)).toBe('11 May (UTC day)');
    expect(windowLabel('2026-05-04T00:00:00Z', '2026-05-11T00:00:00Z', now)).toBe('4 May – 10 May (UTC)');
  });
});

it('counts and cells', () => {
  expect(plural(1, 'row')).toBe('1 row');
  expect(plain(group(1234567))).toBe('1 234 567');
  expect(plural(0, 'row')).toBe('0 rows');
  expect(cell({ a: 1 })).toBe('{"a":1}');
  expect(cell(null)).toBe('–');
  expect(cell('x'.repeat(80), 10)).toBe(`${'x'.repeat(9)}…`);
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [12_440, '12.4 kB'],
    [999_960, '1 MB'],
    [3_100_000_000, '3.1 GB'],
    [Number.NaN, '–'],
  ])('%d is %s', (value, text) => expect(bytes(value).replace('\u202f', ' ')).toBe(text));
});
