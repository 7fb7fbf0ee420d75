const A = [3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694];
const A_LEAD = 0.18577770618460315;
const B = [23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
const C = [
  0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769, 1712.0476126340707,
  2051.0783778260716, 1230.3393547979972,
];
const C_LEAD = 2.1531153547440383e-8;
const D = [
  15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247,
  3439.3676741437216, 1230.3393548037495,
];
const P = [0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275, 0.0006587491615298378];
const P_LEAD = 0.016315387137302097;
const Q = [2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918];
const INVERSE_SQRT_PI = 0.5641895835477563;

/**
 * Complementary error function `erfc(x) = (2/√π) ∫_x^∞ e^(-t²) dt`.
 *
 * Shapes: scalar. Domain: any real; relative error about 1e-15 up to underflow (x > 26.6 gives 0).
 * Source: W. J. Cody, Rational Chebyshev approximation for the error function, Math. Comp. 23 (1969), netlib CALERF.
 */
export function erfc(x: number): number {
  const y = Math.abs(x);
  if (y <= 0.46875) return 1 - erfSmall(x);
  const upper = y <= 4 ? erfcMiddle(y) : erfcLarge(y);
  return x < 0 ? 2 - upper : upper;
}

/** Error function `erf(x) = 1 - erfc(x)`, accurate near 0. Shapes: scalar. Domain: any real. Source: see erfc. */
export function erf(x: number): number {
  if (Math.abs(x) <= 0.46875) return erfSmall(x);
  return x < 0 ? erfc(-x) - 1 : 1 - erfc(x);
}

function erfSmall(x: number): number {
  const square = x * x;
  let numerator = A_LEAD * square;
  let denominator = square;
  for (let i = 0; i < 3; i++) {
    numerator = (numerator + A[i]!) * square;
    denominator = (denominator + B[i]!) * square;
  }
  return (x * (numerator + A[3]!)) / (denominator + B[3]!);
}

function erfcMiddle(y: number): number {
  let numerator = C_LEAD * y;
  let denominator = y;
  for (let i = 0; i < 7; i++) {
    numerator = (numerator + C[i]!) * y;
    denominator = (denominator + D[i]!) * y;
  }
  return expMinusSquare(y) * ((numerator + C[7]!) / (denominator + D[7]!));
}

function erfcLarge(y: number): number {
  if (y > 26.7) return 0;
  const inverse = 1 / (y * y);
  let numerator = P_LEAD * inverse;
  let denominator = inverse;
  for (let i = 0; i < 4; i++) {
    numerator = (numerator + P[i]!) * inverse;
    denominator = (denominator + Q[i]!) * inverse;
  }
  const tail = (inverse * (numerator + P[4]!)) / (denominator + Q[4]!);
  return (expMinusSquare(y) * (INVERSE_SQRT_PI - tail)) / y;
}

/** exp(-y²) with y split at 1/16, so that the rounding of y² does not reach the exponent. */
function expMinusSquare(y: number): number {
  const coarse = Math.trunc(y * 16) / 16;
  return Math.exp(-coarse * coarse) * Math.exp(-(y - coarse) * (y + coarse));
}
