import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate/random.js';
import { expectedCount } from './expected.js';

describe('expectedCount', () => {
  it('is the median, and one wild week does not move the band', () => {
    const calm = expectedCount([1000, 1040, 980, 1010, 995, 1020, 1005, 990]);
    const wild = expectedCount([1000, 1040, 980, 1010, 995, 1020, 1005, 90_000]);
    expect(calm.expected).toBeCloseTo(1002.5, 9);
    expect(wild.high! / calm.high!).toBeLessThan(1.05);
    expect(calm.low!).toBeGreaterThan(500);
    expect(calm.high!).toBeLessThan(1600);
  });

  it('tiny counts never ring low and seldom high', () => {
    for (const history of [[0], [1, 2], [3, 2, 4], [0, 0, 0, 1], [5, 5, 5, 5, 5]]) {
      const { low, high } = expectedCount(history);
      expect(low).toBe(0);
      expect(high!).toBeGreaterThan(5);
    }
  });

  it('silence after steady traffic is unusual', () => {
    expect(expectedCount([30, 31, 29, 33]).low!).toBeGreaterThan(5);
    expect(expectedCount([100]).low!).toBeGreaterThan(30);
  });

  it('without history nothing is expected', () => {
    expect(expectedCount([])).toEqual({ expected: null, low: null, high: null });
    expect(() => expectedCount([-1])).toThrow(RangeError);
    expect(() => expectedCount([1], { factor: 0 })).toThrow(RangeError);
  });

  it('a larger factor gives a wider band', () => {
    const history = [400, 420, 380, 410];
    const narrow = expectedCount(history, { factor: 3 });
    const wide = expectedCount(history, { factor: 6 });
    expect(wide.low!).toBeLessThan(narrow.low!);
    expect(wide.high!).toBeGreaterThan(narrow.high!);
  });

  it('rings on less than one in a thousand stationary periods, with 10 % of extra variation', () => {
    const random = seededRandom(5);
    const draw = (mean: number) => {
      const rate = mean * Math.exp(0.1 * random.normal());
      return Math.max(0, Math.round(rate + Math.sqrt(rate) * random.normal()));
    };
    for (const [weeks, mean] of [
      [2, 200],
      [4, 30],
      [8, 1000],
    ] as const) {
      let rings = 0;
      for (let i = 0; i < 10_000; i++) {
        const { low, high } = expectedCount(Array.from({ length: weeks }, () => draw(mean)));
        const count = draw(mean);
        if (count < low! || count > high!) rings += 1;
      }
      expect(rings / 10_000, `${weeks} weeks of ${mean}`).toBeLessThan(0.001);
    }
  });
});
