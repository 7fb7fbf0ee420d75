import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measured } from '../simulate/measured.js';
import { seededRandom } from '../simulate/random.js';
import { delayCurve, shareKnown, thinDelayCurve, truncatedDelayCurve } from './curve.js';
import { censoredGroups, logRank, truncatedGroups } from './differ.js';
import { maturity, plateau } from './maturity.js';
import { censoredRisk, type DelayObservation } from './risk.js';

fc.configureGlobal({ seed: 20240229, numRuns: 200 });

const known = (...ages: number[]): DelayObservation[] => ages.map((age) => ({ age, labelled: true }));
const waiting = (...ages: number[]): DelayObservation[] => ages.map((age) => ({ age, labelled: false }));

/** Weeks of remission under 6-MP and placebo: Freireich et al. (1963), printed in every textbook of survival analysis. */
const SIX_MP = [...known(6, 6, 6, 7, 10, 13, 16, 22, 23), ...waiting(6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)];
const PLACEBO = known(1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23);

describe('delayCurve', () => {
  it('gives the table that is printed for the 6-MP group', () => {
    const curve = delayCurve(SIX_MP);
    const printed = [
      [6, 0.857, 0.0764],
      [7, 0.807, 0.0869],
      [10, 0.753, 0.0963],
      [13, 0.69, 0.1068],
      [16, 0.627, 0.1141],
      [22, 0.538, 0.1282],
      [23, 0.448, 0.1346],
    ] as const;
    expect(curve.ages).toEqual(printed.map(([age]) => age));
    printed.forEach(([, survival, error], i) => {
      expect(1 - curve.shares[i]!).toBeCloseTo(survival, 3);
      expect(curve.errors[i]).toBeCloseTo(error, 4);
    });
    expect(curve).toMatchObject({ rows: 21, labelled: 9, lastAge: 35 });
  });

  it('is the empirical distribution when nothing waits, a step function that holds its last value, 0 before', () => {
    const curve = delayCurve(known(3, 1, 1, 4));
    expect([0.5, 1, 2.9, 3, 4, 1e9].map((age) => shareKnown(curve, age)!.share)).toEqual([0, 0.5, 0.5, 0.75, 1, 1]);
    expect(shareKnown(delayCurve(waiting(5)), 9)).toEqual({ share: 0, error: 0 });
    expect(shareKnown(delayCurve([]), 9)).toBeNull();
    expect(delayCurve(known(-2)).ages).toEqual([0]);
    expect(() => delayCurve(known(Number.NaN))).toThrow(RangeError);
    expect(() => delayCurve([{ age: 1, labelled: true, count: -1 }])).toThrow(RangeError);
  });

  it('takes a histogram for rows, and is monotone in [0, 1]', () => {
    const rows = fc.array(fc.record({ age: fc.nat(12), labelled: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(rows, (list) => {
        const counted = new Map<string, DelayObservation & { count: number }>();
        for (const row of list) {
          const key = `${row.age} ${row.labelled}`;
          counted.set(key, { ...row, count: (counted.get(key)?.count ?? 0) + 1 });
        }
        const one = delayCurve(list);
        expect(delayCurve(counted.values())).toEqual(one);
        one.shares.forEach((share, i) => {
          expect(share > (one.shares[i - 1] ?? 0) && share <= 1 + 1e-12 && one.errors[i]! >= 0).toBe(true);
        });
      }),
    );
  });

  it('can be thinned to a bounded size without moving by more than a step', () => {
    const random = seededRandom(1);
    const curve = delayCurve(known(...Array.from({ length: 3000 }, () => Math.exp(random.normal()))));
    const thin = thinDelayCurve(curve, 100);
    expect(thin.ages.length).toBeLessThanOrEqual(100);
    for (const age of [0.1, 0.5, 1, 2, 5, 20]) {
      const gap = shareKnown(curve, age)!.share - shareKnown(thin, age)!.share;
      expect(gap >= 0 && gap < 1 / 98 + 1e-9, `${age} ${gap}`).toBe(true);
    }
    expect(thin.shares.at(-1)).toBe(curve.shares.at(-1));
    expect(() => thinDelayCurve(curve, 1)).toThrow(RangeError);
  });

  it('covers the truth in about 95 % of samples, with one label in ten that never comes', () => {
    const random = seededRandom(2);
    const at = [1, 3, 8];
    const covered = at.map(() => 0);
    const trials = 600;
    for (let trial = 0; trial < trials; trial++) {
      const rows: DelayObservation[] = Array.from({ length: 300 }, () => {
        const age = 20 * random.uniform();
        const delay = random.uniform() < 0.1 ? Number.POSITIVE_INFINITY : -3 * Math.log(1 - random.uniform());
        return delay <= age ? { age: delay, labelled: true } : { age, labelled: false };
      });
      const curve = delayCurve(rows);
      at.forEach((age, i) => {
        const { share, error } = shareKnown(curve, age)!;
        if (Math.abs(share - 0.9 * (1 - Math.exp(-age / 3))) <= 1.96 * error) covered[i]! += 1;
      });
    }
    measured(
      'coverage of F by Greenwood, 300 rows',
      Object.fromEntries(at.map((a, i) => [`age ${a}`, covered[i]! / trials])),
    );
    for (const hits of covered) expect(hits / trials).toBeGreaterThan(0.92);
    for (const hits of covered) expect(hits / trials).toBeLessThan(0.98);
  });
});

describe('truncatedDelayCurve', () => {
  it('is the distribution of delays when every prediction is old enough to show any', () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({ delay: (i % 6) + 1, age: 100 }));
    const curve = truncatedDelayCurve(rows);
    expect(curve.ages).toEqual([1, 2, 3, 4, 5, 6]);
    curve.shares.forEach((share, i) => {
      expect(share).toBeCloseTo((i + 1) / 6, 12);
    });
    expect(curve.lastAge).toBe(6);
  });

  it('undoes the truncation that makes short delays look usual, and covers the truth', () => {
    const random = seededRandom(3);
    const trials = 400;
    let covered = 0;
    let naive = 0;
    for (let trial = 0; trial < trials; trial++) {
      const rows = Array.from({ length: 1500 }, () => ({
        age: 20 * random.uniform(),
        delay: -5 * Math.log(1 - random.uniform()),
      })).filter(({ age, delay }) => delay <= age);
      const curve = truncatedDelayCurve(rows);
      const truth = (1 - Math.exp(-4 / 5)) / (1 - Math.exp(-curve.lastAge! / 5));
      const { share, error } = shareKnown(curve, 4)!;
      if (Math.abs(share - truth) <= 1.96 * error) covered += 1;
      naive += rows.filter(({ delay }) => delay <= 4).length / rows.length - truth;
    }
    measured('truncated delay curve', { coverage: covered / trials, 'bias of the plain share': naive / trials });
    expect(covered / trials).toBeGreaterThan(0.91);
    expect(covered / trials).toBeLessThan(0.98);
    expect(naive / trials).toBeGreaterThan(0.08);
  });

  it('knows nothing from few labels', () => {
    const curve = truncatedDelayCurve([{ delay: 1, age: 2 }]);
    expect(curve).toMatchObject({ ages: [], lastAge: null, rows: 1 });
    expect(shareKnown(curve, 1)).toBeNull();
  });
});

describe('classes with delays of their own', () => {
  it('tells classes apart of which one comes all at once and early', () => {
    const ages = Array.from({ length: 300 }, (_, i) => 1 + (i % 30));
    const known = (delayOf: (i: number) => number) =>
      ages.flatMap((age, i) => (delayOf(i) <= age ? [{ delay: delayOf(i), age }] : []));
    const { differ, gap } = truncatedGroups({ early: known(() => 1), late: known((i) => 1 + (i % 9)) });
    expect(differ).toBe(true);
    expect(gap).toBeGreaterThan(0.5);
  });

  it('log-rank gives the printed 16.79 for 6-MP against placebo', () => {
    const groups = [SIX_MP, PLACEBO].map((rows) => ({
      steps: censoredRisk(rows).steps,
      atRisk: (age: number) => rows.filter((row) => row.age >= age).length,
    }));
    const { chiSquare, dof, p } = logRank(groups);
    expect(chiSquare).toBeCloseTo(16.79, 2);
    expect(dof).toBe(1);
    expect(p).toBeLessThan(1e-4);
  });

  it('reject equal delays at about the nominal rate, and see different ones', () => {
    const random = seededRandom(4);
    const trials = 300;
    const seen = { censored: 0, truncated: 0, different: 0 };
    const sample = (mean: number, rows = 250) =>
      Array.from({ length: rows }, () => ({
        age: 20 * random.uniform(),
        delay: -mean * Math.log(1 - random.uniform()),
      }));
    for (let trial = 0; trial < trials; trial++) {
      const [a, b, c] = [sample(4), sample(4), sample(4)];
      const observe = (rows: typeof a) =>
        rows.map(({ age, delay }) => ({ age: Math.min(age, delay), labelled: delay <= age }));
      const labels = (rows: typeof a) => rows.filter(({ age, delay }) => delay <= age);
      if (censoredGroups({ a: observe(a), b: observe(b), c: observe(c) }).p <= 0.05) seen.censored += 1;
      if (truncatedGroups({ a: labels(a), b: labels(b), c: labels(c) }).p <= 0.05) seen.truncated += 1;
      if (truncatedGroups({ a: labels(sample(4, 1000)), b: labels(sample(8, 1000)) }).differ) seen.different += 1;
    }
    measured('delays differ', {
      'false at 0.05, censored': seen.censored / trials,
      'false at 0.05, truncated': seen.truncated / trials,
      'power, mean 4 against 8, about 700 labels each': seen.different / trials,
    });
    for (const rate of [seen.censored, seen.truncated]) {
      expect(rate / trials).toBeGreaterThan(0.02);
      expect(rate / trials).toBeLessThan(0.09);
    }
    expect(seen.different / trials).toBeGreaterThan(0.7);
  });

  it('wants labels and a gap', () => {
    expect(censoredGroups({ a: known(1, 2, 3), b: known(9) })).toMatchObject({ differ: false, p: 1, curves: {} });
    const many = (age: number) => [{ age, labelled: true, count: 1e6 }, ...waiting(99)];
    const { differ, p } = censoredGroups({
      a: [...many(1), { age: 2, labelled: true, count: 1e6 }],
      b: [...many(1), { age: 2, labelled: true, count: 1.02e6 }],
    });
    expect(p).toBeLessThan(1e-6);
    expect(differ).toBe(false);
  });
});

describe('maturity and plateau', () => {
  const curve = delayCurve([...known(1, 2, 3, 4), { age: 20, labelled: false, count: 4 }]);

  it('is the mean of F over the ages, absolute, and relative to what will ever come', () => {
    const { maturity: absolute, relative } = maturity(curve, { values: [2, 100], counts: [3, 1] });
    expect(absolute.value).toBeCloseTo((3 * 0.25 + 0.5) / 4, 12);
    expect(relative).toBeCloseTo(absolute.value! / 0.5, 12);
    expect(absolute.low! < absolute.value! && absolute.value! < absolute.high!).toBe(true);
    expect(maturity(curve, { values: [], counts: [] }).maturity.value).toBeNull();
    expect(maturity(delayCurve([]), { values: [1], counts: [1] }).relative).toBeNull();
    expect(maturity(delayCurve(waiting(3)), { values: [1], counts: [1] })).toMatchObject({
      maturity: { value: 0 },
      relative: null,
    });
  });

  it('the plateau says whether it is one', () => {
    expect(plateau(curve)).toMatchObject({ value: 0.5, settled: true });
    expect(plateau(delayCurve(known(1, 2, 3, 4))).settled).toBe(false);
    expect(plateau(delayCurve([]))).toMatchObject({ value: null, settled: false });
  });
});
