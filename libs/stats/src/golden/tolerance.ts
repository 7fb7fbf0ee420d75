import { expect } from 'vitest';

/** |got - want| <= tolerance * max(1, |want|); `null` must be met by `null`. For tests only. */
export function expectClose(
  got: number | null | undefined,
  want: number | null,
  where: string,
  tolerance = 1e-9,
): void {
  if (want === null) {
    expect(got, where).toBeNull();
    return;
  }
  expect(typeof got, where).toBe('number');
  const error = Math.abs((got as number) - want);
  if (!(error <= tolerance * Math.max(1, Math.abs(want)))) expect.fail(`${where}: got ${got}, want ${want}`);
}
