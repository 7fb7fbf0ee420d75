import { type ComparedSamples, compareSamples, PIECES } from '../distance/compare-samples.js';
import { type Sample, summarise } from '../distance/counted.js';
import { inUnitsOf } from '../distance/two-sample.js';
import { gammaQ } from '../special/gamma.js';
import { kolmogorovSf } from '../special/kolmogorov.js';
import { noncentralChiSquareIsf } from '../special/noncentral-chi-square.js';
import { type DriftVerdict, FLOOR_ALPHA, unknownVerdict } from './verdict.js';

/** What a verdict on two numeric samples needs. */
export interface EmpiricalInput {
  measure: 'ks' | 'wasserstein_normalised';
  /** The effect that does not matter: a share of rows for ks, reference standard deviations for wasserstein. */
  floor: number;
  /** The true distance that windows of the good past had among themselves, if known. */
  natural?: number | null;
  alpha?: number;
}

/** The law of a distance without drift: its survival function, upper critical value and mean. */
interface NoiseLaw {
  sf(distance: number): number;
  critical(p: number): number;
  mean: number;
}

/**
 * Alarm decision for the Kolmogorov-Smirnov or the normalised Wasserstein distance of two numeric samples.
 *
 * By the triangle inequality the distance is at most the true one plus that of pure noise, so
 * pFloor = P(noise >= value - effect) and threshold = effect + noise's critical value are conservative, effect = max(floor, natural).
 * Noise: Kolmogorov's limit for ks; for wasserstein a gamma law with the mean and variance of ∫|B(F(x))|dx √(1/n + 1/m), B a
 * Brownian bridge, F the pooled sample (wassersteinNoise).
 * Shapes: two samples, see compareSamples. Domain: an empty sample or a constant reference gives an
 * unknown verdict. Errors: RangeError for a negative floor. Source: del Barrio, Giné and Matrán (1999) for wasserstein.
 */
export function driftVerdictFromValues(input: EmpiricalInput & { ref: Sample; cur: Sample }): DriftVerdict {
  const { ref, cur } = input;
  return driftVerdictFromCompared(input, compareSamples(ref, cur), summarise(ref)?.std0 ?? 0);
}

/** The same for samples that were compared already; `refStd` is the reference's standard deviation (ddof 0). */
export function driftVerdictFromCompared(
  { measure, floor, natural, alpha = FLOOR_ALPHA }: EmpiricalInput,
  compared: ComparedSamples | null,
  refStd: number,
): DriftVerdict {
  if (!(floor >= 0)) throw new RangeError(`the floor is ${floor}, not a number >= 0`);
  if (compared === null) return unknownVerdict(null);
  const { n, m } = compared;
  const value = measure === 'ks' ? compared.ks.d : inUnitsOf(refStd, compared.wasserstein);
  if (value === null) return unknownVerdict(null);
  const noise = measure === 'ks' ? kolmogorovNoise(n, m) : wassersteinNoise(compared, refStd);
  const effect = Math.max(floor, natural ?? 0);
  const critical = noise.critical(alpha);
  const threshold = effect + critical;
  return {
    value,
    debiased: Math.max(0, value - noise.mean),
    pNoDrift: noise.sf(value),
    pFloor: value > effect ? noise.sf(value - effect) : 1,
    threshold,
    thresholdReason: effect > floor ? 'natural' : critical > floor ? 'noise' : 'floor',
    exceeds: value >= threshold,
  };
}

/** Mean of the Kolmogorov law, √(π/2) ln 2. */
const KOLMOGOROV_MEAN = Math.sqrt(Math.PI / 2) * Math.LN2;

function kolmogorovNoise(n: number, m: number): NoiseLaw {
  const scale = Math.sqrt(1 / n + 1 / m);
  return {
    sf: (d) => kolmogorovSf(d / scale),
    // The first term of Q(x) = 2e^(-2x²) - ... is exact to 1e-8 for the p of alarms.
    critical: (p) => scale * Math.sqrt(-Math.log(p / 2) / 2),
    mean: scale * KOLMOGOROV_MEAN,
  };
}

/**
 * Noise of the normalised Wasserstein distance at these sizes and this pooled shape.
 *
 * With σ(x) = √(F(1-F)): mean = √(2/π) ∫σ dx, variance = ∫∫ σσ' (2/π)(√(1-ρ²) + ρ asin ρ - 1) dx dx', ρ the bridge's
 * correlation √(F(1-F')/(F'(1-F))) for F < F'; both times powers of √(1/n + 1/m) and divided by the reference's std. The double integral is
 * taken over pieces of equal ∫σ.
 */
function wassersteinNoise({ n, m, spread: { integral, levels } }: ComparedSamples, refStd: number): NoiseLaw {
  const scale = Math.sqrt(1 / n + 1 / m) / refStd;
  const weight = integral / PIECES;
  let variance = 0;
  levels.forEach((f, i) => {
    // With itself the correlation is 1; every other pair stands for two.
    variance += (2 / Math.PI) * (Math.PI / 2 - 1);
    for (let j = 0; j < i; j++) {
      const g = levels[j]!;
      const [low, high] = f < g ? [f, g] : [g, f];
      const rho = f === g ? 1 : Math.sqrt((low * (1 - high)) / (high * (1 - low)));
      variance += 2 * (2 / Math.PI) * (Math.sqrt(1 - rho * rho) + rho * Math.asin(rho) - 1);
    }
  });
  const mean = Math.sqrt(2 / Math.PI) * integral * scale;
  const spread = variance * (weight * scale) ** 2;
  const shape = mean ** 2 / spread;
  const unit = spread / mean;
  return {
    sf: (distance) => gammaQ(shape, Math.max(0, distance) / unit),
    critical: (p) => (noncentralChiSquareIsf(p, 2 * shape, 0) * unit) / 2,
    mean,
  };
}
