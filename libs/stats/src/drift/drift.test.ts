import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countValues } from '../distance/counted.js';
import { psi } from '../distance/psi.js';
import { binCounts, decileEdges } from '../distance/quantile.js';
import { occupiedBins } from '../distance/shares.js';
import { type Random, seededRandom } from '../simulate/random.js';
import { benjaminiHochberg } from './benjamini-hochberg.js';
import { driftVerdictFromValues } from './empirical.js';
import { psiNoiseInflation, testedCounts } from './sparse.js';
import { type BinnedMeasure, type DriftVerdict, driftVerdict, driftVerdictFromCounts } from './verdict.js';

fc.configureGlobal({ seed: 20240229, numRuns: 200 });

const MEASURES: BinnedMeasure[] = ['psi', 'js_distance', 'hellinger'];

function expectFinite(verdict: DriftVerdict): void {
  for (const [key, x] of Object.entries(verdict)) {
    if (typeof x === 'number') expect(Number.isFinite(x), `${key} ${x}`).toBe(true);
  }
}

/** q = p tilted by exp(a direction) so that measure(p, q) = effect. */
function tilted(
  p: readonly number[],
  direction: readonly number[],
  effect: number,
  measure: (p: number[], q: number[]) => number,
) {
  const normalise = (weights: number[]) => {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  };
  const base = normalise([...p]);
  const at = (a: number) => normalise(base.map((share, i) => share * Math.exp(a * direction[i]!)));
  let low = 0;
  let high = 30;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (measure(base, at(middle)) < effect) low = middle;
    else high = middle;
  }
  return at(low);
}

const truePsi = (p: number[], q: number[]) => p.reduce((sum, x, i) => sum + (q[i]! - x) * Math.log(q[i]! / x), 0);
const TEN = new Array<number>(10).fill(1);
const FIFTY = Array.from({ length: 50 }, (_, i) => 1 / (i + 1));

describe('driftVerdict', () => {
  it('knows thresholds of the floor test (scipy 1.17: ncx2.isf(0.01, 9, 0.1 h)/h, h = nm/(n+m))', () => {
    const at = (n: number, m: number) => driftVerdict({ measure: 'psi', value: 0.3, n, m, bins: 10, floor: 0.1 });
    expect(at(100, 100).threshold).toBeCloseTo(31.87461735205064 / 50, 10);
    expect(at(100, 100).thresholdReason).toBe('noise');
    expect(at(100_000, 100_000)).toMatchObject({ thresholdReason: 'floor', exceeds: true, pFloor: 0 });
    expect(at(100_000, 100_000).threshold).toBeCloseTo(5703.094027445746 / 50_000, 1);
    expect(at(100, 100).debiased).toBeCloseTo(0.3 - 9 * 0.02, 12);
  });

  it('value >= threshold is the same as pFloor <= alpha', () => {
    const sizes = fc.integer({ min: 20, max: 100_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...MEASURES),
        sizes,
        sizes,
        fc.integer({ min: 2, max: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (measure, n, m, bins, value) => {
          const verdict = driftVerdict({ measure, value, n, m, bins, floor: 0.1 });
          expectFinite(verdict);
          if (Math.abs(value / verdict.threshold! - 1) < 1e-6) return;
          expect(verdict.exceeds).toBe(value >= verdict.threshold!);
          expect(verdict.exceeds).toBe(verdict.pFloor! <= 0.01);
          if (verdict.exceeds) expect(verdict.pNoDrift!).toBeLessThan(0.02);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('natural variation can only raise the threshold, to where a floor of its size would be', () => {
    const input = { measure: 'js_distance', value: 0.25, n: 5000, m: 5000, bins: 10, floor: 0.1 } as const;
    const plain = driftVerdict(input);
    expect(plain.exceeds).toBe(true);
    expect(driftVerdict({ ...input, natural: 0 })).toEqual(plain);
    expect(driftVerdict({ ...input, natural: 0.1 })).toEqual({ ...plain, pNoDrift: expect.any(Number) });
    const varied = driftVerdict({ ...input, natural: 0.3 });
    expect(varied).toMatchObject({ thresholdReason: 'natural', exceeds: false });
    expect(varied.threshold).toBe(driftVerdict({ ...input, floor: 0.3 }).threshold);
    expect(() => driftVerdict({ ...input, natural: -0.1 })).toThrow(RangeError);
  });

  it('says nothing without rows and never rings with one bin', () => {
    const input = { measure: 'psi', value: 0, n: 10, m: 10, bins: 1, floor: 0.1 } as const;
    expect(driftVerdict(input)).toMatchObject({ pNoDrift: 1, pFloor: 1, threshold: null, exceeds: false });
    expect(driftVerdict({ ...input, m: 0 }).pNoDrift).toBeNull();
    expect(driftVerdict({ ...input, value: null })).toMatchObject({ value: null, exceeds: false });
    expect(driftVerdictFromCounts({ measure: 'psi', refCounts: [], curCounts: [], floor: 0.1 }).value).toBeNull();
    expect(() => driftVerdict({ ...input, bins: 2, value: -1 })).toThrow(RangeError);
    expect(() => driftVerdict({ ...input, bins: 2, floor: -1 })).toThrow(RangeError);
  });

  it('stays finite from two rows to a billion', () => {
    for (const measure of MEASURES) {
      for (const n of [1, 2, 50, 1e5, 1e9]) {
        for (const value of [0, 1e-9, 0.05, 1]) {
          expectFinite(driftVerdict({ measure, value, n, m: n, bins: 10, floor: 0.1 }));
          expectFinite(driftVerdict({ measure, value, n: 1e6, m: n, bins: 2, floor: 0 }));
        }
      }
    }
  });
});

describe('driftVerdictFromCounts', () => {
  it('equals the closed form where bins are well filled', () => {
    const refCounts = [1000, 2000, 3000];
    const curCounts = [1500, 2000, 2500];
    for (const measure of MEASURES) {
      const one = driftVerdictFromCounts({ measure, refCounts, curCounts, floor: 0.1 });
      const bins = occupiedBins(refCounts, curCounts);
      const two = driftVerdict({ measure, value: one.value, n: 6000, m: 6000, bins, floor: 0.1 });
      expect(one.threshold).toBeCloseTo(two.threshold!, 3);
      expect(one.debiased).toBeCloseTo(two.debiased!, 12);
    }
  });

  it('the value it shows exceeds the threshold it shows exactly when it rings', () => {
    const random = seededRandom(3);
    for (let i = 0; i < 200; i++) {
      const measure = MEASURES[i % 3]!;
      const refCounts = random.multinomial(30 + (i % 7) * 60, FIFTY);
      const curCounts = random.multinomial(30 + (i % 5) * 100, i % 2 === 0 ? FIFTY : FIFTY.toReversed());
      const verdict = driftVerdictFromCounts({ measure, refCounts, curCounts, floor: 0.1 });
      expectFinite(verdict);
      expect(verdict.exceeds).toBe(verdict.value! >= verdict.threshold!);
    }
  });

  it('rings when every one of many rare categories is replaced', () => {
    const refCounts = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 2 : 0));
    const curCounts = refCounts.toReversed();
    expect(driftVerdictFromCounts({ measure: 'psi', refCounts, curCounts, floor: 0.1 }).exceeds).toBe(true);
  });

  it('groups rare bins behind the others and keeps all rows', () => {
    const rare = Array.from({ length: 40 }, (_, i) => i % 3);
    const { ref, cur } = testedCounts([100, ...rare, 100, 0], [100, ...rare.toReversed(), 90, 0]);
    const sum = (counts: number[]) => counts.reduce((all, rows) => all + rows - 0.5, 0);
    expect([ref.slice(0, 2), cur.slice(0, 2)]).toEqual([
      [100.5, 100.5],
      [100.5, 90.5],
    ]);
    expect(sum(ref)).toBe(200 + sum(rare.map((rows) => rows + 0.5)));
    expect(sum(cur)).toBe(190 + sum(rare.map((rows) => rows + 0.5)));
    expect(ref.length).toBeGreaterThan(5);
    for (let i = 2; i < ref.length; i++) expect(ref[i]! + cur[i]! - 1).toBeGreaterThanOrEqual(10);
    expect(testedCounts([100, 1], [100, 2])).toEqual({ ref: [100.5, 1.5], cur: [100.5, 2.5] });
    expect(psiNoiseInflation({ ref: [5, 5], cur: [5, 5] })).toBe(1);
  });
});

function rejections(random: Random, p: readonly number[], q: readonly number[], n: number, m: number, runs: number) {
  let atFivePercent = 0;
  let rings = 0;
  for (let i = 0; i < runs; i++) {
    const verdict = driftVerdictFromCounts({
      measure: 'psi',
      refCounts: random.multinomial(n, p),
      curCounts: random.multinomial(m, q),
      floor: 0.1,
    });
    if (verdict.pNoDrift! <= 0.05) atFivePercent += 1;
    if (verdict.exceeds) rings += 1;
  }
  return { atFivePercent: atFivePercent / runs, rings: rings / runs };
}

describe('calibration', () => {
  it('without drift the p-value is below 5 % in about 5 % of windows, from 50 rows and up to 50 categories', () => {
    const random = seededRandom(101);
    for (const [shape, n, m] of [
      [TEN, 50, 50],
      [TEN, 1000, 100],
      [TEN, 2000, 2000],
      [FIFTY, 100, 100],
      [FIFTY, 5000, 500],
    ] as const) {
      const { atFivePercent, rings } = rejections(random, shape, shape, n, m, 1000);
      expect(atFivePercent, `${shape.length} bins, ${n}/${m}`).toBeLessThan(0.075);
      expect(atFivePercent, `${shape.length} bins, ${n}/${m}`).toBeGreaterThan(0.025);
      expect(rings, `${shape.length} bins, ${n}/${m}`).toBeLessThan(0.005);
    }
  });

  it('the closed form alone would ring on most small windows of many categories', () => {
    const random = seededRandom(108);
    let rings = 0;
    for (let i = 0; i < 300; i++) {
      const ref = random.multinomial(100, FIFTY);
      const cur = random.multinomial(100, FIFTY);
      const input = { measure: 'psi', n: 100, m: 100, floor: 0.1 } as const;
      if (driftVerdict({ ...input, value: psi(ref, cur), bins: occupiedBins(ref, cur) }).exceeds) rings += 1;
    }
    expect(rings / 300).toBeGreaterThan(0.7);
  });

  it('the p-value is true far out as well, where budgets look', () => {
    const [RUNS, LEVEL] = [50_000, 1e-4];
    const random = seededRandom(110);
    const law = Array.from({ length: 10 }, () => 1);
    const refCounts = random.multinomial(2800, law);
    let below = 0;
    for (let run = 0; run < RUNS; run++) {
      const input = { measure: 'psi', floor: 0.1, refCounts, curCounts: random.multinomial(100, law) } as const;
      if (driftVerdictFromCounts(input).pNoDrift! <= LEVEL) below += 1;
    }
    // Without allowing for the spread of small counts it would be three times as often.
    expect(below).toBeLessThan(RUNS * LEVEL + 3 * Math.sqrt(RUNS * LEVEL));
  });

  it('bins from the quantiles of the reference do not spoil that', () => {
    const random = seededRandom(102);
    let rejected = 0;
    for (let i = 0; i < 1000; i++) {
      const ref = Float64Array.from({ length: 500 }, random.normal).sort();
      const edges = decileEdges(ref);
      const refCounts = binCounts(edges, ref);
      const curCounts = binCounts(edges, Float64Array.from({ length: 300 }, random.normal));
      if (driftVerdictFromCounts({ measure: 'psi', refCounts, curCounts, floor: 0.1 }).pNoDrift! <= 0.05) rejected += 1;
    }
    expect(rejected / 1000).toBeGreaterThan(0.03);
    expect(rejected / 1000).toBeLessThan(0.07);
  });

  it('a true effect exactly at the floor rings in at most 1.5 % of windows, at any size', () => {
    const random = seededRandom(103);
    const linear = TEN.map((_, i) => i / 9);
    const vanishing = TEN.map((_, i) => (i === 0 ? -1 : 0));
    for (const [shape, direction, n, m] of [
      [TEN, linear, 200, 200],
      [TEN, linear, 20_000, 2000],
      [TEN, vanishing, 1000, 1000],
      [[99, 1], [0, 1], 1000, 1000],
    ] as const) {
      const q = tilted(shape, direction, 0.1, truePsi);
      const { rings } = rejections(random, shape, q, n, m, n > 5000 ? 400 : 1500);
      expect(rings, `${shape.length} bins, ${n}/${m}`).toBeLessThanOrEqual(0.015);
    }
  });

  it('three times the floor is found in a thousand rows', () => {
    const random = seededRandom(104);
    const q = tilted(
      TEN,
      TEN.map((_, i) => i / 9),
      0.3,
      truePsi,
    );
    expect(rejections(random, TEN, q, 1000, 1000, 200).rings).toBeGreaterThan(0.98);
  });
});

describe('driftVerdictFromValues', () => {
  it('without drift: p below 5 % in about 5 % of windows, and no alarms from 50 rows on', () => {
    const random = seededRandom(105);
    for (const measure of ['ks', 'wasserstein_normalised'] as const) {
      for (const [n, m] of [
        [50, 50],
        [1000, 100],
      ] as const) {
        let rejected = 0;
        let rings = 0;
        for (let i = 0; i < 500; i++) {
          const ref = countValues(Array.from({ length: n }, random.normal));
          const cur = countValues(Array.from({ length: m }, random.normal));
          const verdict = driftVerdictFromValues({ measure, ref, cur, floor: 0.1 });
          if (verdict.pNoDrift! <= 0.05) rejected += 1;
          if (verdict.exceeds) rings += 1;
        }
        expect(rejected / 500, `${measure} ${n}/${m}`).toBeLessThan(0.085);
        expect(rejected / 500, `${measure} ${n}/${m}`).toBeGreaterThan(0.015);
        expect(rings / 500, `${measure} ${n}/${m}`).toBeLessThan(0.01);
      }
    }
  });

  it('finds a shift of half a standard deviation, unless the past shifted as much', () => {
    const random = seededRandom(106);
    const ref = countValues(Array.from({ length: 2000 }, random.normal));
    const cur = countValues(Array.from({ length: 2000 }, () => random.normal() + 0.5));
    for (const measure of ['ks', 'wasserstein_normalised'] as const) {
      const verdict = driftVerdictFromValues({ measure, ref, cur, floor: 0.1 });
      expect(verdict).toMatchObject({ exceeds: measure === 'wasserstein_normalised' || verdict.value! > 0.15 });
      expectFinite(verdict);
      const tolerant = driftVerdictFromValues({ measure, ref, cur, floor: 0.1, natural: 0.9 });
      expect(tolerant).toMatchObject({ exceeds: false, thresholdReason: 'natural' });
      expect(tolerant.threshold! - verdict.threshold!).toBeCloseTo(0.8, 12);
    }
  });

  it('says nothing of constants and empty samples', () => {
    const constant = countValues([1, 1, 1]);
    const empty = countValues([]);
    const input = { measure: 'wasserstein_normalised', floor: 0.1 } as const;
    expect(driftVerdictFromValues({ ...input, ref: constant, cur: countValues([1, 2]) }).value).toBeNull();
    expect(driftVerdictFromValues({ ...input, ref: empty, cur: constant }).exceeds).toBe(false);
    expectFinite(driftVerdictFromValues({ ...input, ref: countValues([1, 2]), cur: countValues([1]) }));
    expect(driftVerdictFromValues({ measure: 'ks', floor: 0.1, ref: constant, cur: constant }).pNoDrift).toBe(1);
    expect(() => driftVerdictFromValues({ ...input, ref: constant, cur: constant, floor: -1 })).toThrow(RangeError);
  });
});

describe('benjaminiHochberg', () => {
  it('rejects the first four of the example of Benjamini and Hochberg (1995), section 3.1', () => {
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    expect(benjaminiHochberg(p, 0.05).rejected.filter(Boolean)).toHaveLength(4);
  });

  it('is monotone, skips nulls and does not care about order', () => {
    const pValues = fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 30 });
    fc.assert(
      fc.property(pValues, fc.double({ min: 0.01, max: 0.5, noNaN: true }), (p, alpha) => {
        const { rejected, q } = benjaminiHochberg(p, alpha);
        p.forEach((a, i) => {
          expect(q[i] === null).toBe(a === null);
          if (a === null) expect(rejected[i]).toBe(false);
          else expect(q[i]! >= a && q[i]! <= 1).toBe(true);
          p.forEach((b, j) => {
            if (a !== null && b !== null && a <= b) expect(q[i]!).toBeLessThanOrEqual(q[j]!);
          });
        });
        expect(benjaminiHochberg(p.toReversed(), alpha).q.toReversed()).toEqual(q);
        const strict = benjaminiHochberg(p, alpha / 2).rejected;
        strict.forEach((hit, i) => {
          if (hit) expect(rejected[i]).toBe(true);
        });
      }),
    );
    expect(benjaminiHochberg([], 0.05)).toEqual({ rejected: [], q: [] });
    expect(() => benjaminiHochberg([2], 0.05)).toThrow(RangeError);
    expect(() => benjaminiHochberg([0.5], 0)).toThrow(RangeError);
  });
});
