import { expect } from 'vitest';

/** Equal in everything, except that sums of doubles may differ by the order in which they were added. */
export function expectSame(got: unknown, want: unknown, where = 'answer'): void {
  if (typeof want === 'number' && typeof got === 'number') {
    if (Math.abs(got - want) > 1e-9 * Math.max(1, Math.abs(want))) expect.fail(`${where}: got ${got}, want ${want}`);
    return;
  }
  if (typeof want !== 'object' || want === null || typeof got !== 'object' || got === null)
    return expect(got, where).toEqual(want);
  expect(Object.keys(got).sort(), where).toEqual(Object.keys(want).sort());
  for (const [key, value] of Object.entries(want))
    expectSame((got as Record<string, unknown>)[key], value, `${where}.${key}`);
}
