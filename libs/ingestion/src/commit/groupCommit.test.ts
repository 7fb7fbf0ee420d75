import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bytes } from '../encode/bytes.js';
import type { Row } from '../encode/row.js';
import { type Bounds, type Flush, GroupCommit, laneOf } from './groupCommit.js';
import { Receipt } from './receipt.js';

const bounds: Bounds = { flushMs: 20, flushEvents: 3, flushBytes: 100, pendingBytesMax: 100_000 };
const row = (id: string): Row => ({
  projectId: 'p',
  model: 'm',
  predictionId: id,
  version: '',
  key: { high: 0, low: 0 },
  payload: 0,
  givenTs: null,
  ts: 0,
  idAt: 0,
  idEnd: 0,
  shape: undefined,
  class: '',
  newClasses: [],
});
const encoded = (text: string) => new Bytes().ascii(text);

/** A store that writes when it is told to. */
function slowStore(given: Partial<Bounds> = {}) {
  const flushes: { rows: string[]; flush: Flush; done: () => void; fail: (e: Error) => void }[] = [];
  let writing = 0;
  const commit = new GroupCommit(
    { ...bounds, ...given },
    (flush) =>
      new Promise<void>((resolve, reject) => {
        expect(++writing).toBe(1); // one at a time
        const end = (then: () => void) => () => {
          writing--;
          then();
        };
        flushes.push({
          flush,
          rows: flush.entries.map(({ start, end: stop }) => {
            const line = flush.bytes.buffer.subarray(start, stop).toString();
            expect(line.endsWith(`,"${flush.batchId}"]\n`)).toBe(true);
            return line.slice(0, line.lastIndexOf(','));
          }),
          done: end(resolve),
          fail: (e) => end(() => reject(e))(),
        });
      }),
  );
  /** One request with one row. */
  const add = (text = 'x'.repeat(10), lane = laneOf('key', 'm')): Promise<void> => {
    const receipt = new Receipt();
    commit.add(lane, row(text), encoded(text), false, receipt);
    const all = receipt.all();
    all.catch(() => {});
    return all;
  };
  return { flushes, commit, add };
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
    const { flushes, add } = slowStore();
    void add('a');
    await vi.advanceTimersByTimeAsync(19);
    void add('b');
    expect(flushes).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(flushes.map((f) => f.rows)).toEqual([['a', 'b']]);
  });

  it('goes at once when it has its events or its bytes', () => {
    const { flushes, add } = slowStore();
    for (const text of ['a', 'b', 'c']) void add(text);
    expect(flushes.map((f) => f.rows)).toEqual([['a', 'b', 'c']]);
    const other = slowStore();
    void other.add('y'.repeat(100));
    expect(other.flushes).toHaveLength(1);
  });

  it('is alone: what comes meanwhile makes up the next, in order', async () => {
    const { flushes, commit, add } = slowStore();
    const requests = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((text) => add(text));
    await vi.advanceTimersByTimeAsync(100);
    expect(flushes).toHaveLength(1);
    flushes[0]!.done();
    expect(await settled(requests[2]!)).toBe('done');
    expect(await settled(requests[3]!)).toBe('waits');
    flushes[1]!.done();
    await vi.advanceTimersByTimeAsync(1000);
    flushes[2]!.done();
    await Promise.all(requests);
    expect(flushes.map((f) => f.rows)).toEqual([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]);
    expect(commit.pending).toEqual({ bytes: 0, events: 0, writing: false });
  });

  it('that is not full rests twice as long as the last write took', async () => {
    const { flushes, add } = slowStore();
    for (const text of ['a', 'b', 'c']) void add(text);
    await vi.advanceTimersByTimeAsync(25);
    flushes[0]!.done();
    await vi.advanceTimersByTimeAsync(0);
    void add('d');
    await vi.advanceTimersByTimeAsync(49);
    expect(flushes).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(flushes).toHaveLength(2);
  });

  it('that fails is told to those who wait for it and to nobody else', async () => {
    const { flushes, commit, add } = slowStore();
    const requests = ['a', 'b', 'c', 'd'].map((text) => add(text));
    flushes[0]!.fail(new Error('the store is away'));
    await expect(requests[0]).rejects.toThrow('the store is away');
    await expect(requests[2]).rejects.toThrow('the store is away');
    await vi.advanceTimersByTimeAsync(20);
    flushes[1]!.done();
    await expect(requests[3]).resolves.toBeUndefined();
    expect(commit.pending.bytes).toBe(0);
  });

  it('tells of repeats of stored rows, also when there is nothing else to write', async () => {
    const { flushes, commit } = slowStore();
    commit.repeat(row('a'));
    commit.repeat(row('b'));
    await vi.advanceTimersByTimeAsync(20);
    expect(flushes.map((f) => [f.rows, [...f.flush.repeats.values()].map((r) => r.count)])).toEqual([[[], [2]]]);
  });
});

describe('senders and their models', () => {
  it('take turns: a few rows do not wait behind very many', async () => {
    const { flushes, add } = slowStore({ flushEvents: 4, flushBytes: 10_000 });
    for (let i = 0; i < 24; i++) void add(`noisy-${i}`, laneOf('noisy', 'm'));
    const quiet = add('quiet', laneOf('quiet', 'm'));
    const other = add('other', laneOf('noisy', 'another'));
    flushes[0]!.done();
    await vi.advanceTimersByTimeAsync(0);
    expect(flushes[1]!.rows).toEqual(expect.arrayContaining(['quiet', 'other']));
    expect(flushes[1]!.rows.filter((r) => r.startsWith('noisy'))).toEqual(['noisy-4', 'noisy-5']);
    flushes[1]!.done();
    expect([await settled(quiet), await settled(other)]).toEqual(['done', 'done']);
    for (let i = 2; i < 7; i++) {
      flushes[i]!.done();
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(flushes.flatMap((f) => f.rows).filter((r) => r.startsWith('noisy'))).toEqual(
      Array.from({ length: 24 }, (_, i) => `noisy-${i}`),
    );
  });

  it('have room while another one has used up its own', async () => {
    const { flushes, commit, add } = slowStore({ flushEvents: 1, pendingBytesMax: 10_000 });
    const noisy = laneOf('noisy', 'm');
    while (!commit.isFull(noisy)) void add('n', noisy);
    expect(commit.isFull(laneOf('noisy', 'another'))).toBe(false);
    expect(() => commit.assertRoom('noisy')).not.toThrow();
    while (!commit.isFull(laneOf('noisy', 'another'))) void add('n', laneOf('noisy', 'another'));
    expect(() => commit.assertRoom('noisy')).toThrowError(
      expect.objectContaining({ code: 'overloaded', more: { retryAfterS: 1 } }),
    );
    expect(() => commit.assertRoom('quiet')).not.toThrow();
    const room = commit.room(noisy);
    expect(await settled(room)).toBe('waits');
    let written = 0;
    while ((await settled(room)) === 'waits') flushes[written++]!.done();
    for (const last = written + 3; written < last; written++) {
      flushes[written]!.done();
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(() => commit.assertRoom('noisy')).not.toThrow();
  });

  it('that never stop do not make memory grow', async () => {
    const { flushes, commit, add } = slowStore({
      flushEvents: 1000,
      flushBytes: 1_000_000,
      pendingBytesMax: 100_000_000,
    });
    const sent: string[] = [];
    const send = (n: number) => {
      for (let i = 0; i < n; i++) {
        sent.push(`row-${sent.length}`);
        void add(sent.at(-1));
      }
    };
    send(2500);
    for (let round = 0; round < 20; round++) {
      flushes[round]!.done();
      await vi.advanceTimersByTimeAsync(0);
      send(1000); // always some left over
    }
    const written = flushes.flatMap((f) => f.rows);
    expect(written).toEqual(sent.slice(0, written.length));
    expect(commit.pending.events).toBe(sent.length - written.length);
  });
});

describe('drain', () => {
  it('writes what waits without its time having come, and ends when all has ended', async () => {
    vi.useRealTimers();
    const written: number[] = [];
    const commit = new GroupCommit({ ...bounds, flushMs: 60_000 }, async ({ entries }) => {
      await new Promise((resolve) => setImmediate(resolve));
      written.push(entries.length);
      if (written.length === 1) throw new Error('the first fails');
    });
    const requests = Array.from({ length: 8 }, () => {
      const receipt = new Receipt();
      commit.add(laneOf('key', 'm'), row('a'), encoded('a'), false, receipt);
      return receipt.all();
    });
    const results = Promise.allSettled(requests);
    await commit.drain();
    expect(written).toEqual([3, 3, 2]);
    expect((await results).filter((r) => r.status === 'rejected')).toHaveLength(3);
    await commit.drain();
    expect(commit.pending).toEqual({ bytes: 0, events: 0, writing: false });
  });
});
