import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate/random.js';
import { normalCdf, normalQuantile } from '../special/normal.js';
import { naturalEffects, naturalVariation, pastVariation } from './natural.js';

const WINDOWS = 28;
const DECILES = Array.from({ length: 10 }, () => 1);
const EVEN = DECILES.map((x) => x / 10);
const ZIPF = Array.from({ length: 100 }, (_, k) => 1 / (k + 1));
/** Shares of the deciles of a normal number after its mean moved by 0.6 standard deviations. */
const MOVED = DECILES.map((_, i) => {
  const below = (k: number) => (k === 0 ? 0 : k === 10 ? 1 : normalCdf(normalQuantile(k / 10) - 0.6));
  return below(i + 1) - below(i);
});
const isWeekend = (day: number) => day % 7 >= 5;

/** Rows per bin of each day and of all days. */
function past(law: (day: number) => readonly number[], rows: number, seed: number) {
  const random = seededRandom(seed);
  const windows = Array.from({ length: WINDOWS }, (_, day) => random.multinomial(rows, law(day)));
  return { all: law(0).map((_, i) => windows.reduce((sum, w) => sum + w[i]!, 0)), windows };
}
const variation = (...input: Parameters<typeof past>) => {
  const { all, windows } = past(...input);
  return pastVariation(all, windows)!;
};

describe('naturalVariation', () => {
  it('is an upper order statistic that a new window of the kind seldom exceeds', () => {
    const random = seededRandom(107);
    let above = 0;
    for (let i = 0; i < 2000; i++) {
      const seen = Array.from({ length: 39 }, random.uniform);
      if (random.uniform() > naturalVariation(seen, { level: 0.95 })!) above += 1;
    }
    expect(above / 2000).toBeLessThan(0.065);
    expect(above / 2000).toBeGreaterThan(0.035);
  });

  it('is the largest value of few windows, and unknown for too few', () => {
    expect(naturalVariation([0.1, 0.5, 0.2, 0.3, null, 0.4])).toBe(0.5);
    expect(naturalVariation([0.1, 0.2])).toBeNull();
    expect(naturalVariation([], { windowsMin: 0 })).toBeNull();
    expect(() => naturalVariation([1], { level: 1 })).toThrow(RangeError);
  });
});

describe('pastVariation', () => {
  it.each([
    ['deciles', DECILES, 50],
    ['deciles', DECILES, 500],
    ['a hundred categories', ZIPF, 50],
    ['a hundred categories', ZIPF, 500],
  ])('of windows from one law is significant as seldom as it says: %s, %#', (_, law, rows) => {
    const RUNS = 400;
    const tests = Array.from({ length: RUNS }, (_, seed) => variation(() => law, rows, seed));
    for (const by of ['together', 'farthest'] as const)
      for (const level of [0.01, 0.05, 0.2])
        expect(tests.filter((test) => test[by] <= level).length / RUNS, `${by} at ${level}`).toBeLessThan(
          level + 3 * Math.sqrt(level / RUNS),
        );
  });

  it('is the effect of a season without the noise of small windows', () => {
    const week = (day: number) => (isWeekend(day) ? MOVED : EVEN);
    // Weekends are two sevenths of what they are held against, so that their PSI is about half of that against weekdays.
    const truth = variation(week, 1e6, 1).limit;
    expect(truth).toBeGreaterThan(0.13);
    expect(truth).toBeLessThan(0.25);
    for (const rows of [50, 200, 2000]) {
      const found = Array.from({ length: 60 }, (_, seed) => variation(week, rows, seed));
      const mean = found.reduce((sum, { limit }) => sum + limit, 0) / found.length;
      // The farthest of eight weekends: above the truth by their noise, and never far below it.
      expect(mean, `${rows} rows`).toBeGreaterThan(truth);
      expect(mean, `${rows} rows`).toBeLessThan(truth + 12 / rows + 1.2 / Math.sqrt(rows));
      expect(found.filter(({ limit }) => limit < 0.7 * truth).length, `${rows} rows`).toBeLessThan(4);
    }
  });

  it('sees a single burst as well as a season', () => {
    const { limit, farthest } = variation((day) => (day === 9 ? MOVED : EVEN), 2000, 3);
    expect(farthest).toBeLessThan(1e-9);
    expect(limit).toBeGreaterThan(0.1);
  });

  it('knows nothing of too few windows or too few rows, and nothing varies in one bin', () => {
    expect(
      pastVariation(
        [100, 100],
        [
          [50, 50],
          [50, 50],
        ],
      ),
    ).toBeNull();
    expect(
      pastVariation(
        [30, 30],
        Array.from({ length: 6 }, () => [5, 5]),
      ),
    ).toBeNull();
    expect(
      pastVariation(
        [400],
        Array.from({ length: 4 }, () => [100]),
      ),
    ).toEqual({ limit: 0, together: 1, farthest: 1 });
    expect(pastVariation([], [])).toBeNull();
  });
});

describe('naturalEffects', () => {
  const one = (limit: number, together: number, farthest = 1) => ({ limit, together, farthest });
  const clear = Array.from({ length: 9 }, () => one(0.4, 1e-6));
  const still = Array.from({ length: 10 }, (_, i) => one(0.1, (i + 1) / 10));

  it('takes a name among many that have a season to have one too', () => {
    expect(naturalEffects([...clear, one(0.3, 0.4), null])).toEqual([...clear.map(() => 0.4), 0.3, null]);
    expect(naturalEffects([...still, one(0.3, 0.4)]).at(-1)).toBe(0);
  });

  it('finds a burst by itself, and nothing where chance explains all', () => {
    expect(naturalEffects([...still, one(0.3, 0.6, 1e-4)])).toEqual([...still.map(() => 0), 0.3]);
    expect(naturalEffects(still)).toEqual(still.map(() => 0));
    expect(naturalEffects([])).toEqual([]);
  });
});
