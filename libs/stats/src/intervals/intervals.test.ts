import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate/random.js';
import { delong } from './delong.js';
import { logitInterval, multinomialDelta } from './delta.js';
import { clipInterval, meanFromSums, normalMean, pairedMeanDifference, varianceFromSums } from './mean.js';
import { newcombe, squareAndAdd, wilson } from './proportion.js';

fc.configureGlobal({ seed: 20240229, numRuns: 200 });

const UNDEFINED = { value: null, low: null, high: null };

describe('wilson', () => {
  it('gives the limits printed by Newcombe (1998a), table 1', () => {
    const printed = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [k, n, low, high] of printed) {
      expect(wilson(k, n).low).toBeCloseTo(low, 4);
      expect(wilson(k, n).high).toBeCloseTo(high, 4);
    }
  });

  it('holds the proportion, mirrors k and n - k, and says nothing of no rows', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(2000), (hits, misses) => {
        if (hits + misses === 0) return;
        const { value, low, high } = wilson(hits, hits + misses);
        const mirror = wilson(misses, hits + misses);
        expect(low! >= 0 && low! <= value! && value! <= high! && high! <= 1).toBe(true);
        expect(mirror.low).toBeCloseTo(1 - high!, 12);
      }),
    );
    expect(wilson(0, 0)).toEqual(UNDEFINED);
    expect(() => wilson(3, 2)).toThrow(RangeError);
    expect(() => wilson(-1, 2)).toThrow(RangeError);
    expect(() => wilson(Number.NaN, 2)).toThrow(RangeError);
  });

  it('covers the truth in about 95 % of samples', () => {
    const random = seededRandom(1);
    for (const [n, p] of [
      [30, 0.1],
      [100, 0.5],
      [200, 0.97],
    ] as const) {
      let covered = 0;
      for (let i = 0; i < 4000; i++) {
        const { low, high } = wilson(random.binomial(n, p), n);
        if (low! <= p && p <= high!) covered += 1;
      }
      expect(covered / 4000).toBeGreaterThan(0.93);
      expect(covered / 4000).toBeLessThan(0.98);
    }
  });
});

describe('newcombe', () => {
  it('gives the limits printed by Newcombe (1998b), table 2, method 10', () => {
    const printed = [
      [56, 70, 48, 80, 0.0524, 0.3339],
      [9, 10, 3, 10, 0.1705, 0.809],
      [6, 7, 2, 7, 0.0582, 0.8062],
      [5, 56, 0, 29, -0.0381, 0.1926],
      [10, 10, 0, 10, 0.6075, 1],
    ] as const;
    for (const [k1, n1, k2, n2, low, high] of printed) {
      expect(newcombe(k1, n1, k2, n2).low).toBeCloseTo(low, 4);
      expect(newcombe(k1, n1, k2, n2).high).toBeCloseTo(high, 4);
    }
    expect(newcombe(1, 2, 0, 0)).toEqual(UNDEFINED);
  });

  it('changes sign with the order', () => {
    const one = newcombe(56, 70, 48, 80);
    const two = newcombe(48, 80, 56, 70);
    expect(two.low).toBeCloseTo(-one.high!, 14);
    expect(squareAndAdd(wilson(1, 2), { value: 0.5, low: null, high: null })).toEqual({
      value: 0,
      low: null,
      high: null,
    });
  });
});

describe('means', () => {
  it('normal interval', () => {
    expect(normalMean(10, 4, 100).low).toBeCloseTo(10 - 0.3919927969, 9);
    expect(normalMean(10, 4, 0)).toEqual(UNDEFINED);
    expect(normalMean(10, null, 1)).toEqual({ value: 10, low: null, high: null });
    expect(() => normalMean(10, -1, 5)).toThrow(RangeError);
    expect(varianceFromSums(4, 10, 30)).toBeCloseTo(5 / 3, 14);
    expect(varianceFromSums(1, 10, 100)).toBeNull();
    expect(varianceFromSums(3, 0.3, 0.03)).toBeGreaterThanOrEqual(0);
    expect(meanFromSums(0, 0, 0)).toEqual(UNDEFINED);
  });

  it('a paired difference is narrower than one of independent means', () => {
    const random = seededRandom(2);
    const sums = { d: 0, d2: 0 };
    for (let i = 0; i < 500; i++) {
      const difference = 0.1 + 0.05 * random.normal();
      sums.d += difference;
      sums.d2 += difference ** 2;
    }
    const { low, high } = pairedMeanDifference(500, sums.d, sums.d2);
    expect(low).toBeGreaterThan(0.09);
    expect(high).toBeLessThan(0.11);
  });

  it('clip cuts limits, not the value', () => {
    expect(clipInterval({ value: 0.5, low: -1, high: 2 }, 0, 1)).toEqual({ value: 0.5, low: 0, high: 1 });
    expect(clipInterval(UNDEFINED, 0, 1)).toEqual(UNDEFINED);
  });
});

describe('delong', () => {
  it('has no value without a class and no limits with a single row of one', () => {
    const none = { pos: 0, neg: 5, sumV: 0, sumV2: 0, sumW: 0, sumW2: 0 };
    expect(delong(none)).toEqual(UNDEFINED);
    expect(delong({ ...none, pos: 1, sumV: 0.8, sumV2: 0.64, sumW: 4, sumW2: 4 })).toEqual({
      value: 0.8,
      low: null,
      high: null,
    });
  });
});

describe('delta method', () => {
  it('reproduces the normal interval of a proportion', () => {
    const { low, high } = multinomialDelta(0.3, [30, 70], [1, 0]);
    expect(high! - low!).toBeCloseTo(2 * 1.959963984540054 * Math.sqrt((0.3 * 0.7) / 100), 12);
    expect(multinomialDelta(1, [10, 0], [1, 0]).low).toBeNull();
    expect(() => multinomialDelta(1, [1], [1, 2])).toThrow(RangeError);
  });

  it('the logit interval stays inside (0, 1) and needs an inner value', () => {
    const { low, high } = logitInterval(0.98, 20);
    expect(low!).toBeGreaterThan(0);
    expect(high!).toBeLessThan(1);
    expect(logitInterval(1, 20)).toEqual({ value: 1, low: null, high: null });
    expect(logitInterval(0.5, 0).low).toBeNull();
  });
});
