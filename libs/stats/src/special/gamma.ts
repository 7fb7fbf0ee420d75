import { poissonDensity } from './poisson.js';

const EPSILON = 1e-16;
const TINY = 1e-300;
const ITERATIONS_MAX = 1_000_000;

/**
 * Regularised lower incomplete gamma function `P(a, x) = (1/Γ(a)) ∫_0^x t^(a-1) e^(-t) dt`.
 *
 * Shapes: scalars. Domain: a > 0, x >= 0. Relative error about 1e-14 where P is not the small complement of Q.
 * Errors: RangeError outside the domain.
 * Source: series 8.11.4 and continued fraction 8.9.2 of DLMF; prefactor from Loader's saddle-point Poisson density,
 * so that it keeps its digits for large a.
 */
export function gammaP(a: number, x: number): number {
  checkDomain(a, x);
  if (x === 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  return x < a + 1 ? lowerSeries(a, x) : clamp01(1 - upperFraction(a, x));
}

/**
 * Regularised upper incomplete gamma function `Q(a, x) = 1 - P(a, x)`, without cancellation in the upper tail.
 *
 * Shapes: scalars. Domain: a > 0, x >= 0. Underflows to 0 in the far tail, never to NaN. Errors and source: see gammaP.
 */
export function gammaQ(a: number, x: number): number {
  checkDomain(a, x);
  if (x === 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  return x < a + 1 ? clamp01(1 - lowerSeries(a, x)) : upperFraction(a, x);
}

/** P by its power series: P = x^a e^(-x) / Γ(a+1) * (1 + x/(a+1) + x²/((a+1)(a+2)) + ...). */
function lowerSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let i = 1; i < ITERATIONS_MAX; i++) {
    term *= x / (a + i);
    sum += term;
    if (term < sum * EPSILON) break;
  }
  return clamp01(poissonDensity(a, x) * sum);
}

/** Q by Legendre's continued fraction, evaluated by modified Lentz. */
function upperFraction(a: number, x: number): number {
  const prefactor = poissonDensity(a, x);
  if (prefactor === 0) return 0;
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < ITERATIONS_MAX; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / guard(an * d + b);
    c = guard(b + an / c);
    const factor = d * c;
    h *= factor;
    if (Math.abs(factor - 1) < 3e-16) break;
  }
  return clamp01(prefactor * a * h);
}

function guard(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}

function clamp01(x: number): number {
  return x < 0 ? 0 : x > 1 ? 1 : x;
}

function checkDomain(a: number, x: number): void {
  if (!(a > 0) || !(x >= 0) || a === Number.POSITIVE_INFINITY) {
    throw new RangeError(`incomplete gamma needs a > 0 and x >= 0, got a = ${a}, x = ${x}`);
  }
}
