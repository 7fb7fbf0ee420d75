import { describe, expect, it } from 'vitest';
import { Horizon } from './horizon.js';

const MINUTE = 60_000;

describe('a horizon', () => {
  it('looks at everything first, then from a quarter of an hour before what is done, and at everything again each hour', () => {
    let now = 1_800_000_000_000;
    const horizon = new Horizon(() => now);
    expect(horizon.since('a')).toBe(0);
    horizon.saw('a', 0, now);
    expect(horizon.since('a')).toBe(now - 15 * MINUTE);
    expect(horizon.since('b')).toBe(0);
    now += 30 * MINUTE;
    horizon.saw('a', horizon.since('a'), now - 20 * MINUTE);
    expect(horizon.since('a')).toBe(now - 35 * MINUTE);
    now += 30 * MINUTE;
    expect(horizon.since('a')).toBe(0);
  });

  it('never moves past work that still waits', () => {
    const horizon = new Horizon(() => 10_000_000);
    horizon.saw('a', 0, 20_000_000);
    expect(horizon.since('a')).toBe(10_000_000 - 15 * MINUTE);
  });
});
