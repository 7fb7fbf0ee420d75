import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeOfId, uuidv7 } from './ids.js';

describe('uuidv7', () => {
  it('is a UUID of version 7 that carries its millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (ms) => {
        const id = uuidv7(ms);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(timeOfId(id)).toBe(ms);
      }),
    );
  });

  it('stays in range for times before 1970 and fractions', () => {
    expect(timeOfId(uuidv7(-5))).toBe(0);
    expect(timeOfId(uuidv7(1234.9))).toBe(1234);
  });

  it('sorts by time, whatever the order of making', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 48 - 1 }), { minLength: 2 }), (times) => {
        const made = times.map((ms) => ({ ms, id: uuidv7(ms) }));
        const byId = made.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ ms }) => ms);
        expect(byId).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });

  it('ascends within one millisecond and never repeats, 50,000 times', () => {
    const ids = Array.from({ length: 50_000 }, () => uuidv7(1_767_225_600_000));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id, i) => i === 0 || id > (ids[i - 1] as string))).toBe(true);
  });

  it('never repeats when times alternate', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => uuidv7(1000 + (i % 2)));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
