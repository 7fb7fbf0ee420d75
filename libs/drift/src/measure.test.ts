import type { FeatureProfile } from '@plumbline/contracts';
import { compareSamples, summarise } from '@plumbline/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignCategories, measureOf, type Sides } from './measure.js';

const BINNED = ['psi', 'js_distance', 'hellinger', 'total_variation', 'l_infinity', 'chi_square'];
const VALUED = ['ks', 'wasserstein', 'wasserstein_normalised', 'mann_whitney_auc'];
const counted = (pairs: [number, number][]) => {
  const sorted = [...new Map(pairs)].sort((a, b) => a[0] - b[0]);
  return { values: sorted.map((p) => p[0]), counts: sorted.map((p) => p[1]) };
};
const categorical = (ref: number[], cur: number[]): Sides => ({ type: 'categorical', ref, cur });
const numeric = (ref: [number, number][], cur: [number, number][]): Sides => ({
  type: 'numeric',
  ref: [ref.length],
  cur: [cur.length],
  compared: compareSamples(counted(ref), counted(cur)),
  refStd: summarise(counted(ref))?.std0,
});

describe('measures of counts', () => {
  it.each(BINNED)('%s does not ring for equal shares, and rings for others when there is enough', (measure) => {
    expect(measureOf(measure, categorical([500, 500], [250, 250])).drifted).toBe(false);
    expect(measureOf(measure, categorical([5000, 5000], [2000, 8000])).drifted).toBe(true);
    expect(measureOf(measure, categorical([5000, 5000], [6, 4])).drifted).toBe(false);
  });

  it.each(BINNED)('%s of nothing is not defined, and never rings', (measure) => {
    for (const [ref, cur] of [
      [[], []],
      [
        [0, 0],
        [5, 5],
      ],
      [
        [5, 5],
        [0, 0],
      ],
    ])
      expect(measureOf(measure, categorical(ref!, cur!))).toMatchObject({ value: null });
    expect(measureOf(measure, categorical([5, 5], [0, 0])).drifted ?? false).toBe(false);
  });

  it('of any counts are finite or null, and a verdict has a value', () => {
    const counts = fc.array(fc.tuple(fc.nat(1e6), fc.nat(1e6)), { maxLength: 30 });
    fc.assert(
      fc.property(counts, fc.constantFrom(...BINNED), (pairs, measure) => {
        const m = measureOf(
          measure,
          categorical(
            pairs.map((p) => p[0]),
            pairs.map((p) => p[1]),
          ),
        );
        for (const x of [m.value, m.debiased, m.p_value, m.p_floor, m.threshold])
          expect(x === null || x === undefined || Number.isFinite(x)).toBe(true);
        if (m.drifted) expect(m.value).toBeGreaterThan(0);
        if (m.p_value != null) expect(m.p_value).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('psi that varies as much by nature does not ring', () => {
    const sides = categorical([5000, 5000], [3000, 7000]);
    expect(measureOf('psi', sides).drifted).toBe(true);
    expect(measureOf('psi', { ...sides, natural: 0.5 })).toMatchObject({ drifted: false, threshold_reason: 'natural' });
  });
});

describe('measures of values', () => {
  it.each(['ks', 'wasserstein_normalised', 'mann_whitney_auc'])(
    '%s rings when values moved, not when they did not',
    (measure) => {
      const here: [number, number][] = Array.from({ length: 100 }, (_, i) => [i, 10]);
      const away: [number, number][] = here.map(([v, c]) => [v + 40, c]);
      expect(measureOf(measure, numeric(here, here)).drifted).toBe(false);
      expect(measureOf(measure, numeric(here, away)).drifted).toBe(true);
    },
  );

  it.each(VALUED)('%s of constants, single rows or none is a number or null, never NaN', (measure) => {
    const constant: [number, number][] = [[5, 100]];
    for (const [ref, cur] of [
      [constant, constant],
      [constant, [[5, 1]]],
      [[[1, 1]], [[2, 1]]],
      [constant, [[6, 100]]],
      [constant, []],
      [[], constant],
    ]) {
      const m = measureOf(measure, numeric(ref as [number, number][], cur as [number, number][]));
      for (const x of [m.value, m.threshold, m.p_value])
        expect(x === null || x === undefined || Number.isFinite(x)).toBe(true);
    }
    expect(measureOf(measure, { type: 'numeric', ref: [1], cur: [1] })).toMatchObject({ value: null, drifted: null });
  });

  it('of one row against one row never rings', () => {
    for (const measure of VALUED)
      expect(measureOf(measure, numeric([[1, 1]], [[1000, 1]])).drifted ?? false).toBe(false);
  });
});

describe('alignCategories', () => {
  const profile = (counts: Record<string, number>) =>
    ({
      type: 'categorical',
      categories: Object.entries(counts).map(([value, count]) => ({ value, count })),
    }) as FeatureProfile;

  it('holds every category of either side once, in the order of names', () => {
    expect(
      alignCategories(
        profile({ b: 2, a: 1 }),
        new Map([
          ['c', 3],
          ['a', 4],
        ]),
      ),
    ).toEqual({
      names: ['a', 'b', 'c'],
      ref: [1, 2, 0],
      cur: [4, 0, 3],
    });
    expect(alignCategories(undefined, new Map([['a', 1]]))).toEqual({ names: ['a'], ref: [0], cur: [1] });
  });

  it('loses no count, whatever categories are called', () => {
    const counts = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '')), fc.nat(1000));
    fc.assert(
      fc.property(counts, counts, (ref, cur) => {
        const aligned = alignCategories(profile(ref), new Map(Object.entries(cur)));
        const sum = (xs: number[]) => xs.reduce((a, b) => a + b, 0);
        expect([sum(aligned.ref), sum(aligned.cur)]).toEqual([sum(Object.values(ref)), sum(Object.values(cur))]);
        expect(new Set(aligned.names).size).toBe(aligned.names.length);
      }),
    );
  });
});
