import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSamples } from '../distance/compare-samples.js';
import { summarise } from '../distance/counted.js';
import { binCounts, decileEdges, quantileSorted } from '../distance/quantile.js';
import { seededRandom } from '../simulate/random.js';
import { coarser, compareProfiles } from './compare.js';
import { nextBelow, profileEdges } from './edges.js';
import { mergeProfiles, type NumericProfile, profileOf, profileQuantile, profileStd, RANKS } from './profile.js';

const sorted = (values: Iterable<number>) => Float64Array.from(values).sort();
const draw = (n: number, seed: number, value: (r: ReturnType<typeof seededRandom>) => number) => {
  const random = seededRandom(seed);
  return sorted(Array.from({ length: n }, () => value(random)));
};
const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, min: -10, max: 10 }),
);
const sample = fc.array(value, { minLength: 1, maxLength: 400 }).map(sorted);

/** The share of rows below a value: at least `below`, at most `upTo`. */
const rankOf = (values: Float64Array, x: number) => ({
  below: values.filter((v) => v < x).length / values.length,
  upTo: values.filter((v) => v <= x).length / values.length,
});

describe('the value below', () => {
  it('is the nearest', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        const below = nextBelow(x);
        if (x === -Number.MAX_VALUE) return below === x;
        const middle = below / 2 + x / 2;
        return below < x && (middle === below || middle === x || Math.abs(x) < 1e-300);
      }),
    );
    expect(nextBelow(1)).toBe(1 - Number.EPSILON / 2);
    expect(nextBelow(0)).toBe(-Number.MIN_VALUE);
  });
});

describe('edges', () => {
  it('rise, hold the deciles and what they are told to, and leave nothing of the sample outside', () => {
    fc.assert(
      fc.property(sample, fc.array(value, { maxLength: 3 }), (values, more) => {
        const edges = profileEdges(values, more);
        expect(edges.every((e, i) => i === 0 || e > edges[i - 1]!)).toBe(true);
        for (const e of [...decileEdges(values), ...more])
          expect(edges.includes(e === 0 ? 0 : e) || e === 0).toBe(true);
        const { counts } = profileOf(values, edges);
        expect(counts.at(-1)! > 0 || more.length === 0 ? counts.at(-1) : 0).toBe(0);
        expect(edges.length).toBeLessThan(1100);
      }),
    );
  });

  it('hold no more than a few thousandths of a continuous reference each', () => {
    const values = draw(20_000, 1, (r) => r.normal());
    const { counts } = profileOf(values, profileEdges(values));
    expect(Math.max(...counts) / values.length).toBeLessThanOrEqual(0.0045);
  });
});

describe('profiles', () => {
  it('merge into that of all rows, in any order', () => {
    fc.assert(
      fc.property(sample, fc.array(sample, { minLength: 1, maxLength: 6 }), (ref, parts) => {
        const edges = profileEdges(ref);
        const merged = mergeProfiles(parts.map((p) => profileOf(p, edges)))!;
        const backwards = mergeProfiles([...parts].reverse().map((p) => profileOf(p, edges)))!;
        const whole = profileOf(sorted(parts.flatMap((p) => [...p])), edges);
        expect(merged.n).toBe(whole.n);
        expect([...merged.counts]).toEqual([...whole.counts]);
        expect([merged.min, merged.max]).toEqual([whole.min, whole.max]);
        expect([...backwards.ranks]).toEqual([...merged.ranks]);
        const scale = Math.max(Math.abs(whole.min), Math.abs(whole.max));
        if (scale > 1e150) return; // the squares overflow
        expect(Math.abs(merged.mean - whole.mean)).toBeLessThanOrEqual(1e-12 * scale);
        expect(Math.abs(profileStd(merged)! - profileStd(whole)!)).toBeLessThanOrEqual(1e-7 * scale);
      }),
    );
  });

  it('tell quantiles within one per cent of the rows, merged or not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer(), (hours, seed) => {
        const parts = Array.from({ length: hours }, (_, i) =>
          draw(1_000 + 700 * i, seed + i, (r) => (r.uniform() < 0.3 ? Math.floor(r.uniform() * 4) : i + r.normal())),
        );
        const all = sorted(parts.flatMap((p) => [...p]));
        const merged = mergeProfiles(parts.map((p) => profileOf(p, [0])))!;
        for (const q of [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]) {
          const { below, upTo } = rankOf(all, profileQuantile(merged, q)!);
          expect(below).toBeLessThanOrEqual(q + 0.01);
          expect(upTo).toBeGreaterThanOrEqual(q - 0.01);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('of few rows hold all of them', () => {
    const values = draw(RANKS, 3, (r) => r.normal());
    const halves = [values.filter((_, i) => i % 2), values.filter((_, i) => i % 2 === 0)];
    const merged = mergeProfiles(halves.map((p) => profileOf(p, [0])))!;
    expect(profileQuantile(merged, 0.3)).toBe(quantileSorted(values, 0.3));
  });

  it('of nothing, one value, and enormous ones are finite', () => {
    const none = profileOf(new Float64Array(), []);
    expect(mergeProfiles([none])).toBe(none);
    expect(mergeProfiles([])).toBeNull();
    expect(profileQuantile(none, 0.5)).toBeNull();
    const huge = sorted([-1.7e308, 1.7e308, 1.7e308]);
    const profile = profileOf(huge, profileEdges(huge));
    for (const x of [profile.mean, profile.m2, ...profile.offsets]) expect(Number.isFinite(x)).toBe(true);
    expect(profileStd(profileOf(sorted([0.1, 0.1, 0.1]), [0.1]))).toBe(0);
  });

  it('of different bins do not mix', () => {
    const [a, b] = [profileOf(sorted([1]), [1]), profileOf(sorted([1]), [1, 2])] as [NumericProfile, NumericProfile];
    expect(() => mergeProfiles([a, b])).toThrow(RangeError);
    expect(() => compareProfiles(a, b, [1])).toThrow(RangeError);
    expect(() => coarser(b, [1, 2], [1.5])).toThrow(RangeError);
  });
});

describe('comparing profiles', () => {
  const shapes: [string, (r: ReturnType<typeof seededRandom>, moved: number) => number][] = [
    ['normal', (r, moved) => r.normal() + moved],
    ['heavy-tailed', (r, moved) => Math.exp(2 * r.normal() + moved)],
    ['of few whole numbers', (r, moved) => Math.floor(r.uniform() * 7 + moved)],
    ['of many whole numbers', (r, moved) => Math.floor((r.normal() + moved) * 400)],
    ['with a spike', (r, moved) => (r.uniform() < 0.4 - moved / 10 ? 0 : r.normal())],
    ['just beside a spike', (r, moved) => (r.uniform() < 0.5 ? 5 - moved / 1e6 : r.uniform() * 10)],
    ['far outside', (r, moved) => r.normal() + 100 * moved],
    ['constant', (_, moved) => 3 + moved],
    ['prices', (r, moved) => Math.round(100 * Math.exp(r.normal() + moved)) / 100],
  ];
  it.each(shapes)('agrees with comparing the rows: %s', (_, shape) => {
    for (const [seed, moved, m] of [
      [1, 0, 3_000],
      [2, 0.05, 8_000],
      [3, 0.3, 500],
      [4, 2, 4_000],
    ] as const) {
      const ref = draw(10_000, 77, (r) => shape(r, 0));
      const cur = draw(m, seed, (r) => shape(r, moved));
      const edges = profileEdges(ref);
      const hours = [cur.filter((_, i) => i % 3 === 0), cur.filter((_, i) => i % 3 > 0)];
      const got = compareProfiles(profileOf(ref, edges), mergeProfiles(hours.map((h) => profileOf(h, edges)))!, edges)!;
      const want = compareSamples({ values: ref }, { values: cur })!;
      expect([got.n, got.m]).toEqual([want.n, want.m]);
      expect(Math.abs(got.ks.d - want.ks.d)).toBeLessThanOrEqual(0.01);
      expect(Math.abs(got.mannWhitney.auc - want.mannWhitney.auc)).toBeLessThanOrEqual(0.002);
      const std = summarise({ values: ref })!.std0;
      expect(Math.abs(got.wasserstein! - want.wasserstein!)).toBeLessThanOrEqual(0.02 * std + 1e-9);
      const deciles = decileEdges(ref);
      const counted = coarser(profileOf(cur, edges), edges, deciles);
      expect(counted).toEqual(binCounts(deciles, cur));
    }
  });
});
