import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparable, schemaChanges } from './checks.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const NOW = Date.UTC(2026, 0, 5);

describe('comparable windows', () => {
  it('are the same hour of eight weeks', () => {
    expect(comparable(NOW, HOUR, 0)).toEqual(Array.from({ length: 8 }, (_, i) => NOW - (i + 1) * WEEK));
  });

  it('are the same hour of the days while fewer than three weeks are known', () => {
    expect(comparable(NOW, HOUR, NOW - 2 * WEEK)).toEqual(Array.from({ length: 14 }, (_, i) => NOW - (i + 1) * DAY));
    expect(comparable(NOW, HOUR, NOW - 3 * DAY)).toEqual([1, 2, 3].map((d) => NOW - d * DAY));
    expect(comparable(NOW, HOUR, NOW - 3 * WEEK)).toHaveLength(3);
  });

  it('of a week are the weeks before', () => {
    expect(comparable(NOW, WEEK, NOW - 4 * WEEK)).toEqual([1, 2, 3, 4].map((w) => NOW - w * WEEK));
  });

  it('are always whole windows back, before it, and never before the first event', () => {
    const steps = fc.constantFrom(5 * 60_000, HOUR, 5 * HOUR, 7 * HOUR, DAY, 3 * DAY, WEEK, 30 * DAY);
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 400 }), (step, days) => {
        const first = NOW - days * DAY;
        const found = comparable(NOW, step, first);
        for (const s of found) {
          expect((NOW - s) % step).toBe(0);
          expect(s).toBeLessThan(NOW);
          expect(s).toBeGreaterThanOrEqual(first);
        }
        expect(new Set(found).size).toBe(found.length);
      }),
    );
  });
});

describe('schemaChanges', () => {
  const numeric = { type: 'numeric', missingRate: 0 };
  const reference = {
    age: numeric,
    country: { type: 'categorical', missingRate: 0 },
    rare: { type: 'numeric', missingRate: 0.9 },
  };
  const rows = 100;
  const fine = { age: { numeric: 100, categorical: 0 }, country: { numeric: 0, categorical: 100 } };
  const changes = (features: Record<string, { numeric: number; categorical: number }>, ref = reference) =>
    schemaChanges(ref, { rows, features }).map((c) => `${c.feature} ${c.change}`);

  it.each<[string, Record<string, { numeric: number; categorical: number }>, string[]]>([
    ['nothing changed; what was mostly missing may be', fine, []],
    ['one vanished', { age: fine.age }, ['country vanished']],
    ['one is mostly missing now, which is not this check', { ...fine, age: { numeric: 1, categorical: 0 } }, []],
    ['one appeared', { ...fine, new: { numeric: 1, categorical: 0 } }, ['new appeared']],
    ['a number became text', { ...fine, age: { numeric: 50, categorical: 50 } }, ['age type_changed']],
    ['a few texts are no change of type', { ...fine, age: { numeric: 96, categorical: 4 } }, []],
    ['text became a number', { ...fine, country: { numeric: 50, categorical: 50 } }, ['country type_changed']],
    ['a few numbers are no change of type', { ...fine, country: { numeric: 4, categorical: 96 } }, []],
    [
      'names of what every object has are names like any other',
      { ...fine, constructor: { numeric: 5, categorical: 0 }, toString: { numeric: 0, categorical: 5 } },
      ['constructor appeared', 'toString appeared'],
    ],
  ])('%s', (_, features, expected) => {
    expect(changes(features)).toEqual(expected);
  });

  it('text that looked like numbers is still text', () => {
    const zip = (numeric: number) => ({ zip: { numeric, categorical: rows - numeric } });
    const known = { zip: { type: 'categorical', missingRate: 0, numbers: 0.9 } } as unknown as typeof reference;
    expect(changes(zip(90), known)).toEqual([]);
    expect(changes(zip(100), known)).toEqual(['zip type_changed']);
  });

  it('an empty reference knows no feature', () => {
    expect(changes({ a: { numeric: 1, categorical: 0 } }, {} as typeof reference)).toEqual(['a appeared']);
  });
});
