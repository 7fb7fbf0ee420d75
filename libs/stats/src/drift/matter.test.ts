import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate/random.js';
import { type BinFacts, correlationRatio, effectOfShift } from './matter.js';

/** Facts of rows given as (bin, loss, output). */
const factsOf = (rows: readonly (readonly [number, number, number])[], bins: number): BinFacts[] => {
  const facts = Array.from({ length: bins }, () => ({
    labelled: 0,
    loss: 0,
    lossSquares: 0,
    rows: 0,
    output: 0,
    outputSquares: 0,
  }));
  for (const [bin, loss, output] of rows) {
    const f = facts[bin]!;
    f.labelled++;
    f.loss += loss;
    f.lossSquares += loss * loss;
    f.rows++;
    f.output += output;
    f.outputSquares += output * output;
  }
  return facts;
};

describe('the effect of a shift on a metric', () => {
  it('is what more rows of a worse bin cost, and nothing where all bins are alike', () => {
    const facts = factsOf(
      Array.from({ length: 2000 }, (_, i) => [i % 2, i % 2 === 0 ? 0 : Number(i % 4 === 1), 0] as const),
      2,
    );
    const effect = effectOfShift([1000, 1000], [250, 750], facts)!;
    expect(effect.value).toBeCloseTo(0.25 * 0.5, 12);
    expect(effect.low).toBeLessThan(effect.value);
    expect(effectOfShift([1000, 1000], [500, 500], facts)!.value).toBe(0);
    expect(effectOfShift([10, 10], [1, 9], factsOf([[0, 1, 0] as const, [1, 1, 0] as const], 2))!.value).toBe(0);
  });

  it('counts a bin nobody has labelled as the mean of all, and is unknown without labels', () => {
    const facts = factsOf(
      Array.from({ length: 100 }, (_, i) => [0, i % 2, 0] as const),
      2,
    );
    expect(effectOfShift([100, 0], [50, 50], facts)!.value).toBeCloseTo(0, 12);
    expect(effectOfShift([1], [1], [undefined])).toBeNull();
    expect(effectOfShift([0], [1], facts.slice(0, 1))).toBeNull();
  });

  it('covers the true change in about 95 of 100 draws', () => {
    const random = seededRandom(3);
    const [rates, p, q] = [
      [0.05, 0.1, 0.3],
      [0.5, 0.3, 0.2],
      [0.2, 0.3, 0.5],
    ];
    const truth = rates.reduce((t, r, b) => t + (q[b]! - p[b]!) * r, 0);
    let covered = 0;
    for (let i = 0; i < 400; i++) {
      const counts = random.multinomial(2000, p);
      const facts = counts.map((n, b): BinFacts => {
        const loss = random.binomial(n, rates[b]!);
        return { labelled: n, loss, lossSquares: loss, rows: n, output: 0, outputSquares: 0 };
      });
      // The shares are given, only the losses are drawn: that is what the interval speaks of.
      const { low, high } = effectOfShift([500, 300, 200], [200, 300, 500], facts)!;
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(370);
    expect(covered).toBeLessThanOrEqual(392);
  });
});

describe('the correlation ratio', () => {
  it('is 1 where the output follows from the bin, about 0 where it is noise, and 0 for a constant output', () => {
    const random = seededRandom(4);
    const rows = (output: (bin: number) => number) =>
      factsOf(
        Array.from({ length: 5000 }, (_, i) => [i % 10, 0, output(i % 10)] as const),
        10,
      );
    expect(correlationRatio(rows((bin) => bin))).toBeCloseTo(1, 9);
    expect(correlationRatio(rows(() => random.uniform()))).toBeLessThan(0.05);
    expect(correlationRatio(rows(() => 0.7))).toBe(0);
    expect(correlationRatio([undefined])).toBeNull();
  });
});
