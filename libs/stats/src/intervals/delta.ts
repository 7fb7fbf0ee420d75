import { type Estimate, pointEstimate } from '../estimate.js';
import { Z95 } from '../special/normal.js';

/**
 * Delta-method interval of a smooth function of multinomial cell counts.
 *
 * Formula: with cell shares p_i = c_i/n and g_i = ∂f/∂p_i, var = (Σ p_i g_i² - (Σ p_i g_i)²) / n; value ± z √var.
 * Shapes: `counts` and `gradient` (derivative by the SHARE) of one length. Domain: counts >= 0.
 * A zero variance (all cells on the edge, say a perfect classifier) says nothing about the error: no limits then.
 * Errors: RangeError for different lengths. Source: Agresti, Categorical Data Analysis, 3rd ed., section 16.1.
 */
export function multinomialDelta(
  value: number,
  counts: ArrayLike<number>,
  gradient: ArrayLike<number>,
  z: number = Z95,
): Estimate {
  if (counts.length !== gradient.length) throw new RangeError('counts and gradient differ in length');
  let n = 0;
  for (let i = 0; i < counts.length; i++) n += counts[i]!;
  let mean = 0;
  let meanSquare = 0;
  for (let i = 0; i < counts.length; i++) {
    const share = counts[i]! / n;
    if (share === 0) continue;
    mean += share * gradient[i]!;
    meanSquare += share * gradient[i]! ** 2;
  }
  const variance = (meanSquare - mean * mean) / n;
  if (!(variance > 1e-24) || !Number.isFinite(variance)) return pointEstimate(value);
  const half = z * Math.sqrt(variance);
  return { value, low: value - half, high: value + half };
}

/**
 * Logit-transformed interval of a quantity in (0, 1) with the variance of a proportion over n rows.
 *
 * Formula: η = ln(v/(1-v)), τ = 1/√(n v (1-v)), limits expit(η ± z τ). Shapes: scalars.
 * Domain: 0 < v < 1, n > 0; on the edges there are no limits.
 * Source: Boyd, Eng and Page (2013), Area under the precision-recall curve, ECML, equation 4.
 */
export function logitInterval(value: number, n: number, z: number = Z95): Estimate {
  if (!(value > 0 && value < 1) || !(n > 0)) return pointEstimate(value);
  const centre = Math.log(value / (1 - value));
  const half = z / Math.sqrt(n * value * (1 - value));
  const expit = (x: number) => 1 / (1 + Math.exp(-x));
  return { value, low: expit(centre - half), high: expit(centre + half) };
}
