import { type Random, seededRandom } from '../../libs/stats/src/simulate/random.js';

/** Draws whose time does not grow with the number of rows: a million rows cost as much as a thousand. */
export interface Draws {
  random: Random;
  binomial(n: number, p: number): number;
  /** Rows per cell of n independent rows; `weights` need not add up to 1. */
  multinomial(n: number, weights: ArrayLike<number>): number[];
  poisson(mean: number): number;
}

/** A name and a seed give the same draws on every run, whatever ran before. */
export function drawsOf(seed: number, name: string): Draws {
  let hash = seed | 0;
  for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  const random = seededRandom(hash);
  const { uniform } = random;
  const binomial = (n: number, p: number): number => {
    if (n <= 0 || p <= 0) return 0;
    if (p >= 1) return n;
    if (p > 0.5) return n - binomial(n, 1 - p);
    return n * p < 10 ? inverted(uniform, n, p) : btrs(uniform, n, p);
  };
  return {
    random,
    binomial,
    poisson: (mean) => binomial(1e9, mean / 1e9),
    multinomial(n, weights) {
      const counts = new Array<number>(weights.length).fill(0);
      let left = n;
      let mass = 0;
      for (let i = 0; i < weights.length; i++) mass += weights[i]!;
      for (let i = 0; i < weights.length && left > 0; i++) {
        const drawn = i === weights.length - 1 ? left : binomial(left, Math.min(1, weights[i]! / mass));
        counts[i] = drawn;
        left -= drawn;
        mass -= weights[i]!;
      }
      return counts;
    },
  };
}

/** Sequential search from 0; exact, about np steps. */
function inverted(uniform: () => number, n: number, p: number): number {
  const odds = p / (1 - p);
  const first = Math.exp(n * Math.log1p(-p));
  for (;;) {
    let u = uniform();
    let mass = first;
    for (let k = 0; k <= Math.min(n, 120); k++) {
      if (u < mass) return k;
      u -= mass;
      mass *= (odds * (n - k)) / (k + 1);
    }
  }
}

/**
 * Binomial draws by transformed rejection, exact for np >= 10 and p <= 1/2.
 * Source: W. Hörmann (1993), The generation of binomial random variates, J. Stat. Comput. Simul. 46, algorithm BTRS.
 */
function btrs(uniform: () => number, n: number, p: number): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = n * p + 0.5;
  const quick = 0.92 - 4.2 / b;
  const odds = p / (1 - p);
  const alpha = (2.83 + 5.1 / b) * spread;
  const mode = Math.floor((n + 1) * p);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (us >= 0.07 && v <= quick) return k;
    if (k < 0 || k > n) continue;
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (n - mode + 1))) +
      (n + 1) * Math.log((n - mode + 1) / (n - k + 1)) +
      (k + 0.5) * Math.log((odds * (n - k + 1)) / (k + 1)) +
      tail(mode) +
      tail(n - mode) -
      tail(k) -
      tail(n - k);
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}

/** What Stirling's formula at k + 1 leaves out of ln k!. */
const TAIL = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.020790672103765, 0.0166446911898211, 0.0138761288230707,
  0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];
function tail(k: number): number {
  if (k < TAIL.length) return TAIL[k]!;
  const square = (k + 1) ** 2;
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}
