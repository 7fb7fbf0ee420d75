import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binned, roundEdges } from './bins.js';

const numbers = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -100, max: 100, noNaN: true })), {
  minLength: 1,
  maxLength: 80,
});
const rule = fc.record({
  kind: fc.constantFrom('equal_width' as const, 'quantile' as const, 'round' as const),
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

  it.each(['equal_width', 'quantile', 'round'] as const)('what is no number is in no bin, nor missing (%s)', (kind) => {
    const [text, none] = [Number.POSITIVE_INFINITY, Number.NaN];
    const numbers = [5, 1, 3, 9, 7, 2];
    const rule = { kind, count: 4 };
    const plain = binned(Float64Array.from(numbers), rule);
    const mixed = binned(Float64Array.of(text, ...numbers, none, text), rule);
    expect([...mixed.codes]).toEqual([0, ...plain.codes, 1, 0]);
    expect([mixed.bins, mixed.codeOf(text)]).toEqual([plain.bins, 0]);
    expect([...binned(Float64Array.of(text, none), rule).codes]).toEqual([0, 1]);
  });

  it('at round numbers, which do not move with the window', () => {
    const ages = (seed: number) => Float64Array.from({ length: 2_000 }, (_, i) => 18 + ((i * 37 + seed * 11) % 60));
    expect(roundEdges(ages(1), 10)).toEqual([30, 40, 50, 60, 70]);
    expect(roundEdges(ages(2), 10)).toEqual(roundEdges(ages(3), 10));
    const shares = Float64Array.from({ length: 1_000 }, (_, i) => i / 1_000);
    expect(roundEdges(shares, 12)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(roundEdges(Float64Array.of(7, 7, 7), 10)).toEqual([]);
    const { bins } = binned(ages(1), { kind: 'round', count: 10 });
    expect(bins[0]).toEqual({ low: null, high: 30, from: null });
    expect(bins.at(-1)).toEqual({ low: 70, high: null, from: 70 });
  });
});
