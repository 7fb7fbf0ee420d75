/**
 * Survival function of the limiting Kolmogorov law, `Q(x) = 2 Σ_{k>=1} (-1)^(k-1) e^(-2k²x²)`.
 *
 * For small x the alternating series converges slowly and cancels, so the equivalent theta series
 * `1 - (√(2π)/x) Σ_{k>=1} e^(-(2k-1)²π²/(8x²))` is used there.
 * Shapes: scalar. Domain: any real; x <= 0 gives 1. Absolute error below 1e-15. Errors: RangeError for NaN.
 * Source: Smirnov (1948); Marsaglia, Tsang and Wang (2003).
 */
export function kolmogorovSf(x: number): number {
  if (Number.isNaN(x)) throw new RangeError('kolmogorovSf needs a number');
  if (x <= 0.04) return 1;
  if (x < 1) return Math.min(1, Math.max(0, 1 - thetaCdf(x)));
  let sum = 0;
  for (let k = 1; k < 20; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17 * sum) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}

function thetaCdf(x: number): number {
  const unit = (Math.PI * Math.PI) / (8 * x * x);
  let sum = 0;
  for (let k = 1; k < 20; k++) {
    const odd = 2 * k - 1;
    const term = Math.exp(-odd * odd * unit);
    sum += term;
    if (term < 1e-17 * sum || term === 0) break;
  }
  return (Math.sqrt(2 * Math.PI) / x) * sum;
}
