import { describe, expect, it } from 'vitest';
import { Pool } from './pool.js';

describe('Pool', () => {
  it('lends in order of asking and never one item twice', async () => {
    const pool = new Pool(['a', 'b']);
    const lent: string[] = [];
    let most = 0;
    let now = 0;
    await Promise.all(
      Array.from({ length: 10 }, () =>
        pool.use(async (item) => {
          now++;
          most = Math.max(most, now);
          lent.push(item);
          await new Promise((resolve) => setImmediate(resolve));
          now--;
        }),
      ),
    );
    expect(lent).toHaveLength(10);
    expect(most).toBe(2);
  });

  it('closing waits for what is lent, refuses who waits and who comes', async () => {
    const pool = new Pool(['only']);
    let finish = () => {};
    const running = pool.use(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const waiting = pool.use(async () => 'never');
    let closed = false;
    const close = pool.close().then(() => {
      closed = true;
    });
    await expect(waiting).rejects.toThrow(/closing/);
    await expect(pool.use(async () => 'late')).rejects.toThrow(/closing/);
    expect(closed).toBe(false);
    finish();
    await running;
    await close;
    expect(closed).toBe(true);
  });
});
