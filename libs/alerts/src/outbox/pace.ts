import { type Bucket, type RateLimit, take } from '../send/schedule.js';

/** How a channel is doing, as it is stored: all workers decide from the same. */
export type ChannelPace = {
  tokens: number;
  tokensAtMs: number;
  /** Failures in a row. */
  failures: number;
  pausedUntilMs: number | null;
};

/** Failures in a row after which a vendor is left alone for a while, then asked with one message. */
const FAILURES_MAX = 5;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 300_000;

/** Pure: how many messages may go now, and in how many ms the next one may, if any is held back. */
export function allowance(pace: ChannelPace, limit: RateLimit, nowMs: number): { count: number; waitMs: number } {
  const pausedMs = (pace.pausedUntilMs ?? 0) - nowMs;
  if (pausedMs > 0) return { count: 0, waitMs: pausedMs };
  const { bucket, waitMs } = take(limit, bucketOf(pace), nowMs);
  const tokens = bucket.tokens + (waitMs === 0 ? 1 : 0);
  const whole = Math.floor(tokens + 1e-9);
  // Whoever failed so often is asked by one message first.
  const count = pace.failures >= FAILURES_MAX ? Math.min(1, whole) : whole;
  return { count, waitMs: count > 0 ? 0 : waitMs };
}

/** Pure: the bucket after `count` messages went. */
export function spend(pace: ChannelPace, limit: RateLimit, count: number, nowMs: number): ChannelPace {
  let bucket = bucketOf(pace);
  for (let i = 0; i < count; i++) bucket = take(limit, bucket, nowMs).bucket;
  return { ...pace, tokens: bucket.tokens, tokensAtMs: bucket.atMs };
}

/**
 * Pure: what an answer means for the whole channel. A `Retry-After` holds for every message; five failures in a row open
 * the circuit for 15 s, then twice as long each time, up to 5 min. A message that is refused says nothing about the others.
 */
export function afterAnswer(
  pace: ChannelPace,
  answer: { outcome: 'sent' | 'retry' | 'dead'; retryAfterMs?: number },
  nowMs: number,
  random: () => number,
): ChannelPace {
  if (answer.outcome === 'sent') return { ...pace, failures: 0, pausedUntilMs: null };
  if (answer.outcome === 'dead') return pace;
  const failures = pace.failures + 1;
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, failures - FAILURES_MAX));
  const circuitMs = failures >= FAILURES_MAX ? longest * (0.8 + 0.2 * random()) : 0;
  const pauseMs = Math.max(circuitMs, answer.retryAfterMs ?? 0);
  const until = Math.max(pace.pausedUntilMs ?? 0, Math.ceil(nowMs + pauseMs));
  return { ...pace, failures, pausedUntilMs: pauseMs > 0 ? until : pace.pausedUntilMs };
}

/** Pure: how it is shown. */
export const healthOf = (
  { failures, pausedUntilMs }: Pick<ChannelPace, 'failures' | 'pausedUntilMs'>,
  nowMs: number,
): 'ok' | 'failing' | 'paused' =>
  failures > 0 ? (pausedUntilMs !== null && pausedUntilMs > nowMs ? 'paused' : 'failing') : 'ok';

const bucketOf = ({ tokens, tokensAtMs }: ChannelPace): Bucket => ({ tokens, atMs: tokensAtMs });
