import { LOG_TWO_PI, stirlingError } from './log-gamma.js';

/**
 * Poisson density with a real first argument: `λ^k e^(-λ) / Γ(k+1)`.
 *
 * Shapes: scalars. Domain: k >= 0 (need not be an integer), λ >= 0. Relative error about 1e-14 also for k, λ ~ 1e9,
 * where `exp(k ln λ - λ - lnΓ(k+1))` would have lost six digits. Underflows to 0.
 * Source: C. Loader, Fast and accurate computation of binomial probabilities (2000).
 */
export function poissonDensity(k: number, lambda: number): number {
  if (!(k >= 0) || !(lambda >= 0)) throw new RangeError(`Poisson density needs k, λ >= 0, got ${k}, ${lambda}`);
  if (lambda === 0) return k === 0 ? 1 : 0;
  if (k === 0) return Math.exp(-lambda);
  return Math.exp(-stirlingError(k) - deviance(k, lambda) - 0.5 * (LOG_TWO_PI + Math.log(k)));
}

/** Half the Poisson deviance, `k ln(k/λ) + λ - k`, without cancellation when k is near λ. */
function deviance(k: number, lambda: number): number {
  const difference = k - lambda;
  if (Math.abs(difference) >= 0.1 * (k + lambda)) return k * Math.log(k / lambda) - difference;
  const v = difference / (k + lambda);
  let sum = difference * v;
  let term = 2 * k * v;
  for (let j = 1; j < 1000; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}
