import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nearest } from './known.js';
import { niceEdges, widthEdges } from './niceEdges.js';

it('writes bounds with the fewest digits that leave the bins about where they were', () => {
  expect(niceEdges([24_612, 30_933, 37_711, 44_716], 11_532, 109_537)).toEqual([25_000, 31_000, 38_000, 45_000]);
  expect(niceEdges([0.1234, 0.1239], 0, 1)).toEqual([0.1234, 0.1239]);
  expect(niceEdges([3, 3, 5], 3, 9)).toEqual([5]);
  expect(niceEdges([], 0, 1)).toEqual([]);
});

it('cuts a range at round numbers', () => {
  expect(widthEdges(0, 100, 10)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(widthEdges(-1.3, 2.9, 4)).toEqual([0, 2]);
  expect(widthEdges(0.02, 0.98, 5)).toEqual([0.2, 0.4, 0.6, 0.8]);
  expect(widthEdges(5, 5, 4)).toEqual([]);
  expect(widthEdges(1e12, 1e12 + 0.0002, 4)).toEqual([]);
});

it('bounds ascend and lie inside, whatever the numbers', () => {
  const numbers = fc.array(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 2, max: 50 }), (values, count) => {
      const sorted = [...values].sort((a, b) => a - b);
      const [min, max] = [sorted[0]!, sorted.at(-1)!];
      const at = (p: number) => sorted[Math.floor(p * (sorted.length - 1))]!;
      const quantiles = Array.from({ length: count - 1 }, (_, i) => at((i + 1) / count));
      for (const edges of [niceEdges(quantiles, min, max), widthEdges(min, max, count)])
        for (const [i, edge] of edges.entries()) {
          expect(edge).toBeGreaterThan(edges[i - 1] ?? min);
          expect(edge).toBeLessThanOrEqual(max);
        }
    }),
  );
});

it('names what was probably meant', () => {
  const all = ['features.income', 'features.age', 'tags.country', 'version'];
  expect(nearest('features.incme', all)).toBe('features.income');
  expect(nearest('features.country', all)).toBe('tags.country');
  expect(nearest('features.coun', all)).toBe('tags.country');
  expect(nearest('versoin', all)).toBe('version');
  expect(nearest('features.balance_of_account', all)).toBeNull();
});
