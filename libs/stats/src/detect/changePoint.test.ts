import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate/random.js';
import { type BinSums, changePoint } from './changePoint.js';

const flags = (n: number, sum: number): BinSums => ({ n, sum, squares: sum });
function series(seed: number, bins: number, rows: number, rate: (bin: number) => number): BinSums[] {
  const random = seededRandom(seed);
  return Array.from({ length: bins }, (_, i) => flags(rows, random.binomial(rows, rate(i))));
}

describe('changePoint', () => {
  it('is the split that trying out all finds', () => {
    const bin = fc.record({ n: fc.integer({ min: 0, max: 50 }), share: fc.integer({ min: 0, max: 10 }) });
    fc.assert(
      fc.property(fc.array(bin, { minLength: 2, maxLength: 20 }), (raw) => {
        const bins = raw.map(({ n, share }) => flags(n, Math.floor((n * share) / 10)));
        const found = changePoint(bins, { rowsMin: 5, permutations: 0 });
        const total = (of: readonly BinSums[]) =>
          of.reduce((all, b) => ({ n: all.n + b.n, sum: all.sum + b.sum }), { n: 0, sum: 0 });
        let most = 0;
        for (let at = 1; at < bins.length; at++) {
          const [a, b] = [total(bins.slice(0, at)), total(bins.slice(at))];
          const rise = b.sum / b.n - a.sum / a.n;
          if (a.n >= 5 && b.n >= 5 && rise > 0) most = Math.max(most, rise ** 2 / (1 / a.n + 1 / b.n));
        }
        expect(found === null).toBe(most === 0);
        if (found === null) return;
        const [a, b] = [total(bins.slice(0, found.at)), total(bins.slice(found.at))];
        expect((b.sum / b.n - a.sum / a.n) ** 2 / (1 / a.n + 1 / b.n)).toBeCloseTo(most, 9);
        expect(found.after).toBeCloseTo(b.sum / b.n, 12);
      }),
      { numRuns: 300 },
    );
  });

  it('finds when an error rate doubled', () => {
    let near = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const found = changePoint(series(seed, 100, 40, (i) => (i < 70 ? 0.1 : 0.2)));
      near += Number(found !== null && found.p <= 0.01 && Math.abs(found.at - 70) <= 3);
    }
    expect(near).toBeGreaterThanOrEqual(90);
  });

  it('keeps its level where nothing changes', () => {
    let rang = 0;
    const TRIALS = 400;
    for (let seed = 1; seed <= TRIALS; seed++)
      rang += Number(
        (changePoint(
          series(7_000 + seed, 60, 30, () => 0.15),
          { seed },
        )?.p ?? 1) <= 0.05,
      );
    // Binomial(400, 0.05): 99.9 % lie within.
    expect(rang).toBeLessThanOrEqual(35);
    expect(rang).toBeGreaterThanOrEqual(8);
  });

  it('looks down as well, and is silent where nothing can be said', () => {
    const falls = series(3, 50, 40, (i) => (i < 20 ? 0.5 : 0.2));
    expect(Math.abs(changePoint(falls, { direction: 'down' })!.at - 20)).toBeLessThanOrEqual(1);
    expect(changePoint([flags(100, 0), flags(100, 0)])).toBeNull();
    expect(changePoint([flags(10, 0), flags(10, 5)])).toBeNull();
    expect(changePoint([])).toBeNull();
  });
});
