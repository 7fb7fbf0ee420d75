import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weigh } from './concentrate.js';

/** n rows, k of them bad. */
const bad = (n: number, k: number) => ({ n, s: k, s2: k });
const part = (n: number, k: number) => ({ field: 'tags.country', value: 'BR', ...bad(n, k) });

describe('weigh', () => {
  it('finds a value in which the problem sits', () => {
    expect(weigh(part(100, 80), bad(1000, 125))).toEqual({
      field: 'tags.country',
      value: 'BR',
      n: 100,
      share: 0.1,
      error: 0.8,
      rest: 0.05,
      explains: expect.closeTo(((0.8 - 0.05) * 100) / 125, 10),
    });
  });

  it.each([
    ['is no worse than the rest', part(100, 10), bad(1000, 100)],
    ['is better than the rest', part(100, 0), bad(1000, 100)],
    ['is too few rows', part(19, 19), bad(1000, 30)],
    ['is nearly everything', part(600, 400), bad(1000, 400)],
    ['is a sliver of very many', part(40, 40), bad(10_000, 100)],
    ['could be chance', part(30, 6), bad(1000, 100)],
    ['explains next to nothing', part(100, 40), bad(1000, 340)],
    ['there is nothing bad at all', part(100, 0), bad(1000, 0)],
  ])('not one that %s', (_, p, total) => {
    expect(weigh(p, total)).toBeNull();
  });

  it('finds a value that is bad through and through, though nothing varies', () => {
    expect(weigh(part(100, 100), bad(300, 100))).toMatchObject({ error: 1, rest: 0, explains: 1 });
  });

  it('of any counts is null or makes sense', () => {
    const counts = fc.tuple(fc.nat(500), fc.nat(500), fc.nat(500), fc.nat(500));
    fc.assert(
      fc.property(counts, ([good, wrong, restGood, restWrong]) => {
        const found = weigh(part(good + wrong, wrong), bad(good + wrong + restGood + restWrong, wrong + restWrong));
        if (!found) return;
        expect(found.error).toBeGreaterThan(found.rest);
        expect(found.explains).toBeGreaterThan(0);
        expect(found.explains).toBeLessThanOrEqual(1);
        expect(found.share).toBeLessThanOrEqual(0.5);
      }),
    );
  });
});
