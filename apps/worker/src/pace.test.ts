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

  it('lets nothing rest for ever on a machine that is slow', async () => {
    let now = 0;
    const pace = new Pace(5, 4, () => now, 1_000);
    const slow = (key: string) =>
      pace.run(key, async () => {
        now += 600;
      });
    await slow('a');
    expect(pace.waitMs('a')).toBe(1_000);
    await slow('b');
    expect(pace.waitMs('b')).toBe(2_000);
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
  it('holds while a burst lasts and until it has been quiet, and not for ever', () => {
    let now = 0;
    const hold = new Hold(30, 8, () => now);
    expect(hold.holds('a')).toBe(false);
    hold.note('a');
    now = 7;
    expect(hold.holds('a')).toBe(true);
    now = 8;
    expect(hold.holds('a')).toBe(false);
    expect(hold.holds('b')).toBe(false);
    for (const at of [10, 16, 22, 28, 34]) {
      now = at;
      hold.note('a');
      expect(hold.holds('a')).toBe(true);
    }
    now = 40;
    hold.note('a');
    expect(hold.holds('a')).toBe(false);
    hold.note('a');
    expect(hold.holds('a')).toBe(true);
  });
});
