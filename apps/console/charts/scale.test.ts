import { expect, it } from 'vitest';
import { lineDomain, niceDomain } from './scale';

it.each([
  [0.71, 0.79, { min: 0.7, max: 0.8, step: 0.02 }],
  [0, 100, { min: 0, max: 100, step: 25 }],
  [38.6, 55.2, { min: 35, max: 60, step: 5 }],
  [5, 5, { min: 4.5, max: 5.5, step: 0.25 }],
  [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, { min: 0, max: 1, step: 0.25 }],
])('niceDomain(%s, %s)', (low, high, want) => expect(niceDomain(low, high)).toEqual(want));

it('stays within what a metric can be', () => expect(niceDomain(0.97, 1.02, 4, [0, 1]).max).toBe(1));

it('does not let one wide interval flatten the line', () => {
  const { min, max } = lineDomain([0.7, 0.72, 0.71], [0.1, 0.99], [0, 1]);
  expect(min).toBeGreaterThan(0.6);
  expect(max).toBeLessThan(0.8);
});
