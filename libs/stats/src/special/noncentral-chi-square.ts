import { chiSquareSf } from './chi-square.js';
import { gammaQ } from './gamma.js';
import { normalQuantile, normalSf } from './normal.js';
import { poissonDensity } from './poisson.js';

/** Above this noncentrality the exact sum is longer than it is worth: Sankaran's formula is then good to 1e-6. */
const EXACT_NCP_MAX = 2e6;

/**
 * Survival function of the noncentral chi-square law: the Poisson mixture
 * `P(X > x) = Σ_j Pois(j; λ/2) Q(k/2 + j, x/2)`.
 *
 * All terms are positive and Q is carried upwards by `Q(a+1, y) = Q(a, y) + y^a e^(-y)/Γ(a+1)`, so there is no
 * cancellation and the far tail goes to 0, not to NaN. The number of terms is O(√λ + √x).
 * Shapes: scalars. Domain: x any real (x <= 0 gives 1), dof > 0, ncp >= 0. Relative error about 1e-11.
 * Errors: RangeError outside the domain. Source: Ding (1992); Sankaran (1963) above ncp = 2e6.
 */
export function noncentralChiSquareSf(x: number, dof: number, ncp: number): number {
  if (!(dof > 0) || !(ncp >= 0) || Number.isNaN(x)) {
    throw new RangeError(`noncentral chi-square needs dof > 0, ncp >= 0, got x = ${x}, dof = ${dof}, ncp = ${ncp}`);
  }
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  if (ncp === 0) return chiSquareSf(x, dof);
  if (ncp > EXACT_NCP_MAX) return normalSf(sankaran(dof, ncp).standardise(x));
  return poissonMixture(x / 2, dof / 2, ncp / 2).tail;
}

/** The survival function at x = 2y, and the density there. */
function poissonMixture(y: number, a: number, mean: number): { tail: number; density: number } {
  const spread = Math.sqrt(mean);
  const first = Math.max(0, Math.floor(mean - 9 * spread - 20));
  let weight = poissonDensity(first, mean);
  let tail = gammaQ(a + first, y);
  let step = poissonDensity(a + first, y);
  let sum = 0;
  let density = 0;
  let stepIsStale = step === 0;
  const last = first + 200_000 + Math.ceil(60 * (spread + Math.sqrt(y)) + 2 * Math.max(0, y - mean));
  for (let j = first; j < last; j++) {
    sum += weight * tail;
    density += weight * step * (a + j);
    // What is left is at most the Poisson tail beyond j, a geometric series once j is past the mean.
    const ratio = mean / (j + 1);
    if (ratio < 1 && (weight * ratio) / (1 - ratio) <= 1e-16 * sum) break;
    weight *= ratio;
    if (weight === 0 && j > mean) break;
    tail = Math.min(1, tail + step);
    // A density that underflowed cannot be carried by multiplication: evaluate it again until it is representable.
    step = stepIsStale ? poissonDensity(a + j + 1, y) : (step * y) / (a + j + 1);
    stepIsStale = step === 0 && a + j < y;
  }
  return { tail: Math.min(1, sum), density: density / (2 * y) };
}

/**
 * Upper critical value of the noncentral chi-square law: the x with `P(X > x) = p`.
 *
 * Newton's method on the logarithm of the survival function, from Sankaran's approximation; where that does not settle, safeguarded false position
 * inside a bracket grown around it, at most 200 evaluations.
 * Shapes: scalars. Domain: 0 < p < 1, dof > 0, ncp >= 0. Relative error 1e-10. Errors: RangeError outside the domain.
 */
export function noncentralChiSquareIsf(p: number, dof: number, ncp: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`critical value needs 0 < p < 1, got ${p}`);
  if (!(dof > 0) || !(ncp >= 0)) throw new RangeError(`critical value needs dof > 0, ncp >= 0, got ${dof}, ${ncp}`);
  const guess = Math.max(sankaran(dof, ncp).restore(-normalQuantile(p)), 1e-8);
  if (ncp > EXACT_NCP_MAX) return guess;
  const root = newton(guess, p, dof, ncp);
  if (root !== null) return root;
  const excess = (x: number) => noncentralChiSquareSf(x, dof, ncp) - p;
  let low = guess;
  let high = guess;
  for (let i = 0, factor = 1e-3; i < 60 && excess(low) < 0; i++, factor *= 2)
    low = Math.max(0, low * (1 - Math.min(factor, 0.9)));
  for (let i = 0, factor = 1e-3; i < 60 && excess(high) > 0; i++, factor *= 2) high *= 1 + factor;
  return decreasingRoot(excess, low, high);
}

const NEWTON_STEPS = 12;

/** Where the logarithm is concave, as it is but for the smallest dof, every step after the first goes down to the root. */
function newton(guess: number, p: number, dof: number, ncp: number): number | null {
  let x = guess;
  for (let i = 0; ncp > 0 && i < NEWTON_STEPS; i++) {
    const { tail, density } = poissonMixture(x / 2, dof / 2, ncp / 2);
    const step = (Math.log(tail / p) * tail) / density;
    if (!Number.isFinite(step) || x + step <= 0) return null;
    x += step;
    if (Math.abs(step) <= 1e-11 * x) return x;
  }
  return null;
}

/** Illinois false position, with a bisection now and then, on a decreasing function with f(low) >= 0 >= f(high). */
function decreasingRoot(f: (x: number) => number, start: number, end: number): number {
  let low = start;
  let high = end;
  let fLow = f(low);
  let fHigh = f(high);
  let lastSide: 'low' | 'high' | null = null;
  for (let i = 1; i <= 100 && high - low > 1e-12 * high; i++) {
    if (fLow === 0) return low;
    if (fHigh === 0) return high;
    const secant = high - (fHigh * (high - low)) / (fHigh - fLow);
    const x = i % 8 !== 0 && secant > low && secant < high ? secant : (low + high) / 2;
    const fx = f(x);
    if (fx > 0) {
      low = x;
      fLow = fx;
      if (lastSide === 'low') fHigh /= 2;
      lastSide = 'low';
    } else {
      high = x;
      fHigh = fx;
      if (lastSide === 'high') fLow /= 2;
      lastSide = 'high';
    }
  }
  return (low + high) / 2;
}

/** Sankaran's (1963) power of X that is nearly normal. */
function sankaran(dof: number, ncp: number) {
  const total = dof + ncp;
  const h = 1 - (2 * total * (dof + 3 * ncp)) / (3 * (dof + 2 * ncp) ** 2);
  const p = (dof + 2 * ncp) / total ** 2;
  const m = (h - 1) * (1 - 3 * h);
  const centre = 1 + h * p * (h - 1 - 0.5 * (2 - h) * m * p);
  const scale = h * Math.sqrt(2 * p) * (1 + 0.5 * m * p);
  return {
    standardise: (x: number) => ((x / total) ** h - centre) / scale,
    restore: (z: number) => total * Math.max(1e-12, centre + z * scale) ** (1 / h),
  };
}
