import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveBinary } from '../metrics/binary.js';
import { deriveMulticlass } from '../metrics/multiclass.js';
import { binaryStatsFromRows, multiclassStatsFromRows } from '../metrics/rows.js';
import { measured } from '../simulate/measured.js';
import { type Random, seededRandom } from '../simulate/random.js';
import { type PairedScores, pairedDelong, pairedPlacements } from './auc.js';
import { type PairedCell, pairedClasses } from './classes.js';
import { pairedMeans, pairedRmse } from './means.js';
import { mcNemar, pairedProportions } from './proportion.js';

fc.configureGlobal({ seed: 20240229, numRuns: 100 });

const scored = fc.array(
  fc.record({ label: fc.boolean(), a: fc.integer({ min: 0, max: 6 }), b: fc.integer({ min: 0, max: 6 }) }),
  { minLength: 4, maxLength: 40 },
);

/** DeLong as printed: structural components by all pairs, S10 and S01, L = (1, -1). */
function byAllPairs(rows: readonly PairedScores[]): { difference: number; variance: number } {
  const pos = rows.filter((row) => row.label);
  const neg = rows.filter((row) => !row.label);
  const psi = (x: number, y: number) => (x > y ? 1 : x === y ? 0.5 : 0);
  const v10 = (k: 'a' | 'b') => pos.map((p) => neg.reduce((sum, q) => sum + psi(p[k], q[k]), 0) / neg.length);
  const v01 = (k: 'a' | 'b') => neg.map((q) => pos.reduce((sum, p) => sum + psi(p[k], q[k]), 0) / pos.length);
  const mean = (x: number[]) => x.reduce((sum, v) => sum + v, 0) / x.length;
  const cov = (x: number[], y: number[]) =>
    x.reduce((sum, v, i) => sum + (v - mean(x)) * (y[i]! - mean(y)), 0) / (x.length - 1);
  const part = (x: number[], y: number[]) => (cov(x, x) - 2 * cov(x, y) + cov(y, y)) / x.length;
  return { difference: mean(v10('a')) - mean(v10('b')), variance: part(v10('a'), v10('b')) + part(v01('a'), v01('b')) };
}

describe('paired DeLong', () => {
  it('is what all pairs give', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const { value, low, high } = pairedDelong(pairedPlacements(rows), 1);
        const pos = rows.filter((row) => row.label).length;
        if (pos < 2 || rows.length - pos < 2) {
          expect(low).toBeNull();
          return;
        }
        const want = byAllPairs(rows);
        expect(value).toBeCloseTo(want.difference, 12);
        const se = Math.sqrt(Math.max(0, want.variance));
        expect(low).toBeCloseTo(Math.max(-1, want.difference - se), 6);
        expect(high).toBeCloseTo(Math.min(1, want.difference + se), 6);
      }),
    );
  });

  it('changes sign with the order, and is nothing for equal rankings', () => {
    const rows = [0.1, 0.4, 0.35, 0.8, 0.7, 0.2].map((a, i) => ({ label: i % 2 === 1, a, b: a * a }));
    expect(pairedDelong(pairedPlacements(rows))).toEqual({ value: 0, low: 0, high: 0, p: 1 });
    const other = rows.map(({ label, a }, i) => ({ label, a, b: i / 6 }));
    const swapped = other.map(({ label, a, b }) => ({ label, a: b, b: a }));
    expect(pairedDelong(pairedPlacements(swapped)).value).toBeCloseTo(
      -pairedDelong(pairedPlacements(other)).value!,
      14,
    );
  });
});

describe('paired proportions', () => {
  it('gives the printed interval and test of Cavo et al. (2012): -0.0621 (-0.1186 to -0.0046), mid-p 0.035', () => {
    const { value, low, high, p } = pairedProportions({ both: 59, onlyA: 6, onlyB: 16, neither: 80 });
    expect(value).toBeCloseTo(-0.0621, 4);
    expect(low).toBeCloseTo(-0.1186, 4);
    expect(high).toBeCloseTo(-0.0046, 4);
    expect(p).toBeCloseTo(0.035, 3);
  });

  it('bears empty margins, holds the value, and McNemar is a test', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.nat(30), fc.nat(30), (both, onlyA, onlyB, neither) => {
        const { value, low, high, p } = pairedProportions({ both, onlyA, onlyB, neither });
        if (both + onlyA + onlyB + neither === 0) {
          expect(value).toBeNull();
          return;
        }
        expect(low! >= -1 && low! <= value! + 1e-12 && value! <= high! + 1e-12 && high! <= 1).toBe(true);
        expect(p! > 0 && p! <= 1).toBe(true);
      }),
    );
    expect(mcNemar(0, 0)).toBe(1);
    expect(mcNemar(7, 7)).toBe(1);
    expect(mcNemar(1, 0)).toBeCloseTo(0.5, 12);
    expect(Math.abs(mcNemar(470, 530) - mcNemar(470.5, 530.5))).toBeLessThan(0.002);
    expect(() => mcNemar(-1, 2)).toThrow(RangeError);
  });
});

describe('class metrics of two versions', () => {
  const three = ['x', 'y', 'z'];
  const rows = (classes: readonly string[]) =>
    fc.array(
      fc.record({ label: fc.constantFrom(...classes), a: fc.constantFrom(...classes), b: fc.constantFrom(...classes) }),
      { maxLength: 40 },
    );
  const cellsOf = (list: { label: string; a: string; b: string }[]): PairedCell[] =>
    list.map((row) => ({ ...row, count: 1 }));

  it('have the difference of the two values', () => {
    fc.assert(
      fc.property(rows(['1', '0']), rows(three), (binary, multi) => {
        const of = (k: 'a' | 'b') =>
          deriveBinary(
            binaryStatsFromRows(binary.map((row) => ({ label: row.label === '1', predicted: row[k] === '1' }))),
          );
        for (const [name, { value }] of Object.entries(pairedClasses(cellsOf(binary), '1'))) {
          const [a, b] = [of('a')[name as 'f1'].value, of('b')[name as 'f1'].value];
          if (a === null || b === null) expect(value, name).toBeNull();
          else expect(value, name).toBeCloseTo(a - b, 12);
        }
        const classes = (k: 'a' | 'b') =>
          deriveMulticlass(
            multiclassStatsFromRows(
              multi.map((row) => ({ label: row.label, predicted: row[k] })),
              three,
            ),
          );
        for (const [name, { value }] of Object.entries(pairedClasses(cellsOf(multi)))) {
          const [a, b] = [classes('a')[name]!.value, classes('b')[name]!.value];
          if (a === null || b === null) expect(value, name).toBeNull();
          else expect(value, name).toBeCloseTo(a - b, 12);
        }
      }),
    );
    expect(() => pairedClasses([{ label: 'x', a: 'x', b: 'x', count: -1 }])).toThrow(RangeError);
    expect(pairedClasses([{ label: '1', a: '1', b: '1', count: 5 }], '1').precision).toEqual({
      value: 0,
      low: 0,
      high: 0,
      p: 1,
    });
  });
});

describe('calibration of paired intervals', () => {
  interface Row extends PairedScores {
    x: number;
  }

  /** Two correlated scores of one truth; B is noisier. */
  function simulate(random: Random, n: number): Row[] {
    return Array.from({ length: n }, () => {
      const label = random.uniform() < 0.4;
      const signal = (label ? 0.7 : -0.5) + 0.8 * random.normal();
      return { label, a: signal + 0.5 * random.normal(), b: signal + 0.9 * random.normal(), x: random.normal() };
    });
  }

  function differences(rows: readonly Row[]) {
    const cells = rows.map(({ label, a, b }) => ({
      label: label ? '1' : '0',
      a: a > 0 ? '1' : '0',
      b: b > 0 ? '1' : '0',
      count: 1,
    }));
    const sum = (f: (row: Row) => number) => rows.reduce((total, row) => total + f(row), 0);
    const [ea, eb] = [(row: Row) => row.a - row.x, (row: Row) => row.b - row.x];
    const difference = (row: Row) => Math.abs(ea(row)) - Math.abs(eb(row));
    return {
      ...pairedClasses(cells, '1'),
      roc_auc: pairedDelong(pairedPlacements(rows)),
      mae: pairedMeans({
        n: rows.length,
        sumDifference: sum(difference),
        sumSquaredDifference: sum((row) => difference(row) ** 2),
      }),
      rmse: pairedRmse({
        n: rows.length,
        sumA: sum((row) => ea(row) ** 2),
        sumB: sum((row) => eb(row) ** 2),
        sumA2: sum((row) => ea(row) ** 4),
        sumB2: sum((row) => eb(row) ** 4),
        sumAB: sum((row) => (ea(row) * eb(row)) ** 2),
      }),
    };
  }

  it('they cover the true difference', () => {
    const random = seededRandom(31);
    const truth = differences(simulate(random, 200_000));
    const trials = 400;
    const covered = Object.fromEntries(Object.keys(truth).map((name) => [name, 0]));
    for (let trial = 0; trial < trials; trial++) {
      for (const [name, { low, high }] of Object.entries(differences(simulate(random, 200)))) {
        const want = truth[name as keyof typeof truth]!.value!;
        if (low! <= want && want <= high!) covered[name]! += 1 / trials;
      }
    }
    measured('coverage of paired differences, 200 rows', covered);
    for (const [name, rate] of Object.entries(covered)) {
      expect(rate, name).toBeGreaterThan(0.91);
      expect(rate, name).toBeLessThan(0.99);
    }
  });

  it('means and rmse bear few rows', () => {
    expect(pairedMeans({ n: 0, sumDifference: 0, sumSquaredDifference: 0 })).toMatchObject({ value: null, p: null });
    expect(pairedMeans({ n: 3, sumDifference: 0, sumSquaredDifference: 0 })).toEqual({
      value: 0,
      low: 0,
      high: 0,
      p: 1,
    });
    expect(pairedRmse({ n: 1, sumA: 4, sumB: 1, sumA2: 16, sumB2: 1, sumAB: 4 })).toMatchObject({
      value: 1,
      low: null,
    });
    expect(pairedRmse({ n: 0, sumA: 0, sumB: 0, sumA2: 0, sumB2: 0, sumAB: 0 }).value).toBeNull();
  });
});
