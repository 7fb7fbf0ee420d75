import type { Estimate } from '../estimate.js';
import { normalQuantile } from '../special/normal.js';
import { studentQuantile } from '../special/student.js';
import { metricScale, scaledInterval } from './scale.js';

/** How far estimates of one metric were off on the reference, on the scale of metricScale. JSON-able. */
export interface MethodError {
  /** Chunks on which the metric could be both estimated and realised. */
  chunks: number;
  /** Variance of realised - estimated beyond what sampling and calibration explain. */
  excess: number;
  /** Mean variance that they do explain: what hides an excess. */
  noise: number;
  /** Mean of realised - estimated. Not corrected for, only reported. */
  bias: number;
}

/** What the reference taught about the method: errors by metric, and how far its own chunks lie from the rest of it. */
export interface LearnedErrors {
  errors: Record<string, MethodError>;
  /** Root mean square of the chunks' score shifts. */
  typicalShift: number;
}

/** A value that was estimated without labels, and its variance (sampling plus calibration) in the metric's own units. */
export interface RawEstimate {
  value: number | null;
  variance: number;
}

/** Chunks below which nothing can be said about the method's own error: estimates then have no limits. */
export const CHUNKS_MIN = 4;

/** Chunks from which on a chunk's neighbours are left out together with it. */
const BUFFERED_FROM = 5;

/** Score shift that is no drift in practice (a PSI of about 0.1): extrapolation is counted from here at least. */
export const SHIFT_FLOOR = 0.1;

/**
 * Error of an estimate, as a standard deviation on its scale, per unit of score shift beyond what the reference holds.
 * A prior, not a law: on five public data sets it was 0.05 to 0.8. See docs/methods/estimates.md.
 */
export const PRIOR_SLOPE = 0.2;

/**
 * The method's own error, by leaving each chunk out: the rest of the reference is fitted, the chunk is estimated without its
 * labels and compared with what it really was.
 *
 * Formula: with δ_k = to(realised) - to(estimated) and v_k its variance by sampling and calibration,
 * excess = max(0, mean δ² - mean v). Chunks must be consecutive in time, so that they differ as windows will; with five
 * or more the neighbours are left out too, because a window to come has no neighbours in the reference.
 * Shapes: K chunks of any kind, and functions on them; `rest` are the chunks to fit. Domain: K >= 2.
 * Source: DerSimonian and Laird (1986) for the excess; Racine (2000), Journal of Econometrics 99, 39-61, for the
 * neighbours.
 */
export function learnErrors<Chunk, Fit>(
  chunks: readonly Chunk[],
  fit: (rest: readonly Chunk[]) => Fit | null,
  estimate: (fitted: Fit, chunk: Chunk) => Record<string, RawEstimate>,
  realise: (chunk: Chunk) => Record<string, { value: number | null }>,
  shift: (rest: readonly Chunk[], chunk: Chunk) => number,
): LearnedErrors {
  const seen: Record<string, { error: number; variance: number }[]> = {};
  let squaredShift = 0;
  const reach = chunks.length >= BUFFERED_FROM ? 1 : 0;
  chunks.forEach((chunk, k) => {
    const rest = chunks.filter((_, other) => Math.abs(other - k) > reach);
    const fitted = fit(rest);
    if (fitted === null) return;
    squaredShift += shift(rest, chunk) ** 2 / chunks.length;
    const real = realise(chunk);
    for (const [metric, { value, variance }] of Object.entries(estimate(fitted, chunk))) {
      const realised = real[metric]?.value ?? null;
      if (value === null || realised === null) continue;
      const scale = metricScale(metric);
      const error = scale.to(realised) - scale.to(value);
      if (!Number.isFinite(error)) continue;
      seen[metric] ??= [];
      seen[metric].push({ error, variance: variance * scale.slope(value) ** 2 });
    }
  });
  const mean = (list: number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const errors = Object.entries(seen).map(([metric, list]): [string, MethodError] => {
    const noise = mean(list.map(({ variance }) => variance));
    const excess = Math.max(0, mean(list.map(({ error }) => error * error)) - noise);
    return [metric, { chunks: list.length, excess, noise, bias: mean(list.map(({ error }) => error)) }];
  });
  return { errors: Object.fromEntries(errors), typicalShift: Math.sqrt(squaredShift) };
}

/** How far a window's scores have moved from the reference, and how far its own chunks lie from the rest of it. */
export interface Moved {
  shift: number;
  typicalShift: number;
}

/**
 * How much further a window's scores lie from the reference than its own chunks from each other; at least 1.
 *
 * Formula: max(1, shift / max(typicalShift, SHIFT_FLOOR)).
 */
export function extrapolation({ shift, typicalShift }: Moved): number {
  return Math.max(1, shift / Math.max(typicalShift, SHIFT_FLOOR));
}

/**
 * Interval of an estimate made without labels.
 *
 * Formula, on the metric's scale: half² = z² (v + PRIOR_SLOPE² b²) + t² λ² excess. v is the variance by sampling and
 * calibration; t has (K - 1)/2 degrees of freedom (chunks that follow each other err alike); λ is the extrapolation: the
 * method's error grows in proportion to how far the scores went beyond anything the reference holds; b² = shift² -
 * max(typicalShift, SHIFT_FLOOR)², at least 0, brings in what a reference that never moved cannot have shown.
 * Domain: under CHUNKS_MIN chunks there are no limits; a value that does not depend on labels has none of width either.
 */
export function estimatedInterval(
  metric: string,
  { value, variance }: RawEstimate,
  error: MethodError | undefined,
  moved: Moved,
  level = 0.95,
): Estimate {
  if (value === null) return { value: null, low: null, high: null };
  if (variance === 0) return { value, low: value, high: value };
  if (error === undefined || error.chunks < CHUNKS_MIN) return { value, low: null, high: null };
  const tail = (1 + level) / 2;
  const z = normalQuantile(tail);
  const t = studentQuantile(tail, Math.max(1, (error.chunks - 1) / 2));
  const own = variance * metricScale(metric).slope(value) ** 2;
  const beyond = Math.max(0, moved.shift ** 2 - Math.max(moved.typicalShift, SHIFT_FLOOR) ** 2);
  const square = z * z * (own + PRIOR_SLOPE ** 2 * beyond) + t * t * extrapolation(moved) ** 2 * error.excess;
  return scaledInterval(metric, value, Math.sqrt(square));
}
