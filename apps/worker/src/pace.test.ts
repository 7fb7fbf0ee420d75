import { describe, expect, it } from 'vitest';
import { Hold, Pace } from './pace.js';

describe('Pace', () => {
  it('rests in proportion to the work, per key', async () => {
    let now = 1_000;
    const pace = new Pace(5, 0, () => now);
    expect(pace.waitMs('a')).toBe(0);
    await pace.run('a', async () => {
      now += 200;
    });
    expect(pace.waitMs('a')).toBe(1_000);
    expect(pace.waitMs('b')).toBe(0);
    now += 1_000;
    expect(pace.waitMs('a')).toBe(0);
  });

  it('keeps many keys together to a share of a core', async () => {
    let now = 0;
    let worked = 0;
    const pace = new Pace(5, 4, () => now);
    const keys = Array.from({ length: 50 }, (_, i) => `${i}`);
    for (; now < 1_000_000; now += 10)
      for (const key of keys)
        if (pace.waitMs(key) === 0)
          await pace.run(key, async () => {
            now += 20;
            worked += 20;
          });
    expect(worked / now).toBeGreaterThan(0.2);
    expect(worked / now).toBeLessThan(0.27);
  });

  it('rests after failing work too', async () => {
    let now = 0;
    const pace = new Pace(2, 0, () => now);
    const failing = pace.run('a', async () => {
      now += 50;
      throw new Error('away');
    });
    await expect(failing).rejects.toThrow('away');
    expect(pace.waitMs('a')).toBe(100);
  });
});

describe('Hold', () => {
  it('holds while a burst lasts, and not for ever', () => {
    let now = 0;
    const hold = new Hold(30, () => now);
    expect(hold.holds('a', true)).toBe(true);
    now = 20;
    expect(hold.holds('a', true)).toBe(true);
    expect(hold.holds('a', false)).toBe(false);
    expect(hold.holds('a', true)).toBe(true);
    now = 60;
    expect(hold.holds('a', true)).toBe(false);
    expect(hold.holds('a', true)).toBe(true);
  });
});
