import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binned } from './bins.js';

const numbers = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -100, max: 100, noNaN: true })), {
  minLength: 1,
  maxLength: 80,
});
const rule = fc.record({
  kind: fc.constantFrom('equal_width' as const, 'quantile' as const),
  count: fc.integer({ min: 2, max: 20 }),
});

describe('binned', () => {
  it('gives every number the bin whose bounds hold it, and says exactly which numbers those are', () => {
    fc.assert(
      fc.property(numbers, rule, (values, bins) => {
        const found = binned(Float64Array.from(values), bins);
        for (const [row, x] of values.entries()) {
          const at = found.codes[row]! - 2;
          const [bin, next] = [found.bins[at]!, found.bins[at + 1]];
          expect(bin.from === null || x >= bin.from).toBe(true);
          expect(!next || x < next.from!).toBe(true);
          expect(found.codeOf(x)).toBe(found.codes[row]);
        }
        expect(found.bins.length).toBeLessThanOrEqual(bins.count);
      }),
    );
  });

  it('of equal width is the bin of the definition', () => {
    const values = Array.from({ length: 101 }, (_, i) => i);
    const { codes, bins } = binned(Float64Array.from(values), { kind: 'equal_width', count: 10 });
    expect([...codes]).toEqual(values.map((x) => 2 + Math.min(Math.floor(x / 10), 9)));
    expect(bins[9]).toEqual({ low: 90, high: 100, from: 90 });
  });

  it('missing is a value of its own, one number one bin, and beyond the ends the last bin', () => {
    const { codes, bins, codeOf } = binned(Float64Array.of(3, Number.NaN, 3), { kind: 'equal_width', count: 10 });
    expect([[...codes], bins.length]).toEqual([[2, 1, 2], 1]);
    expect([codeOf(-7), codeOf(99), codeOf(Number.NaN)]).toEqual([2, 2, 1]);
    expect(binned(Float64Array.of(Number.NaN), { kind: 'quantile', count: 4 }).bins).toEqual([]);
    const gap = binned(Float64Array.of(0, 1, 99, 100), { kind: 'equal_width', count: 10 });
    expect([[...gap.codes], gap.codeOf(50)]).toEqual([[2, 2, 3, 3], 0]);
  });
});
