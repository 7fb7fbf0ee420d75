import { describe, expect, it } from 'vitest';
import { drawsOf } from './draws.js';

const RUNS = 40_000;

function moments(draw: () => number): { mean: number; variance: number } {
  const drawn = Array.from({ length: RUNS }, draw);
  const mean = drawn.reduce((a, b) => a + b, 0) / RUNS;
  return { mean, variance: drawn.reduce((a, b) => a + (b - mean) ** 2, 0) / (RUNS - 1) };
}

describe('draws', () => {
  it.each([
    [20, 0.02],
    [20, 0.5],
    [200, 0.9],
    [1000, 0.03],
    [1_000_000, 0.1],
    [1_000_000, 0.00002],
    [1_000_000, 0.9999],
  ])('binomial(%d, %d) has its mean and variance', (n, p) => {
    const draws = drawsOf(1, `binomial ${n} ${p}`);
    const { mean, variance } = moments(() => draws.binomial(n, p));
    const expected = n * p * (1 - p);
    expect(Math.abs(mean - n * p)).toBeLessThan(4 * Math.sqrt(expected / RUNS));
    // The variance of a variance is at most (3 + 1/npq) times its square, over the runs.
    expect(Math.abs(variance / expected - 1)).toBeLessThan(4 * Math.sqrt((3 + 1 / expected) / RUNS));
  });

  it('binomial by rejection has the shares of the law, not only its moments', () => {
    const draws = drawsOf(2, 'shares');
    const counts = new Map<number, number>();
    for (let i = 0; i < RUNS; i++) {
      const k = draws.binomial(40, 0.3);
      counts.set(k, (counts.get(k) ?? 0) + 1);
    }
    let share = 0.7 ** 40;
    for (let k = 0; k <= 24; k++) {
      const noise = 5 * Math.sqrt((share + 1e-4) / RUNS);
      expect(Math.abs((counts.get(k) ?? 0) / RUNS - share), `P(X = ${k})`).toBeLessThan(noise);
      share *= ((40 - k) / (k + 1)) * (0.3 / 0.7);
    }
  });

  it('multinomial gives all rows and the right shares', () => {
    const draws = drawsOf(3, 'multinomial');
    const weights = [1, 0, 2, 7];
    const counts = draws.multinomial(1_000_000, weights);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(1_000_000);
    expect(counts[1]).toBe(0);
    for (const [i, weight] of weights.entries()) expect(Math.abs(counts[i]! / 1e6 - weight / 10)).toBeLessThan(0.002);
    expect(draws.multinomial(0, weights)).toEqual([0, 0, 0, 0]);
  });

  it('poisson has its mean and variance', () => {
    const draws = drawsOf(4, 'poisson');
    for (const expected of [0.3, 40]) {
      const { mean, variance } = moments(() => draws.poisson(expected));
      expect(mean / expected).toBeCloseTo(1, 1);
      expect(variance / expected).toBeCloseTo(1, 1);
    }
  });

  it('are the same for a seed and a name, and others for another', () => {
    const first = (seed: number, name: string) => drawsOf(seed, name).random.uniform();
    expect(first(1, 'a')).toBe(first(1, 'a'));
    expect(first(1, 'a')).not.toBe(first(1, 'b'));
    expect(first(1, 'a')).not.toBe(first(2, 'a'));
  });
});
