const BASE_MS = 500;
const CAP_MS = 15_000;
const RETRY_AFTER_MAX_MS = 600_000;

/** Full jitter: uniform in [0, min(cap, base · 2^(n−1))) after the n-th failure in a row, but never at once; `random` in [0, 1). */
export const backoffMs = (failures: number, random: number): number =>
  50 + random * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(failures - 1, 20));

/** `Retry-After` in milliseconds, given as seconds or a date; 0 if absent or unreadable. At most ten minutes. */
export function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null || header.trim() === '') return 0;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS);
}

/** Whether the same request may be answered otherwise later. */
export const isPassing = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500;

/** Resolves after the time, or at once when stopped. */
export function sleep(ms: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done, { once: true });
  });
}
