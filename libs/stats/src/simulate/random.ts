/** Random draws that are the same on every run; for tests only. */
export interface Random {
  /** Uniform on [0, 1). */
  uniform(): number;
  normal(): number;
  /** Counts of n independent rows over bins with these probabilities (need not add up to 1). */
  multinomial(n: number, weights: readonly number[]): number[];
  binomial(n: number, p: number): number;
}

/** A seeded generator (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    binomial: (n, p) => {
      let hits = 0;
      for (let i = 0; i < n; i++) if (uniform() < p) hits += 1;
      return hits;
    },
    multinomial: (n, weights) => {
      const ends: number[] = [];
      let sum = 0;
      for (const weight of weights) {
        sum += weight;
        ends.push(sum);
      }
      const counts = weights.map(() => 0);
      for (let i = 0; i < n; i++) {
        const u = uniform() * sum;
        let low = 0;
        let high = ends.length - 1;
        while (low < high) {
          const middle = (low + high) >>> 1;
          if (ends[middle]! > u) high = middle;
          else low = middle + 1;
        }
        counts[low]! += 1;
      }
      return counts;
    },
  };
}
