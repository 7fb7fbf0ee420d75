import { describe, expect, it } from 'vitest';
import { manualClock } from './clock.js';
import { spread } from './events.js';
import { eventually } from './eventually.js';

describe('eventually', () => {
  it('gives what the check gives once it holds, errors on the way forgiven', async () => {
    let tries = 0;
    const check = () => {
      tries++;
      if (tries === 1) throw new Error('not yet');
      return tries === 3 && { tries };
    };
    expect(await eventually(check)).toEqual({ tries: 3 });
    expect(await eventually(() => 0)).toBe(0);
  });

  it('fails at its deadline with what the check said last', async () => {
    const error = await eventually(() => expect(1).toBe(2), 20).catch((e: Error) => e);
    expect(error).toMatchObject({
      message: 'not so within 20 ms',
      cause: expect.objectContaining({ name: 'AssertionError' }),
    });
  });
});

describe('manualClock', () => {
  it('stands still until it is told to move', () => {
    const { now, advance, set } = manualClock(5);
    advance(10);
    expect(now()).toBe(15);
    set(1);
    expect(now()).toBe(1);
  });
});

describe('spread', () => {
  it('is even, from the start and before the end', () => {
    expect(spread(4, 0, 100)).toEqual([0, 25, 50, 75]);
    expect(spread(0, 0, 100)).toEqual([]);
  });
});
