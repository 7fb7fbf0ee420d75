import { describe, expect, it } from 'vitest';
import { Memory } from './memory.js';

describe('Memory', () => {
  it('is bounded by events and by bytes, but takes one event of any size', () => {
    const memory = new Memory(2, 100);
    expect(memory.fits(1000)).toBe(true);
    memory.add(1, 90);
    expect(memory.fits(10)).toBe(true);
    expect(memory.fits(11)).toBe(false);
    memory.add(1, 5);
    expect(memory.fits(1)).toBe(false);
    memory.remove(2, 95);
    expect(memory.fits(1000)).toBe(true);
  });

  it('wakes who waits when it falls below half', async () => {
    const memory = new Memory(4, 100);
    memory.add(3, 3);
    let woken = false;
    const ready = memory.untilBelowHalf().then(() => {
      woken = true;
    });
    memory.remove(1, 1);
    await Promise.resolve();
    expect(woken).toBe(false);
    memory.remove(1, 1);
    await ready;
    await memory.untilBelowHalf();
  });
});
