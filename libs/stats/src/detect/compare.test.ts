import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilson } from '../intervals/proportion.js';
import { decideBeyond, decideDifference, pNoChange } from './compare.js';

fc.configureGlobal({ seed: 20240229, numRuns: 200 });

const unknown = { value: null, low: null, high: null };
const point = (value: number) => ({ value, low: null, high: null });

describe('decideBeyond', () => {
  const accuracy = { value: 0.85, low: 0.8, high: 0.9, n: 200 };
  it.each([
    ['lt', 0.95, true],
    ['lt', 0.9, false],
    ['lte', 0.9, true],
    ['lt', 0.87, false],
    ['gt', 0.75, true],
    ['gt', 0.8, false],
    ['gte', 0.8, true],
    ['gt', 0.82, false],
  ] as const)('%s %d -> %s', (op, threshold, beyond) => {
    expect(decideBeyond(accuracy, { op, threshold })).toBe(beyond);
  });

  it('never rings on the unknown', () => {
    expect(decideBeyond({ ...unknown, n: 0 }, { op: 'lt', threshold: 1 })).toBe(false);
    expect(decideBeyond({ ...accuracy, n: 0 }, { op: 'lt', threshold: 1 })).toBe(false);
    expect(decideBeyond(point(0.1), { op: 'lt', threshold: 1 })).toBe(false);
    expect(decideBeyond(point(0.1), { op: 'lt', threshold: 1 }, { withoutInterval: 'value' })).toBe(true);
    expect(() => decideBeyond(accuracy, { op: 'lt', threshold: Number.NaN })).toThrow(RangeError);
  });
});

describe('decideDifference', () => {
  it('rings when the interval of the difference excludes the tolerance in the bad direction', () => {
    const decide = (hits: number, direction: 'higher' | 'lower' | 'none', tolerance: number) =>
      decideDifference({ current: wilson(hits, 1000), baseline: wilson(900, 1000), direction, tolerance }).worse;
    expect(decide(800, 'higher', 0.02)).toBe(true);
    expect(decide(800, 'higher', 0.09)).toBe(false);
    expect(decide(890, 'higher', 0)).toBe(false);
    expect(decide(960, 'higher', 0)).toBe(false);
    expect(decide(960, 'lower', 0)).toBe(true);
    expect(decide(800, 'lower', 0)).toBe(false);
    expect(decide(800, 'none', 0)).toBe(true);
    expect(decide(960, 'none', 0)).toBe(true);
  });

  it('says nothing of the unknown, and takes values as they are only on request', () => {
    const input = { current: point(3), baseline: point(1), direction: 'lower', tolerance: 1 } as const;
    expect(decideDifference(input)).toEqual({ difference: 2, low: null, high: null, worse: false });
    expect(decideDifference(input, { withoutInterval: 'value' })).toEqual({
      difference: 2,
      low: 2,
      high: 2,
      worse: true,
    });
    expect(decideDifference({ ...input, current: unknown }).difference).toBeNull();
    expect(() => decideDifference({ ...input, tolerance: -1 })).toThrow(RangeError);
  });

  it('a larger tolerance never rings more', () => {
    const counts = fc.tuple(fc.nat(300), fc.nat(300)).filter(([a, b]) => a + b > 0);
    fc.assert(
      fc.property(counts, counts, fc.double({ min: 0, max: 1, noNaN: true }), ([a, b], [c, d], tolerance) => {
        const input = { current: wilson(a, a + b), baseline: wilson(c, c + d), direction: 'higher' } as const;
        const strict = decideDifference({ ...input, tolerance: 0 });
        const loose = decideDifference({ ...input, tolerance });
        if (loose.worse) expect(strict.worse).toBe(true);
        expect(strict.low! <= strict.difference! && strict.difference! <= strict.high!).toBe(true);
      }),
    );
  });
});

describe('pNoChange', () => {
  const fell = { difference: -0.1, low: -0.15, high: -0.05 };
  it('is the normal p-value that the interval implies, in the bad direction', () => {
    expect(pNoChange({ difference: -0.1, low: -0.2, high: 0 }, 'higher')).toBeCloseTo(0.025, 9);
    expect(pNoChange({ difference: 0.1, low: 0, high: 0.4 }, 'lower')).toBeCloseTo(0.025, 9);
    expect(pNoChange({ difference: 0.1, low: 0, high: 0.4 }, 'none')).toBeCloseTo(0.05, 9);
    expect(pNoChange(fell, 'higher')! + pNoChange(fell, 'lower')!).toBeCloseTo(1, 12);
    expect(pNoChange(fell, 'higher')).toBeLessThan(1e-4);
  });

  it('knows no doubt without width, and nothing without limits', () => {
    expect(pNoChange({ difference: -0.1, low: -0.1, high: -0.1 }, 'higher')).toBe(0);
    expect(pNoChange({ difference: 0.1, low: 0.1, high: 0.1 }, 'higher')).toBe(1);
    expect(pNoChange({ difference: 0, low: 0, high: 0 }, 'none')).toBe(1);
    expect(pNoChange({ difference: -0.1, low: null, high: null }, 'higher')).toBeNull();
    expect(pNoChange({ difference: null, low: null, high: null }, 'none')).toBeNull();
  });
});
