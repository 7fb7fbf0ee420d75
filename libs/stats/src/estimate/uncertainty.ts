import { type Calibrator, knotPosition } from './isotonic.js';

/**
 * Variance of a realised metric around its expectation when outcomes are independent draws with these chances.
 *
 * Formula: Σ_g count_g p_g (1-p_g) slope_g². Shapes: groups with chances and slopes, see Expected.
 */
export function samplingVariance(
  groups: readonly { count: number }[],
  chances: ArrayLike<number>,
  slopes: ArrayLike<number>,
): number {
  let variance = 0;
  groups.forEach(({ count }, g) => {
    variance += count * chances[g]! * (1 - chances[g]!) * slopes[g]! ** 2;
  });
  return variance;
}

/**
 * Variance that an estimate has because the calibration was learned from finitely many reference rows.
 *
 * Formula: Σ_b G_b² p_b(1-p_b)/n_b over the plateaus b of the calibrator, G_b = Σ_g count_g slope_g (share of plateau b in
 * the chance of g); p_b with half a row added to either side, so that a plateau at 0 or 1 is not certain.
 * It grows by itself when scores move to where the reference had few rows. Shapes: groups with slopes; a calibrator.
 */
export function calibrationVariance(
  calibrator: Calibrator,
  groups: readonly { score: number; count: number }[],
  slopes: ArrayLike<number>,
): number {
  const { y, n } = calibrator;
  const pull = new Float64Array(y.length);
  groups.forEach(({ score, count }, g) => {
    const { index, t } = knotPosition(calibrator, score);
    pull[index]! += (1 - t) * count * slopes[g]!;
    if (t > 0) pull[index + 1]! += t * count * slopes[g]!;
  });
  let variance = 0;
  for (let start = 0; start < y.length; ) {
    let [end, sum] = [start, 0];
    for (; end < y.length && y[end] === y[start]; end++) sum += pull[end]!;
    const p = (y[start]! * n[start]! + 0.5) / (n[start]! + 1);
    variance += (sum * sum * p * (1 - p)) / n[start]!;
    start = end;
  }
  return variance;
}
