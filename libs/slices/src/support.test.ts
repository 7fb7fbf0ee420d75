import { expect, it } from 'vitest';
import { sampleOf, supportOf, sureWith } from './support.js';

it('is a share of the rows, or rows, of which a sample has a part', () => {
  expect([supportOf(undefined, 1_000, 1), supportOf(undefined, 1_000_000, 1)]).toEqual([32, 10_000]);
  expect([supportOf(0.05, 1_000, 1), supportOf(500, 1_000, 4), supportOf(1, 10, 8)]).toEqual([50, 125, 1]);
});

it('values are sought in a sample only where slices are so large that none of them is missed', () => {
  expect([sampleOf(32), sampleOf(700), sampleOf(10_000), sampleOf(1e9)]).toEqual([1, 2, 16, 16]);
  // The chance that a sample of one in `some` has none of `support` rows.
  for (const support of [640, 5_120, 100_000]) {
    const some = sampleOf(support);
    expect(sureWith(some, support)).toBe(true);
    expect((1 - 1 / some) ** support).toBeLessThan(1e-17);
  }
  expect([sureWith(16, 600), sureWith(16, 640), sureWith(1, 1)]).toEqual([false, true, true]);
});
