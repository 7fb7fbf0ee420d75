import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alarmsAbove, findThreshold, type Limits, noiseOf } from './threshold.js';

/** Standard normal draws that are the same on every run (mulberry32, Box-Muller). */
function normals(seed: number): () => number {
  let state = seed | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
const stationary = (n: number, seed: number) => {
  const next = normals(seed);
  return Array.from({ length: n }, next);
};

describe('the limits of a threshold', () => {
  const share = { min: 0, max: 1 };
  const of = (series: number[], side: 'above' | 'below', limits: Limits) =>
    findThreshold(series, { side, level: 1e-4, forCount: 1, allowed: 1, limits });
  const wide = Array.from({ length: 40 }, (_, i) => [0.1, 0.9, 0.5, 0.3][i % 4]!);

  it('are those of the value', () => {
    expect(of(wide, 'below', share)).toBe(0);
    expect(of(wide, 'above', share)).toBe(1);
    expect(of(wide, 'above', { ...share, max: Number.POSITIVE_INFINITY })).toBeGreaterThan(1);
  });

  it('give nothing for zeros, or what matters at least', () => {
    const zeros = Array(30).fill(0);
    expect(of(zeros, 'above', share)).toBeNull();
    expect(of(zeros, 'above', { ...share, least: { above: 0.02 } })).toBe(0.02);
    expect(of([...zeros, 0.001, 0.002, 0.001], 'above', { ...share, least: { above: 0.02 } })).toBe(0.02);
  });

  it('see that nothing came, unless that is usual', () => {
    const counts = { min: 0, max: Number.POSITIVE_INFINITY, least: { below: 1 } };
    const some = Array.from({ length: 40 }, (_, i) => [2, 80, 30, 10][i % 4]!);
    expect(of(some, 'below', counts)).toBe(1);
    expect(
      of(
        some.map((n) => (n === 2 ? 0 : n)),
        'below',
        counts,
      ),
    ).toBe(0);
  });
});

describe('alarms above a threshold', () => {
  it.each([
    [[1, 3, 1, 3, 3, 1], 1, 1],
    [[3, 1, 1, 1, 1, 1, 3], 1, 2],
    [[1, 3, 1, 3, 3, 1], 2, 1],
    [[3, 3, 1, 3, 3], 2, 1],
    [[3, null, 3, 1], 2, 1],
    [[], 1, 0],
  ])('%j with for %i: %i', (series, forCount, expected) => {
    expect(alarmsAbove(series, 2, forCount)).toBe(expected);
  });
});

describe('the threshold found from history', () => {
  const budget = { side: 'above' as const, forCount: 1, allowed: 1 };

  it('keeps to its budget on what comes after: false alarms in a thousand stationary months of daily looks', () => {
    // One alarm in 30 looks: level 1/30; the threshold is found from 60 looks and has an error of its own.
    let alarms = 0;
    for (let month = 0; month < 1000; month++) {
      const all = stationary(90, month + 1);
      const threshold = findThreshold(all.slice(0, 60), { ...budget, level: 1 / 30, allowed: 2 })!;
      alarms += alarmsAbove(all.slice(60), threshold, 1);
    }
    if (process.env.MEASURED) console.log(`${alarms / 1000} alarms in 30 days`);
    expect(alarms / 1000).toBeGreaterThan(0.3);
    expect(alarms / 1000).toBeLessThan(1.2);
  });

  it('is not moved by a fault in the history, and sees the next one', () => {
    const calm = stationary(60, 7);
    const faulty = calm.map((v, i) => (i >= 40 && i < 50 ? v + 12 : v));
    const [without, within] = [calm, faulty].map((s) => findThreshold(s, { ...budget, level: 1e-3 })!);
    expect(within! - without!).toBeLessThan(1.5);
    expect(within!).toBeLessThan(6);
  });

  it('below is the mirror of above', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ min: -1e3, max: 1e3, noNaN: true })), { maxLength: 80 }),
        fc.integer({ min: 1, max: 3 }),
        (series, forCount) => {
          const how = { level: 0.01, forCount, allowed: 1 };
          const above = findThreshold(series, { ...how, side: 'above' });
          const below = findThreshold(
            series.map((v) => (v === null ? null : -v)),
            { ...how, side: 'below' },
          );
          expect(below === null ? null : -below).toBe(above);
          if (above !== null) expect(alarmsAbove(series, above, forCount)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('is not found from fewer than eight values, and lies outside of values that never differ', () => {
    expect(findThreshold([1, 2, 3, null, 5, 6, 7, 8], { ...budget, level: 0.01 })).toBeNull();
    const same = findThreshold(Array(20).fill(0.9), { ...budget, side: 'below', level: 1e-3 })!;
    expect(same).toBeLessThan(0.9);
    expect(same).toBeGreaterThan(0.85);
  });
});

it('noise holds nearly all of what is normal and leaves a fault out', () => {
  const noise = noiseOf([...stationary(200, 3), 9, 9, 9])!;
  expect(noise.low).toBeCloseTo(-1.96, 0);
  expect(noise.high).toBeCloseTo(1.96, 0);
  expect(noiseOf([1, 2])).toBeNull();
});
