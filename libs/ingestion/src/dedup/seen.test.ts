import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '../encode/identity.js';
import { type Remembered, Seen } from './seen.js';

/** Few low words, so that many keys want the same slot. */
const key = (n: number | string): Key => ({ high: Number(n) + 1, low: Number(n) % 4 });
const seenOf = (max: number, from = 0) => new Seen<{ row: Remembered }>(max, from, 0);
const put = (seen: Seen<{ row: Remembered }>, k: number, payload: number, at: number) =>
  seen.set(key(k), payload, 0, at);

describe('the memory of identities', () => {
  it('stays within its bound and remembers at least the last half of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 300 }),
        (max, keys) => {
          const seen = seenOf(max);
          keys.forEach((k, i) => {
            put(seen, k, i, i);
            expect(seen.size).toBeLessThanOrEqual(max + 1);
          });
          const last = new Map(keys.map((k, i) => [k, i]));
          const recent = [...new Set([...keys].reverse())].slice(0, Math.floor(max / 2));
          for (const k of recent) expect(seen.get(key(k))?.payload).toBe(last.get(k));
        },
      ),
    );
  });

  it('answers like a map while nothing has to be forgotten', () => {
    const operation = fc.tuple(fc.constantFrom('set', 'forget'), fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const seen = seenOf(200);
        const model = new Map<number, number>();
        operations.forEach(([what, k], i) => {
          if (what === 'set') {
            put(seen, k, i, i);
            model.set(k, i);
          } else {
            seen.forget({ key: key(k), payload: 0, givenTs: null });
            model.delete(k);
          }
        });
        for (let k = 0; k <= 30; k++) expect(seen.get(key(k))?.payload).toBe(model.get(k));
      }),
    );
  });

  it('knows since when nothing was forgotten', () => {
    const seen = seenOf(4);
    for (const [i, k] of [1, 2, 3, 4].entries()) put(seen, k, k, i * 10);
    expect(seen.coveredFromMs).toBe(0); // the third began a second generation; the first is still there
    put(seen, 5, 5, 40);
    expect([seen.get(key(1)), seen.get(key(3))?.payload]).toEqual([undefined, 3]);
    expect(seen.coveredFromMs).toBe(20);
  });

  it('never covers less than it claims: whatever arrived since then is there', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 120 }),
        (max, keys) => {
          const seen = seenOf(max, Number.NEGATIVE_INFINITY);
          keys.forEach((k, i) => {
            put(seen, k, i, i);
            const since = seen.coveredFromMs;
            for (let j = Math.max(0, since); j <= i; j++) expect(seen.get(key(keys[j]!))).toBeDefined();
          });
        },
      ),
    );
  });

  it('tells which row is under way, until it has ended', () => {
    const seen = seenOf(10);
    const entry = { row: { key: key(1), lastKey: key(2), payload: 7, givenTs: null } };
    const number = seen.begin(entry, 0);
    for (const k of [1, 2]) expect(seen.get(key(k))).toEqual({ payload: 7, givenTs: null, writing: entry });
    seen.clear(5);
    expect(seen.get(key(2))?.writing).toBe(entry);
    seen.ended(number);
    expect(seen.get(key(1))).toEqual({ payload: 7, givenTs: null, writing: undefined });
    seen.clear(6);
    expect(seen.get(key(1))).toBeUndefined();
    expect(seen.coveredFromMs).toBe(6);
  });

  it('doubts events that may have come before that, with room for clocks that are ahead', () => {
    const seen = new Seen<{ row: Remembered }>(10, 1_000_000, 1_000_000);
    expect(seen.mayHaveForgotten(1_000_000 + 3_600_000, 3_600_000)).toBe(false);
    expect(seen.mayHaveForgotten(1_000_000 + 3_599_999, 3_600_000)).toBe(true);
    expect(seenOf(10, Number.NEGATIVE_INFINITY).mayHaveForgotten(0, 3_600_000)).toBe(false);
  });
});
