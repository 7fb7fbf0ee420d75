import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Seen } from './seen.js';

const known = (payload: string) => ({ payload, givenTs: 0 });

describe('the memory of identities', () => {
  it('stays within its bound and remembers at least the last half of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 300 }),
        (max, keys) => {
          const seen = new Seen(max, 0, 0);
          keys.forEach((key, i) => {
            seen.set(String(key), known(String(i)), i);
            expect(seen.size).toBeLessThanOrEqual(max + 1);
          });
          const last = new Map(keys.map((key, i) => [String(key), String(i)]));
          const recent = [...new Set([...keys].reverse().map(String))].slice(0, Math.floor(max / 2));
          for (const key of recent) expect(seen.get(key)?.payload).toBe(last.get(key));
        },
      ),
    );
  });

  it('says what a newer entry said, not an older one', () => {
    const seen = new Seen(4, 0, 0);
    seen.set('a', known('1'), 0);
    seen.set('b', known('1'), 1);
    seen.set('c', known('1'), 2);
    seen.set('a', known('2'), 3);
    expect(seen.get('a')?.payload).toBe('2');
    seen.delete('a');
    expect(seen.get('a')).toBeUndefined();
  });

  it('knows since when nothing was forgotten', () => {
    const seen = new Seen(4, 0, 0);
    for (const [i, key] of ['a', 'b', 'c', 'd'].entries()) seen.set(key, known(key), i * 10);
    expect(seen.coveredFromMs).toBe(0); // c began a second generation; the first is still there
    seen.set('e', known('e'), 40);
    expect([seen.get('a'), seen.get('c')?.payload]).toEqual([undefined, 'c']);
    expect(seen.coveredFromMs).toBe(20);
  });

  it('never covers less than it claims: whatever arrived since then is there', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 120 }),
        (max, keys) => {
          const seen = new Seen(max, Number.NEGATIVE_INFINITY, 0);
          keys.forEach((key, i) => {
            seen.set(String(key), known(String(i)), i);
            const since = seen.coveredFromMs;
            for (let j = Math.max(0, since); j <= i; j++) expect(seen.get(String(keys[j]))).toBeDefined();
          });
        },
      ),
    );
  });

  it('doubts events that may have come before that, with room for clocks that are ahead', () => {
    const seen = new Seen(10, 1_000_000, 1_000_000);
    expect(seen.mayHaveForgotten(1_000_000 + 3_600_000, 3_600_000)).toBe(false);
    expect(seen.mayHaveForgotten(1_000_000 + 3_599_999, 3_600_000)).toBe(true);
    expect(new Seen(10, Number.NEGATIVE_INFINITY, 0).mayHaveForgotten(0, 3_600_000)).toBe(false);
  });
});
