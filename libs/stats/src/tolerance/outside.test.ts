import { describe, expect, it } from 'vitest';
import { measured } from '../simulate/measured.js';
import { seededRandom } from '../simulate/random.js';
import { outsideExtremes, unseenShareLimit } from './outside.js';

describe('outsideExtremes', () => {
  it('solves the equation of Wilks, and agrees with printed sample sizes', () => {
    // 95 % of the population between the extremes with 95 % confidence takes 93 values; 99 % with 99 % takes 662.
    expect(outsideExtremes(93, 0.95)).toBeLessThanOrEqual(0.05);
    expect(outsideExtremes(92, 0.95)).toBeGreaterThan(0.05);
    expect(outsideExtremes(662)).toBeLessThanOrEqual(0.01);
    expect(outsideExtremes(661)).toBeGreaterThan(0.01);
  });

  it('bounds nothing without values, and falls with their number', () => {
    expect([0, 1].map((n) => outsideExtremes(n))).toEqual([1, 1]);
    const limits = [2, 10, 100, 1_000, 100_000].map((n) => outsideExtremes(n));
    expect([...limits].sort((a, b) => b - a)).toEqual(limits);
    expect(() => outsideExtremes(10, 1)).toThrow(RangeError);
  });

  it('is exceeded by one sample in a hundred', () => {
    const random = seededRandom(11);
    for (const n of [20, 200]) {
      const limit = outsideExtremes(n);
      let exceeded = 0;
      for (let i = 0; i < 4_000; i++) {
        const draws = Array.from({ length: n }, () => random.uniform());
        if (1 - (Math.max(...draws) - Math.min(...draws)) > limit) exceeded++;
      }
      expect(exceeded / 4_000).toBeGreaterThan(0.004);
      expect(exceeded / 4_000).toBeLessThan(0.018);
    }
  });
});

describe('unseenShareLimit', () => {
  it('is exceeded rarely, for even and for long-tailed categories', () => {
    const random = seededRandom(12);
    const even = Array.from({ length: 50 }, () => 1);
    const zipf = Array.from({ length: 2_000 }, (_, i) => 1 / (i + 1) ** 1.3);
    for (const [weights, n] of [
      [even, 100],
      [even, 500],
      [zipf, 300],
      [zipf, 3_000],
    ] as const) {
      const total = weights.reduce((a, b) => a + b, 0);
      let exceeded = 0;
      const runs = 600;
      for (let i = 0; i < runs; i++) {
        const counts = random.multinomial(n, weights);
        const seen = (times: number) => counts.filter((c) => c === times).length;
        const unseen = weights.reduce((sum, w, k) => sum + (counts[k] === 0 ? w : 0), 0) / total;
        if (unseen > unseenShareLimit(seen(1), seen(2), n)) exceeded++;
      }
      measured(`${n} rows of ${weights.length} categories: the limit of unseen ones is exceeded`, {
        share: exceeded / runs,
      });
      expect(exceeded / runs).toBeLessThan(0.02);
    }
  });

  it('of no rows is everything', () => {
    expect(unseenShareLimit(0, 0, 0)).toBe(1);
    expect(unseenShareLimit(0, 0, 1_000)).toBeLessThan(0.01);
    expect(() => unseenShareLimit(3, 3, 5)).toThrow(RangeError);
  });
});
