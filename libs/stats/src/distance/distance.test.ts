import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquare } from './chi-square.js';
import { countValues, mergeCounted, orderStatistics, summarise } from './counted.js';
import { hellinger, jsDistance, lInfinity, totalVariation } from './divergence.js';
import { doaneBins, jsDistanceDoane } from './doane.js';
import { psi, psiDebiased } from './psi.js';
import { binCounts, binIndex, decileEdges, quantileFromOrderStatistics, quantileSorted } from './quantile.js';
import { occupiedBins } from './shares.js';
import { ks, mannWhitney, wasserstein, wassersteinNormalised } from './two-sample.js';

fc.configureGlobal({ seed: 20240229, numRuns: 200 });

const histograms = fc
  .integer({ min: 1, max: 12 })
  .chain((bins) =>
    fc.tuple(
      fc.array(fc.nat(500), { minLength: bins, maxLength: bins }),
      fc.array(fc.nat(500), { minLength: bins, maxLength: bins }),
    ),
  )
  .filter(([ref, cur]) => ref.some((count) => count > 0) && cur.some((count) => count > 0));

const sample = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -1e3, max: 1e3, noNaN: true })), {
  minLength: 1,
  maxLength: 60,
});

describe('measures of two histograms', () => {
  const measures = { psi, jsDistance, hellinger, totalVariation, lInfinity };

  it('are symmetric, 0 for equal shares, bounded, and do not care about the order of bins', () => {
    fc.assert(
      fc.property(histograms, ([ref, cur]) => {
        for (const [name, measure] of Object.entries(measures)) {
          const value = measure(ref, cur)!;
          expect(value, name).toBeGreaterThanOrEqual(0);
          if (name !== 'psi') expect(value, name).toBeLessThanOrEqual(1);
          expect(measure(cur, ref), name).toBeCloseTo(value, 12);
          expect(measure(ref.toReversed(), cur.toReversed()), name).toBeCloseTo(value, 12);
          const tripled = ref.map((count) => 3 * count);
          expect(measure(ref, tripled), name).toBeLessThan(1e-7);
        }
        expect(hellinger(ref, cur)! ** 2).toBeLessThanOrEqual(totalVariation(ref, cur)! + 1e-12);
        expect(lInfinity(ref, cur)!).toBeLessThanOrEqual(totalVariation(ref, cur)! + 1e-12);
      }),
    );
  });

  it('are 1 for samples without a common category', () => {
    for (const measure of [jsDistance, hellinger, totalVariation]) expect(measure([5, 0], [0, 7])).toBe(1);
    expect(psi([5, 0], [0, 7])).toBeCloseTo(2 * 0.9999 * Math.log(1e4), 10);
  });

  it('say nothing of an empty sample and refuse malformed counts', () => {
    for (const measure of [...Object.values(measures), psiDebiased, chiSquare]) {
      expect(measure([0, 0], [1, 2])).toBeNull();
      expect(measure([], [])).toBeNull();
      expect(() => measure([1], [1, 2])).toThrow(RangeError);
      expect(() => measure([1, -1], [1, 2])).toThrow(RangeError);
      expect(() => measure([1, Number.NaN], [1, 2])).toThrow(RangeError);
    }
  });

  it('debiasing takes off what sampling adds, for the bins that occur', () => {
    const ref = [50, 50, 0];
    const cur = [30, 70, 0];
    expect(psiDebiased(ref, cur)).toBeCloseTo(psi(ref, cur)! - 0.02, 12);
    expect(occupiedBins(ref, cur)).toBe(2);
  });

  it('chi-square has no degrees of freedom with one category', () => {
    expect(chiSquare([5, 0], [9, 0])).toEqual({ statistic: 0, dof: 0, p: 1 });
    fc.assert(
      fc.property(histograms, ([ref, cur]) => {
        const test = chiSquare(ref, cur)!;
        expect(test.p >= 0 && test.p <= 1).toBe(true);
        expect(chiSquare(cur, ref)!.statistic).toBeCloseTo(test.statistic, 6);
      }),
    );
  });
});

describe('quantiles and bins', () => {
  it('the interpolation is exact between equal neighbours', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (a, t) => {
          expect(quantileFromOrderStatistics(a, a, t) === a).toBe(true);
        },
      ),
    );
  });

  it('an edge belongs to the bin below it', () => {
    expect([1, 2, 2.5, 3, 4].map((x) => binIndex([2, 3], x))).toEqual([0, 0, 1, 1, 2]);
    expect(binIndex([], 7)).toBe(0);
    expect(binCounts([2, 3], [1, 2, 9], [10, 5, 1])).toEqual([15, 0, 1]);
  });

  it('deciles of few distinct values are merged', () => {
    expect(decileEdges([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])).toHaveLength(2);
    expect(decileEdges([7, 7, 7])).toEqual([7]);
    expect(decileEdges([])).toEqual([]);
    expect(quantileSorted([], 0.5)).toBeNull();
    expect(quantileSorted([3], 0.9)).toBe(3);
    expect(() => quantileSorted([1], 1.5)).toThrow(RangeError);
  });

  it('order statistics of counted values are those of the rows', () => {
    fc.assert(
      fc.property(sample, (rows) => {
        const counted = countValues(rows);
        const sorted = Float64Array.from(rows).sort();
        const ranks = orderStatistics(counted);
        expect(ranks.n).toBe(rows.length);
        for (let i = 0; i < rows.length; i++) expect(ranks.at(i) === sorted[i]).toBe(true);
        expect(decileEdges(ranks).map((edge) => edge + 0)).toEqual(decileEdges(sorted).map((edge) => edge + 0));
      }),
    );
  });
});

describe('measures of two samples', () => {
  it('agree with the definitions row by row', () => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const ref = countValues(x);
        const cur = countValues(y);
        const below = (rows: number[], v: number) => rows.filter((row) => row <= v).length / rows.length;
        const d = Math.max(...[...x, ...y].map((v) => Math.abs(below(x, v) - below(y, v))));
        expect(ks(ref, cur)!.d).toBeCloseTo(d, 12);
        let wins = 0;
        for (const a of x) for (const b of y) wins += a > b ? 1 : a === b ? 0.5 : 0;
        const test = mannWhitney(ref, cur);
        if (test === null) expect(new Set([...x, ...y].map((v) => v + 0)).size).toBe(1);
        else {
          expect(test.u).toBe(wins);
          expect(test.auc + mannWhitney(cur, ref)!.auc).toBeCloseTo(1, 12);
          expect(test.p ?? 1).toBeCloseTo(mannWhitney(cur, ref)!.p ?? 1, 10);
        }
      }),
    );
  });

  it('wasserstein is a shift, scales with the values and is symmetric', () => {
    fc.assert(
      fc.property(sample, sample, fc.double({ min: 0.1, max: 10, noNaN: true }), (x, y, factor) => {
        const ref = countValues(x);
        const cur = countValues(y);
        const distance = wasserstein(ref, cur)!;
        expect(wasserstein(cur, ref)).toBeCloseTo(distance, 8);
        const scaled = wasserstein(countValues(x.map((v) => factor * v)), countValues(y.map((v) => factor * v)))!;
        expect(scaled).toBeCloseTo(factor * distance, 6);
        expect(wasserstein(ref, countValues(x.map((v) => v + factor)))).toBeCloseTo(factor, 8);
      }),
    );
  });

  it('a constant reference has no scale; empty samples say nothing', () => {
    const constant = countValues([0.1, 0.1, 0.1]);
    const empty = countValues([null, undefined, Number.NaN]);
    expect(summarise(constant)).toMatchObject({ std0: 0, std1: 0, mean: 0.1 });
    expect(wassersteinNormalised(constant, countValues([1, 2]))).toBeNull();
    expect(doaneBins(constant)).toBeNull();
    expect(jsDistanceDoane(constant, countValues([1]))).toBeNull();
    expect(mannWhitney(constant, constant)).toMatchObject({ auc: 0.5, p: null });
    expect(summarise(countValues([4]))?.std1).toBeNull();
    for (const measure of [ks, wasserstein, mannWhitney, wassersteinNormalised]) {
      expect(measure(empty, constant)).toBeNull();
      expect(measure(constant, empty)).toBeNull();
    }
    expect(wasserstein(countValues([Number.POSITIVE_INFINITY]), countValues([0]))).toBeNull();
    expect(() => ks({ values: [1], counts: [1, 2] }, constant)).toThrow(RangeError);
    expect([...mergeCounted(countValues([1, 2]), countValues([2]))]).toEqual([
      { value: 1, ref: 1, cur: 0 },
      { value: 2, ref: 1, cur: 1 },
    ]);
  });
});
