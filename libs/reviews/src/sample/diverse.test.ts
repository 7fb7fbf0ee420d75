import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distance, farthestFirst, type Point, ranks } from './diverse.js';

const point = fc.record({
  numbers: fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }), {
    minLength: 2,
    maxLength: 2,
  }),
  categories: fc.array(fc.option(fc.constantFrom('a', 'b'), { nil: null }), { minLength: 1, maxLength: 1 }),
});

describe('rows as unlike as can be', () => {
  it('are each chosen once, and the radius is within twice the best of any choice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(point, { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 3 }),
        async (all, k) => {
          const chosen = await farthestFirst(all, k);
          expect(new Set(chosen).size).toBe(Math.min(k, all.length));
          const radius = (set: readonly number[]) =>
            Math.max(...all.map((p) => Math.min(...set.map((i) => distance(p, all[i]!)))));
          const best = Math.min(...subsets(all.length, Math.min(k, all.length)).map(radius));
          expect(radius(chosen)).toBeLessThanOrEqual(2 * best + 1e-12);
        },
      ),
    );
  });
  it('take one of each kind first', async () => {
    const kinds: Point[] = ['a', 'a', 'a', 'b', 'a', 'c'].map((c) => ({ numbers: [], categories: [c] }));
    expect((await farthestFirst(kinds, 3)).map((i) => kinds[i]!.categories[0]).sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('ranks', () => {
  it('lie in [0, 1], equal values share theirs, missing ones have none', () => {
    expect(ranks([5, null, 1, 5, 1_000_000])).toEqual([0.5, null, 0, 0.5, 1]);
    expect(ranks([])).toEqual([]);
    expect(ranks([3])).toEqual([0]);
  });
});

function subsets(n: number, k: number, from = 0): number[][] {
  if (k === 0) return [[]];
  return Array.from({ length: Math.max(0, n - from) }, (_, i) => i + from).flatMap((first) =>
    subsets(n, k - 1, first + 1).map((rest) => [first, ...rest]),
  );
}
