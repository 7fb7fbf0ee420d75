const EVERY_MS = 500;
const QUIET_TIMES = 4;
const IDLE_SHARE = 0.1;
const SETTLE_MS_MAX = 60_000;

/**
 * After the last insert the engine goes on merging, and that is part of the price. Waits until the process uses less than a
 * tenth of a core for two seconds; both sides of a comparison are counted until then. Resolves to the CPU seconds used so far.
 */
export async function untilIdle(cpuSeconds: () => number, withinMs = SETTLE_MS_MAX): Promise<number> {
  const giveUpAt = performance.now() + withinMs;
  let quiet = 0;
  let before = cpuSeconds();
  while (quiet < QUIET_TIMES && performance.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    const now = cpuSeconds();
    quiet = now - before < (EVERY_MS / 1000) * IDLE_SHARE ? quiet + 1 : 0;
    before = now;
  }
  return before;
}
