import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterFailure, type Bucket, nextAttemptAt, RATE_LIMITS, take } from './schedule.js';

const H = 3_600_000;

describe('nextAttemptAt', () => {
  it.each([
    [1, 0, 1000],
    [1, 1, 2000],
    [2, 1, 4000],
    [3, 0.5, 4500],
    [10, 1, 900_000],
    [1000, 1, 900_000],
    [1000, 0, 1000],
    [0, 1, 2000],
  ])('after attempt %i with dice %d: %i ms', (attempt, dice, ms) =>
    expect(nextAttemptAt(attempt, 5000, () => dice)).toBe(5000 + ms),
  );

  it('is never sooner than the vendor asked', () => {
    expect(nextAttemptAt(1, 0, () => 0.5, 30_000)).toBe(30_000);
    expect(nextAttemptAt(12, 0, () => 1, 30_000)).toBe(900_000);
    expect(nextAttemptAt(1, 0, () => 0, 0)).toBe(1000);
  });

  it('stays between 1 s and 15 min for any dice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, dice) => {
        const at = nextAttemptAt(attempt, 0, () => dice);
        expect(at).toBeGreaterThanOrEqual(1000);
        expect(at).toBeLessThanOrEqual(900_000);
      }),
    );
  });
});

describe('afterFailure', () => {
  it('tries for a day, then gives up and says so', () => {
    let nowMs = 0;
    let attempt = 1;
    for (;;) {
      const next = afterFailure({ attempt, createdAtMs: 0 }, nowMs, () => 0.5);
      if (next.state === 'dead') {
        expect(next.reason).toBe(`given up after ${attempt} attempts in 24 h`);
        break;
      }
      expect(next.at).toBeGreaterThan(nowMs);
      nowMs = next.at;
      attempt++;
    }
    expect(nowMs).toBeGreaterThan(23.5 * H);
    expect(nowMs).toBeLessThanOrEqual(24 * H);
    expect(attempt).toBeGreaterThan(150);
    expect(attempt).toBeLessThan(250);
  });

  it('a day after a wait that the vendor asked for is over too', () => {
    const late = { attempt: 3, createdAtMs: 0, retryAfterMs: H };
    expect(afterFailure(late, 22.9 * H, () => 0).state).toBe('pending');
    expect(afterFailure(late, 23.1 * H, () => 0).state).toBe('dead');
  });
});

describe('take', () => {
  /** When `calls` sent as fast as allowed would leave, from time 0. */
  function times(kind: keyof typeof RATE_LIMITS, calls: number): number[] {
    const sent: number[] = [];
    let bucket: Bucket | undefined;
    for (let nowMs = 0; sent.length < calls; ) {
      const taken = take(RATE_LIMITS[kind], bucket, nowMs);
      bucket = taken.bucket;
      if (taken.allowed) sent.push(nowMs);
      else nowMs += taken.waitMs;
      expect(taken.allowed).toBe(taken.waitMs === 0);
    }
    return sent;
  }
  const mostIn = (sent: number[], ms: number) =>
    Math.max(...sent.map((from) => sent.filter((t) => t >= from && t < from + ms).length));

  it('Slack: one a second', () => expect(times('slack', 5)).toEqual([0, 1000, 2000, 3000, 4000]));

  it('PagerDuty: at most 120 in any minute, and not far below it', () => {
    const sent = times('pagerduty', 500);
    expect(mostIn(sent, 60_000)).toBeLessThanOrEqual(120);
    expect(sent.at(-1)).toBeLessThan(300_000);
  });

  it('webhooks: ten a second', () => {
    const sent = times('webhook', 110);
    expect(sent.slice(0, 11)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100]);
    expect(sent.at(-1)).toBe(10_000);
  });

  it('waiting as told is enough, and rest is not saved up beyond the burst', () => {
    const limit = fc.record({ burst: fc.integer({ min: 1, max: 50 }), perMinute: fc.integer({ min: 1, max: 6000 }) });
    fc.assert(
      fc.property(limit, fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 40 }), (rate, pauses) => {
        let bucket: Bucket | undefined;
        let nowMs = 1_700_000_000_000;
        for (const pause of pauses) {
          nowMs += pause;
          const first = take(rate, bucket, nowMs);
          nowMs += first.waitMs;
          const second = first.allowed ? first : take(rate, first.bucket, nowMs);
          expect(second.allowed).toBe(true);
          expect(second.bucket.tokens).toBeLessThanOrEqual(rate.burst - 1 + 1e-9);
          bucket = second.bucket;
        }
      }),
    );
  });

  it('a clock set back blocks nobody', () => {
    const empty = take(RATE_LIMITS.slack, undefined, 10 * H).bucket;
    const back = take(RATE_LIMITS.slack, empty, H);
    expect(back).toMatchObject({ allowed: false, waitMs: 1000 });
    expect(take(RATE_LIMITS.slack, back.bucket, H + 1000).allowed).toBe(true);
  });
});
