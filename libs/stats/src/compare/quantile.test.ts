import { describe, expect, it } from 'vitest';
import { measured } from '../simulate/measured.js';
import { seededRandom } from '../simulate/random.js';
import { quantileAbove, usualQuantiles } from './quantile.js';

describe('usualQuantiles', () => {
  it('is the median of each group; the tolerance, or how much windows differ, makes the limit', () => {
    const [calm] = usualQuantiles([[40, 40, 40, 40]]);
    expect(calm!.usual).toBeCloseTo(40, 9);
    expect(calm!.limit).toBeCloseTo(44, 9);
    expect(usualQuantiles([[30, 40, 50, 35, 45]])[0]!.limit).toBeGreaterThan(60);
    const [near, far] = usualQuantiles([
      [30, 40, 50, 35, 45],
      [80, 80, 80],
    ]);
    expect(near!.usual).toBeCloseTo(40, 9);
    expect(far!.usual).toBeCloseTo(80, 9);
    // One spread for both: more windows tell it better.
    expect(far!.limit).toBeGreaterThan(88);
    expect(near!.limit).toBeLessThan(usualQuantiles([[30, 40, 50, 35, 45]])[0]!.limit);
  });

  it('is not blinded by one bad day, and is stricter at a lower level', () => {
    const days = [40, 41, 39, 40.5, 39.5, 41.2, 38.8];
    const limit = (near: number[], level?: number) => usualQuantiles([near, days], { level })[0]!.limit;
    expect(limit([...days.slice(1), 4_000])).toBeLessThan(1.2 * limit(days));
    expect(limit(days, 1e-4)).toBeGreaterThan(limit(days, 1e-2));
  });

  it('does not let what grows every day hide behind its own growth', () => {
    const random = seededRandom(78);
    const grown = Array.from({ length: 15 }, (_, day) => 40 * 1.015 ** day * Math.exp(0.01 * random.normal()));
    const [near, far] = usualQuantiles([grown.slice(7, 14), grown.slice(0, 7)], { level: 3e-4 });
    expect(grown[14]!).toBeLessThan(near!.limit);
    expect(grown[14]!).toBeGreaterThan(far!.limit);
  });

  it('lets a window of the same kind be above it as often as the level says', () => {
    const [RUNS, LEVEL] = [40_000, 0.005];
    const random = seededRandom(77);
    for (const between of [0.05, 0.2]) {
      const day = () => 50 * Math.exp(between * random.normal());
      let above = 0;
      for (let run = 0; run < RUNS; run++) {
        const [near] = usualQuantiles([Array.from({ length: 7 }, day), Array.from({ length: 7 }, day)], {
          level: LEVEL,
        });
        if (day() > near!.limit) above += 1;
      }
      measured(`days that differ by ${between}: above the limit at ${LEVEL}`, { share: above / RUNS });
      expect(above / RUNS).toBeLessThan(1.5 * LEVEL);
    }
  });

  it('says nothing from two windows, and refuses what is no duration', () => {
    expect(usualQuantiles([[1, 2], []])).toEqual([null, null]);
    expect(() => usualQuantiles([[1, 0, 2]])).toThrow(RangeError);
    expect(() => usualQuantiles([[1, 2, 3]], { level: 0.5 })).toThrow(RangeError);
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
    const earlier = Array.from({ length: 14 }, () => day(1));
    const now = day(factor);
    const slower = [0.5, 0.95].some((level) => {
      const [usual] = usualQuantiles([0, 7].map((i) => earlier.slice(i, i + 7).map((xs) => quantile(xs, level))));
      return quantileAbove(now.filter((x) => x > usual!.limit).length, rows, level);
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
