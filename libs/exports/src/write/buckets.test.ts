import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gather, hashRanges } from './buckets.js';

const buckets = fc
  .uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 60 })
  .chain((starts) =>
    fc.tuple(fc.constant(starts.sort((a, b) => a - b)), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 60 })),
  )
  .map(([starts, ns]) => starts.map((start, i) => ({ start: BigInt(start * 10), n: ns[i]! })));

describe('spans of rows', () => {
  it('hold every bucket once, in order, and no more rows than fit unless one bucket has them', () => {
    fc.assert(
      fc.property(buckets, fc.integer({ min: 1, max: 120 }), (all, rowsMax) => {
        const spans = gather(all, 10n, rowsMax, { from: 0n, to: 10_000n });
        expect(spans.reduce((n, s) => n + s.n, 0)).toBe(all.reduce((n, b) => n + b.n, 0));
        for (const bucket of all)
          expect(spans.filter((s) => s.from <= bucket.start && bucket.start + 10n <= s.to)).toHaveLength(1);
        for (const [i, span] of spans.entries()) {
          expect(span.large).toBe(span.n > rowsMax);
          if (span.large) expect(all.filter((b) => b.start >= span.from && b.start < span.to)).toHaveLength(1);
          if (i > 0) expect(span.from >= spans[i - 1]!.to).toBe(true);
        }
      }),
    );
  });

  it('end where the range ends', () => {
    const range = { from: 3n, to: 7n };
    expect(gather([{ start: 0n, n: 1 }], 10n, 5, range)).toEqual([{ ...range, n: 1, large: false }]);
  });
});

describe('ranges of hashes', () => {
  it.each([1, 2, 3, 7, 100])('%d of them hold every hash once', (count) => {
    const ranges = hashRanges(count).map(([first, last]) => [BigInt(first), BigInt(last)] as const);
    expect(ranges[0]![0]).toBe(0n);
    expect(ranges.at(-1)![1]).toBe(2n ** 64n - 1n);
    for (let i = 1; i < count; i++) expect(ranges[i]![0]).toBe(ranges[i - 1]![1] + 1n);
  });
});
