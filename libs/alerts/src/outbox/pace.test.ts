import { describe, expect, it } from 'vitest';
import { RATE_LIMITS } from '../send/schedule.js';
import { afterAnswer, allowance, type ChannelPace, healthOf, spend } from './pace.js';

const fresh = (over: Partial<ChannelPace> = {}): ChannelPace => ({
  tokens: RATE_LIMITS.slack.burst,
  tokensAtMs: 0,
  failures: 0,
  pausedUntilMs: null,
  ...over,
});
const half = () => 0.5;

describe('the pace of a channel', () => {
  it('lets Slack have one message a second, whoever asks', () => {
    let pace = fresh();
    const sentAt: number[] = [];
    for (let ms = 0; ms <= 10_000; ms += 50) {
      const { count } = allowance(pace, RATE_LIMITS.slack, ms);
      if (count > 0) sentAt.push(ms);
      pace = spend(pace, RATE_LIMITS.slack, count, ms);
    }
    expect(sentAt).toEqual(Array.from({ length: 11 }, (_, i) => i * 1000));
  });

  it('lets PagerDuty have at most 120 events in any 60 s', () => {
    let pace = fresh({ tokens: RATE_LIMITS.pagerduty.burst });
    const sentAt: number[] = [];
    for (let ms = 0; ms <= 300_000; ms += 100) {
      const { count } = allowance(pace, RATE_LIMITS.pagerduty, ms);
      sentAt.push(...Array<number>(count).fill(ms));
      pace = spend(pace, RATE_LIMITS.pagerduty, count, ms);
    }
    for (const from of sentAt)
      expect(sentAt.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(120);
  });

  it('says when the next may go', () => {
    const spent = spend(fresh(), RATE_LIMITS.slack, 1, 0);
    expect(allowance(spent, RATE_LIMITS.slack, 400)).toEqual({ count: 0, waitMs: 600 });
    expect(allowance(spent, RATE_LIMITS.slack, 1000)).toEqual({ count: 1, waitMs: 0 });
  });
});

describe('the circuit', () => {
  const failing = (times: number) => {
    let pace = fresh();
    for (let i = 0; i < times; i++) pace = afterAnswer(pace, { outcome: 'retry' }, 0, half);
    return pace;
  };

  it('opens after five failures in a row, for ever longer up to five minutes', () => {
    expect(failing(4).pausedUntilMs).toBeNull();
    expect([5, 6, 7].map((n) => failing(n).pausedUntilMs)).toEqual([13_500, 27_000, 54_000]);
    expect(failing(30).pausedUntilMs).toBe(270_000);
    expect(allowance(failing(5), RATE_LIMITS.webhook, 13_499)).toEqual({ count: 0, waitMs: 1 });
  });

  it('then asks with one message, and closes when it is taken', () => {
    const paused = { ...failing(5), tokens: RATE_LIMITS.webhook.burst };
    expect(allowance(paused, RATE_LIMITS.webhook, 20_000).count).toBe(1);
    const well = afterAnswer(paused, { outcome: 'sent' }, 20_000, half);
    expect(well).toMatchObject({ failures: 0, pausedUntilMs: null });
    expect(allowance(well, RATE_LIMITS.webhook, 20_000).count).toBe(10);
  });

  it('keeps a Retry-After for the whole channel; a refused message says nothing about others', () => {
    expect(afterAnswer(fresh(), { outcome: 'retry', retryAfterMs: 30_000 }, 5, half).pausedUntilMs).toBe(30_005);
    expect(afterAnswer(fresh(), { outcome: 'dead' }, 0, half)).toEqual(fresh());
  });

  it('is shown', () => {
    expect([fresh(), failing(1), failing(5)].map((p) => healthOf(p, 1))).toEqual(['ok', 'failing', 'paused']);
    expect(healthOf(failing(5), 20_000)).toBe('failing');
  });
});
