/** ln(2π). */
export const LOG_TWO_PI = 1.8378770664093456;

/** Coefficients B(2k) / (2k (2k-1)) of Stirling's series, k = 1..8. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400] as const;

/**
 * Natural logarithm of the gamma function.
 *
 * Formula: Stirling's series from x = 10 upwards, the recurrence Γ(x+1) = xΓ(x) below.
 * Shapes: scalar. Domain: x > 0. Error: absolute below 1e-14 near the zeros at 1 and 2, relative 1e-15 elsewhere.
 * Errors: RangeError for x <= 0 or NaN. Source: DLMF 5.11.1.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`logGamma needs x > 0, got ${x}`);
  if (x === 1 || x === 2) return 0;
  if (x >= 10) return (x - 0.5) * Math.log(x) - x + 0.5 * LOG_TWO_PI + stirlingSeries(x);
  let product = 1;
  let shifted = x;
  while (shifted < 10) {
    product *= shifted;
    shifted += 1;
  }
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * LOG_TWO_PI + stirlingSeries(shifted) - Math.log(product);
}

/**
 * What Stirling's formula leaves out: `lnΓ(x+1) - ((x + 1/2) ln x - x + ln(2π)/2)`.
 *
 * Shapes: scalar. Domain: x > 0. Errors: RangeError for x <= 0.
 */
export function stirlingError(x: number): number {
  if (x >= 10) return stirlingSeries(x);
  return logGamma(x + 1) - ((x + 0.5) * Math.log(x) - x + 0.5 * LOG_TWO_PI);
}

function stirlingSeries(x: number): number {
  const inverseSquare = 1 / (x * x);
  let sum = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = sum * inverseSquare + STIRLING[k]!;
  return sum / x;
}
