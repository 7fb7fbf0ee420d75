import type { ErrorCode } from './types.js';

const RETRY_AFTER_MAX_MS = 600_000;

/** Full jitter: uniform in [0, min(cap, base * 2^(n-1))) after the n-th failure; `random` in [0, 1). */
export function backoffMs(failures: number, baseMs: number, capMs: number, random: number): number {
  return random * Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 30));
}

/** `Retry-After` in milliseconds, seconds or a date; `undefined` if absent or unreadable. At most ten minutes. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS);
}

/**
 * What an HTTP status means for the batch: `retry` the server is in trouble; `settings` the address or the key is wrong, not
 * the events; `split` the batch is too large; `plain` compression is not understood; `refuse` this batch will never be taken.
 */
export type Fate = 'done' | 'retry' | 'settings' | 'split' | 'plain' | 'refuse';

export function fateOf(status: number): { fate: Fate; code: ErrorCode } {
  if (status >= 200 && status < 300) return { fate: 'done', code: 'bad_answer' };
  if (status === 429) return { fate: 'retry', code: 'rate_limited' };
  if (status === 408 || status === 425 || status >= 500) return { fate: 'retry', code: 'server_error' };
  if (status === 401 || status === 403) return { fate: 'settings', code: 'unauthorized' };
  if (status === 413) return { fate: 'split', code: 'too_large' };
  if (status === 415) return { fate: 'plain', code: 'refused' };
  // 0 is an opaque redirect
  if (status < 400 || status === 404 || status === 405) return { fate: 'settings', code: 'wrong_address' };
  return { fate: 'refuse', code: 'refused' };
}
