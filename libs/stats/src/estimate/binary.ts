import type { Estimate } from '../estimate.js';
import { INFERRED_BINARY_METRICS, type InferredBinaryMetric } from '../metrics/binary.js';
import { type Expected, type ExpectedCells, expectedCells, expectedMetrics, type ScoredGroup } from './expected.js';
import { type Calibrator, calibrate, isotonicCalibrator } from './isotonic.js';
import { estimatedInterval, extrapolation, type LearnedErrors, learnErrors, type RawEstimate } from './method-error.js';
import { type ScoreProfile, scoreProfile, scoreShift } from './shift.js';
import { calibrationVariance, samplingVariance } from './uncertainty.js';

/** Labelled reference rows with one score and one predicted class. */
export interface ReferenceGroup extends ScoredGroup {
  positives: number;
}

/** What is kept of a reference to estimate windows without labels. JSON-able, at most KNOTS_MAX knots. */
export interface BinaryEstimator extends LearnedErrors {
  calibrator: Calibrator;
  profile: ScoreProfile;
  rows: number;
}

/** Estimated metrics of a window, its expected confusion cells, and how far from the reference it lies. */
export interface EstimatedBinary {
  metrics: Record<InferredBinaryMetric, Estimate>;
  cells: ExpectedCells;
  n: number;
  shift: number;
  /** 1: within what the reference has seen. Above: intervals are wider by about this factor. */
  extrapolation: number;
}

/**
 * Learns from a labelled reference how to estimate binary metrics without labels.
 *
 * Shapes: the reference in consecutive chunks of about equal size, ten or its natural windows; each chunk as groups of rows
 * with equal score and predicted class. Scores of many digits may be binned into some thousand quantiles first.
 * Domain: rows need a score; without any `null`. Under CHUNKS_MIN chunks estimates have no limits.
 * Source: GOLDEN.md section 7 (isotonic regression); learnErrors.
 */
export function fitBinaryEstimator(chunks: readonly (readonly ReferenceGroup[])[]): BinaryEstimator | null {
  const all = chunks.flat();
  const calibrator = isotonicCalibrator(all);
  if (calibrator === null) return null;
  const learned = learnErrors(
    chunks.filter((chunk) => chunk.length > 0),
    (rest) => isotonicCalibrator(rest.flat()),
    rawEstimates,
    realisedMetrics,
    (rest, chunk) => scoreShift(scoreProfile(rest.flat()), chunk),
  );
  const rows = all.reduce((sum, { count }) => sum + count, 0);
  return { calibrator, profile: scoreProfile(all), rows, ...learned };
}

/** The realised metrics of labelled groups: the expectation whose chances are the known shares. */
export function realisedMetrics(groups: readonly ReferenceGroup[]): Record<InferredBinaryMetric, Expected> {
  const kept = groups.filter(({ count }) => count > 0);
  return expectedMetrics(
    kept,
    kept.map(({ positives, count }) => positives / count),
  );
}

/** Expected metrics under a calibrator, with their variances by sampling and calibration. */
export function rawEstimates(
  calibrator: Calibrator,
  groups: readonly ScoredGroup[],
): Record<InferredBinaryMetric, RawEstimate> {
  const chances = Float64Array.from(groups, ({ score }) => calibrate(calibrator, score));
  const expected = expectedMetrics(groups, chances);
  const raw = INFERRED_BINARY_METRICS.map((metric): [InferredBinaryMetric, RawEstimate] => {
    const { value, slopes } = expected[metric];
    const sampling = value === null ? 0 : samplingVariance(groups, chances, slopes);
    return [
      metric,
      { value, variance: sampling === 0 ? 0 : sampling + calibrationVariance(calibrator, groups, slopes) },
    ];
  });
  return Object.fromEntries(raw) as Record<InferredBinaryMetric, RawEstimate>;
}

/**
 * Metrics that a window's predictions are expected to have, without their labels, each with an interval for what will be
 * realised.
 *
 * Shapes: groups of rows with equal score and predicted class, every prediction of the window, labelled or not.
 * Domain: no rows give `null` everywhere. `level` is the coverage aimed at; docs/methods/estimates.md says what it was.
 * Supposes that P(positive | score) is that of the reference: an estimate cannot see a concept that changed.
 * Source: GOLDEN.md section 7; estimatedInterval.
 */
export function estimateBinary(
  estimator: BinaryEstimator,
  groups: readonly ScoredGroup[],
  level = 0.95,
): EstimatedBinary {
  const raw = rawEstimates(estimator.calibrator, groups);
  const shift = scoreShift(estimator.profile, groups);
  const moved = { shift, typicalShift: estimator.typicalShift };
  const metrics = Object.fromEntries(
    INFERRED_BINARY_METRICS.map((metric) => [
      metric,
      estimatedInterval(metric, raw[metric], estimator.errors[metric], moved, level),
    ]),
  ) as Record<InferredBinaryMetric, Estimate>;
  return {
    metrics,
    cells: expectedCells(
      groups,
      groups.map(({ score }) => calibrate(estimator.calibrator, score)),
    ),
    n: groups.reduce((sum, { count }) => sum + count, 0),
    shift,
    extrapolation: extrapolation(moved),
  };
}
