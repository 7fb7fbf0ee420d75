/**
 * Asks again and again until `check` returns something other than `undefined` or `false` without throwing, and returns
 * that. After `deadlineMs` it fails with what `check` said last: an upper bound, never a pause.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  deadlineMs = 30_000,
): Promise<Exclude<T, undefined | false>> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    let last: unknown;
    try {
      const found = await check();
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
      last = new Error(`it is still ${String(found)}`);
    } catch (error) {
      last = error;
    }
    if (performance.now() > endMs) throw new Error(`not so within ${deadlineMs} ms`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
