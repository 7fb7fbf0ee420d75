import { describe, expect, it } from 'vitest';
import { measured } from '../simulate/measured.js';
import { seededRandom } from '../simulate/random.js';
import { quantileAbove, usualQuantile } from './quantile.js';

describe('usualQuantile', () => {
  it('is the median of the windows; the tolerance, or how much they differ, makes the limit', () => {
    const calm = usualQuantile([40, 40, 40, 40])!;
    expect(calm.usual).toBeCloseTo(40, 9);
    expect(calm.limit).toBeCloseTo(44, 9);
    expect(usualQuantile([30, 40, 50, 35, 45])!.limit).toBeGreaterThan(60);
    expect(usualQuantile([40, 40, 40, 40, 4_000])!.limit).toBeCloseTo(44, 9);
  });

  it('says nothing from two windows, and refuses what is no duration', () => {
    expect(usualQuantile([1, 2])).toBeNull();
    expect(() => usualQuantile([1, 0, 2])).toThrow(RangeError);
  });
});

describe('quantileAbove', () => {
  it('takes the interval, not the value', () => {
    expect(quantileAbove(6, 100, 0.95)).toBe(false);
    expect(quantileAbove(200, 1_000, 0.95)).toBe(true);
    expect(quantileAbove(0, 0, 0.5)).toBe(false);
    expect(() => quantileAbove(1, 2, 1)).toThrow(RangeError);
  });
});

/** Days of log-normal response times whose level differs from day to day; is the last one judged slower? */
function rate(runs: number, between: number, factor: number, rows: number): number {
  const random = seededRandom(5);
  let rang = 0;
  for (let run = 0; run < runs; run++) {
    const day = (scale: number) => {
      const level = Math.exp(between * random.normal()) * scale * 20;
      return Array.from({ length: rows }, () => level * Math.exp(0.4 * random.normal()));
    };
    const quantile = (xs: number[], q: number) => [...xs].sort((a, b) => a - b)[Math.floor(q * xs.length)]!;
    const earlier = Array.from({ length: 7 }, () => day(1));
    const now = day(factor);
    const slower = [0.5, 0.95].some((level) => {
      const usual = usualQuantile(earlier.map((xs) => quantile(xs, level)))!;
      return quantileAbove(now.filter((x) => x > usual.limit).length, rows, level);
    });
    if (slower) rang++;
  }
  return rang / runs;
}

describe('together', () => {
  it('ring at most two stationary days in a hundred, even if days differ, and nearly always on half as slow again', () => {
    for (const between of [0, 0.03, 0.1]) {
      const alarms = rate(300, between, 1, 300);
      measured(`days that differ by ${between}: stationary days called slower`, { share: alarms });
      expect(alarms).toBeLessThanOrEqual(0.02);
    }
    for (const between of [0, 0.03]) {
      const power = rate(200, between, 1.5, 300);
      measured(`days that differ by ${between}: days half as slow again called slower`, { share: power });
      expect(power).toBeGreaterThanOrEqual(0.95);
    }
  }, 60_000);
});
