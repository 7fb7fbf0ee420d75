import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { count, duration, filterWords, number, percent, span, utc, valueWords } from './words.js';

describe('numbers for people', () => {
  it.each([
    [null, '–'],
    [undefined, '–'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
    [0, '0'],
    [-0, '0'],
    [0.0412, '0.0412'],
    [0.00001, '1.0e-5'],
    [0.85, '0.85'],
    [12.345, '12.3'],
    [999.4, '999'],
    [1204, '1,204'],
    [-1204, '-1,204'],
    [9999, '9,999'],
    [12_345, '12.3 k'],
    [-12_345, '-12.3 k'],
    [999_960, '1 M'],
    [1_234_567, '1.2 M'],
    [123_456_789, '123 M'],
    [2.5e9, '2.5 B'],
    [7e12, '7 T'],
    [1e300, '1.0e300'],
  ])('number %s → %s', (value, text) => expect(number(value)).toBe(text));

  it.each([
    [null, '–'],
    [0.943, '94.3 %'],
    [0.85, '85 %'],
    [1, '100 %'],
    [0, '0 %'],
    [0.0001, 'under 0.1 %'],
    [-0.1234, '-12.3 %'],
    [250, '25 k %'],
  ])('percent %s → %s', (value, text) => expect(percent(value)).toBe(text));

  it.each([
    [0, '0 ms'],
    [250, '250 ms'],
    [45_000, '45 s'],
    [12 * 60_000, '12 min'],
    [125 * 60_000, '2 h 5 min'],
    [13 * 3_600_000 + 60_000, '13 h'],
    [3 * 86_400_000 + 4 * 3_600_000, '3 d 4 h'],
    [90 * 86_400_000, '90 d'],
    [-5, '0 ms'],
    [Number.NaN, '–'],
  ])('duration %s → %s', (ms, text) => expect(duration(ms)).toBe(text));

  it('counts every one', () => {
    expect(count(1893)).toBe('1,893');
    expect(count(12_345_678)).toBe('12,345,678');
    expect(count(Number.NaN)).toBe('–');
  });

  it('stays short and never says NaN, whatever the number', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        for (const text of [number(value), percent(value)]) {
          expect(text).not.toMatch(/NaN|Infinity|undefined/);
          expect(text.length).toBeLessThanOrEqual(14);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('chooses the unit by what was judged', () => {
    const finding = (subject: string, details?: Record<string, unknown>) => ({ subject, details });
    expect(valueWords('performance', finding('accuracy'))(0.5)).toBe('50 %');
    expect(valueWords('performance', finding('precision:fraud'))(0.5)).toBe('50 %');
    expect(valueWords('performance', finding('roc_auc'))(0.5)).toBe('0.5');
    expect(valueWords('performance', finding('tags.country=BR', { metric: 'recall' }))(0.5)).toBe('50 %');
    expect(valueWords('missing', finding('age'))(0.031)).toBe('3.1 %');
    expect(valueWords('drift', finding('accuracy'))(0.41)).toBe('0.41');
    expect(valueWords('latency', finding('latency_p95'))(120)).toBe('120 ms');
    expect(valueWords('latency')(null)).toBe('–');
  });
});

describe('times and filters for people', () => {
  it('says the zone, and the day once', () => {
    expect(utc('2026-05-12T14:05:09.123Z')).toBe('2026-05-12 14:05 UTC');
    expect(utc('soon')).toBe('soon');
    expect(span('2026-05-12T14:00:00Z', '2026-05-12T15:00:00Z')).toBe('2026-05-12 14:00 – 15:00 UTC');
    expect(span('2026-05-12T00:00:00Z', '2026-05-13T00:00:00Z')).toBe('2026-05-12 00:00 – 2026-05-13 00:00 UTC');
  });

  it('reads filters aloud', () => {
    const filters = [
      { field: 'tags.country', op: 'eq', value: 'BR' },
      { field: 'features.age', op: 'lt', value: 30 },
      { field: 'version', op: 'in', value: ['v1', 'v2'] },
      { field: 'label', op: 'is_null' },
      { field: 'features.x', op: 'not_null' },
      { field: 'features.y', op: 'eq', value: null },
    ];
    expect(filterWords({ filters })).toBe(
      'tags.country = BR and features.age < 30 and version in (v1, v2) and label is missing and features.x is present and features.y = null',
    );
    expect(filterWords({})).toBe('');
    expect(filterWords({ filters: [null, 3, {}] })).toBe('');
  });
});
