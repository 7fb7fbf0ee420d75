import { normalQuantile } from './normal.js';

/**
 * Quantile of Student's t law.
 *
 * Shapes: scalars. Domain: 0 < p < 1, dof >= 1 (not only whole ones from 3 on); relative error below 1e-4, exact for 1 and 2.
 * Errors: RangeError outside. Source: G. W. Hill, Algorithm 396, CACM 13 (1970), 619-620.
 */
export function studentQuantile(p: number, dof: number): number {
  if (!(p > 0 && p < 1) || !(dof >= 1)) throw new RangeError(`studentQuantile needs 0 < p < 1, dof >= 1: ${p}, ${dof}`);
  if (p < 0.5) return -studentQuantile(1 - p, dof);
  if (p === 0.5) return 0;
  if (dof === 1) return Math.tan(Math.PI * (p - 0.5));
  const tails = 2 * (1 - p);
  if (dof === 2) return Math.sqrt(2 / (tails * (2 - tails)) - 2);
  const a = 1 / (dof - 0.5);
  const b = (48 / a) * (1 / a);
  const c = ((20700 * a) / b - 98) * a - 16 + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * dof;
  const y = (d * tails) ** (2 / dof);
  if (y <= 0.05 + a) {
    const near =
      ((1 / (((dof + 6) / (dof * y) - 0.089 * d - 0.822) * (dof + 2) * 3) + 0.5 / (dof + 4)) * y - 1) *
        ((dof + 1) / (dof + 2)) +
      1 / y;
    return Math.sqrt(dof * near);
  }
  const x = normalQuantile(tails / 2);
  const square = x * x;
  const extra = dof < 5 ? 0.3 * (dof - 4.5) * (x + 0.6) : 0;
  const scale = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c + extra;
  const far = (((((0.4 * square + 6.3) * square + 36) * square + 94.5) / scale - square - 3) / b + 1) * x;
  return Math.sqrt(dof * Math.expm1(a * far * far));
}
