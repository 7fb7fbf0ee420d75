import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Row } from '../encode.js';
import { type Bounds, type Entry, GroupCommit } from './groupCommit.js';

const bounds: Bounds = { flushMs: 20, flushEvents: 3, flushBytes: 100, pendingBytesMax: 200 };
const row = (bytes = 10): Row => ({
  projectId: 'p',
  model: 'm',
  predictionId: 'i',
  version: '',
  key: 'k',
  payload: 'x',
  givenTs: null,
  ts: 0,
  line: 'x'.repeat(bytes),
});

/** A store that writes when it is told to. */
function slowStore() {
  const flushes: { entries: readonly Entry[]; done: () => void; fail: (e: Error) => void }[] = [];
  let writing = 0;
  const write = (entries: readonly Entry[]) =>
    new Promise<void>((resolve, reject) => {
      expect(++writing).toBe(1); // one at a time
      const end = (then: () => void) => () => {
        writing--;
        then();
      };
      flushes.push({ entries, done: end(resolve), fail: (e) => end(() => reject(e))() });
    });
  return { flushes, write };
}
const settled = async (promise: Promise<unknown>) => {
  let state = 'waits';
  promise.then(
    () => (state = 'done'),
    () => (state = 'failed'),
  );
  await vi.advanceTimersByTimeAsync(0);
  return state;
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a flush', () => {
  it('waits for company at most flushMs', async () => {
    const { flushes, write } = slowStore();
    const commit = new GroupCommit(bounds, write);
    commit.add(row(), false);
    await vi.advanceTimersByTimeAsync(19);
    commit.add(row(), false);
    expect(flushes).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(flushes.map((f) => f.entries.length)).toEqual([2]);
  });

  it('goes at once when it has its events or its bytes', () => {
    const { flushes, write } = slowStore();
    const commit = new GroupCommit(bounds, write);
    for (let i = 0; i < 3; i++) commit.add(row(), false);
    expect(flushes.map((f) => f.entries.length)).toEqual([3]);
    const other = slowStore();
    new GroupCommit(bounds, other.write).add(row(100), true);
    expect(other.flushes[0]!.entries).toMatchObject([{ lookUp: true }]);
  });

  it('is alone: what comes meanwhile makes up the next, in order', async () => {
    const { flushes, write } = slowStore();
    const commit = new GroupCommit(bounds, write);
    const tickets = Array.from({ length: 7 }, () => commit.add(row(), false));
    await vi.advanceTimersByTimeAsync(100);
    expect(flushes).toHaveLength(1);
    flushes[0]!.done();
    expect(await settled(tickets[2]!.done)).toBe('done');
    expect(await settled(tickets[3]!.done)).toBe('waits');
    flushes[1]!.done();
    await vi.advanceTimersByTimeAsync(0);
    flushes[2]!.done();
    await Promise.all(tickets.map((t) => t.done));
    expect(flushes.map((f) => f.entries.length)).toEqual([3, 3, 1]);
    expect(commit.pending).toEqual({ bytes: 0, flushes: 0 });
  });

  it('that fails is told to those who wait for it and to nobody else', async () => {
    const { flushes, write } = slowStore();
    const commit = new GroupCommit(bounds, write);
    const tickets = Array.from({ length: 4 }, () => commit.add(row(), false));
    flushes[0]!.fail(new Error('the store is away'));
    await expect(tickets[0]!.done).rejects.toThrow('the store is away');
    await expect(tickets[2]!.done).rejects.toThrow('the store is away');
    await vi.advanceTimersByTimeAsync(20);
    flushes[1]!.done();
    await expect(tickets[3]!.done).resolves.toBeUndefined();
    expect(commit.pending.bytes).toBe(0);
  });
});

describe('room', () => {
  it('is refused with a pause while too much waits, and there again afterwards', async () => {
    const { flushes, write } = slowStore();
    const commit = new GroupCommit(bounds, write);
    commit.add(row(199), false);
    expect(() => commit.assertRoom()).not.toThrow();
    commit.add(row(1), false);
    expect(() => commit.assertRoom()).toThrowError(
      expect.objectContaining({ code: 'overloaded', more: { retryAfterS: 1 } }),
    );
    flushes[0]!.done();
    await vi.advanceTimersByTimeAsync(0);
    expect(() => commit.assertRoom()).not.toThrow();
  });
});

describe('drain', () => {
  it('writes what waits without its time having come, and ends when all has ended', async () => {
    vi.useRealTimers();
    const written: number[] = [];
    const commit = new GroupCommit({ ...bounds, flushMs: 60_000 }, async (entries) => {
      await new Promise((resolve) => setImmediate(resolve));
      written.push(entries.length);
      if (written.length === 1) throw new Error('the first fails');
    });
    const tickets = Array.from({ length: 8 }, () => commit.add(row(), false));
    await commit.drain();
    expect(written).toEqual([3, 3, 2]);
    expect((await Promise.allSettled(tickets.map((t) => t.done))).filter((r) => r.status === 'rejected')).toHaveLength(
      3,
    );
    await commit.drain();
    expect(commit.pending).toEqual({ bytes: 0, flushes: 0 });
  });
});
