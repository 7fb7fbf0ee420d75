import { gammaP, gammaQ } from './gamma.js';

/**
 * Distribution function of the chi-square law: `P(k/2, x/2)`.
 *
 * Shapes: scalars. Domain: x >= 0 (negative x gives 0), dof > 0; dof = 0 is the point mass at 0.
 * Errors: RangeError for a negative or NaN dof.
 */
export function chiSquareCdf(x: number, dof: number): number {
  if (dof === 0) return x >= 0 ? 1 : 0;
  return gammaP(dof / 2, Math.max(0, x) / 2);
}

/**
 * Survival function of the chi-square law, `P(X > x) = Q(k/2, x/2)`; 0 in the far tail, never NaN.
 *
 * Shapes, domain, errors: see chiSquareCdf.
 */
export function chiSquareSf(x: number, dof: number): number {
  if (dof === 0) return x > 0 ? 0 : 1;
  return gammaQ(dof / 2, Math.max(0, x) / 2);
}
