import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '../encode/identity.js';
import { type Remembered, Seen } from './seen.js';

/** Few low words, so that many keys want the same slot. */
const key = (n: number | string): Key => ({ high: Number(n) + 1, low: Number(n) % 4 });
const seenOf = (max: number, from = 0) => new Seen<{ row: Remembered }>(max, from, 0);
const put = (seen: Seen<{ row: Remembered }>, k: number, payload: number, at: number, ts = at) =>
  seen.set(key(k), payload, ts, at);

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

  it('knows up to which time it may have forgotten', () => {
    const seen = seenOf(4, Number.NEGATIVE_INFINITY);
    for (const [i, k] of [1, 2, 3, 4].entries()) put(seen, k, k, i * 10);
    expect(seen.hasForgotten).toBe(false); // the third began a second generation; the first is still there
    put(seen, 5, 5, 40);
    expect([seen.get(key(1)), seen.get(key(3))?.payload]).toEqual([undefined, 3]);
    expect(seen.forgottenTo).toBe(20);
    expect([seen.mayHaveForgotten(20), seen.mayHaveForgotten(21)]).toEqual([true, false]);
  });

  it('keeps what is dated ahead for longer, unless that is a great part of it', () => {
    const few = seenOf(64, Number.NEGATIVE_INFINITY);
    for (let i = 0; i < 96; i++) put(few, i, i, i, i % 16 === 0 ? i + 10_000 : i);
    expect(few.forgottenTo).toBeLessThan(96);
    for (let i = 0; i < 96; i += 16) expect(few.get(key(i))?.payload).toBe(i);
    const many = seenOf(64, Number.NEGATIVE_INFINITY);
    for (let i = 0; i < 96; i++) put(many, i, i, i, i + 10_000);
    expect(many.forgottenTo).toBeGreaterThan(10_000);
  });

  it('never claims to know what it forgot: whatever is later than that is there', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: -5, max: 200 })), { maxLength: 200 }),
        (max, events) => {
          const seen = seenOf(max, Number.NEGATIVE_INFINITY);
          const last = new Map<number, number>();
          events.forEach(([k, ahead], i) => {
            put(seen, k, i, i, i + ahead);
            last.set(k, i + ahead);
            for (const [known, ts] of last)
              if (!seen.mayHaveForgotten(ts)) expect(seen.get(key(known))?.givenTs).toBe(ts);
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
    expect(seen.forgottenTo).toBe(6);
  });

  it('doubts everything that may have come before it was emptied, with room for clocks that are ahead', () => {
    const seen = new Seen<{ row: Remembered }>(10, Number.NEGATIVE_INFINITY, 0, 3_600_000);
    expect(seen.mayHaveForgotten(0)).toBe(false);
    seen.clear(1_000_000);
    expect([seen.mayHaveForgotten(4_600_000), seen.mayHaveForgotten(4_600_001)]).toEqual([true, false]);
  });
});
