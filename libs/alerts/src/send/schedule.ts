import type { ChannelView } from '@plumbline/contracts';

/** When to try again, and how fast a channel may be used. Pure: clock and dice come in as arguments. */

const FIRST_MS = 1000;
const LONGEST_MS = 15 * 60_000;
/** After a day a page is news of yesterday; the delivery stays visible as failed. */
export const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/**
 * The time of the next attempt after the `attempt`-th (from 1) failed: anywhere between 1 s and a ceiling that doubles up
 * to 15 min, so that a thousand deliveries do not come back in step. Never sooner than the vendor asked.
 */
export function nextAttemptAt(attempt: number, nowMs: number, random: () => number, retryAfterMs = 0): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(1, attempt));
  const delay = FIRST_MS + random() * (ceiling - FIRST_MS);
  return Math.ceil(nowMs + Math.max(delay, retryAfterMs));
}

export type Retry = { state: 'pending'; at: number } | { state: 'dead'; reason: string };

/** What becomes of a delivery whose `attempt`-th try failed in a way that may pass. */
export function afterFailure(
  delivery: { attempt: number; createdAtMs: number; retryAfterMs?: number },
  nowMs: number,
  random: () => number,
): Retry {
  const at = nextAttemptAt(delivery.attempt, nowMs, random, delivery.retryAfterMs);
  if (at - delivery.createdAtMs <= GIVE_UP_AFTER_MS) return { state: 'pending', at };
  return { state: 'dead', reason: `given up after ${delivery.attempt} attempts in 24 h` };
}

/** A token bucket: `burst` at once, then `perMinute`. */
export type RateLimit = { burst: number; perMinute: number };
export type Bucket = { tokens: number; atMs: number };

/**
 * Slack: one message a second per webhook. PagerDuty: 120 calls in any 60 s per routing key, so burst + refill stay at
 * 120. Webhooks: ours, 10 a second.
 */
export const RATE_LIMITS: Record<ChannelView['kind'], RateLimit> = {
  slack: { burst: 1, perMinute: 60 },
  pagerduty: { burst: 20, perMinute: 100 },
  webhook: { burst: 10, perMinute: 600 },
};

/** Takes one token if there is one; keep `bucket` either way. `waitMs` is the time until there will be one. */
export function take(
  limit: RateLimit,
  bucket: Bucket | undefined,
  nowMs: number,
): { allowed: boolean; bucket: Bucket; waitMs: number } {
  // A clock that was set back gives nothing for free and blocks nobody.
  const elapsedMs = Math.max(0, nowMs - (bucket?.atMs ?? nowMs));
  const perMs = limit.perMinute / 60_000;
  const tokens = Math.min(limit.burst, (bucket?.tokens ?? limit.burst) + elapsedMs * perMs);
  // Rounding of the sum must not turn the wait just told into one millisecond more.
  if (tokens >= 1 - 1e-9) return { allowed: true, bucket: { tokens: Math.max(0, tokens - 1), atMs: nowMs }, waitMs: 0 };
  return { allowed: false, bucket: { tokens, atMs: nowMs }, waitMs: Math.ceil((1 - tokens) / perMs) };
}
