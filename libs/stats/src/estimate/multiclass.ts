import type { Estimate } from '../estimate.js';
import {
  type ClassScoresGroup,
  type ExpectedByClass,
  expectedConfusion,
  expectedMulticlass,
} from './expected-multiclass.js';
import { type Calibrator, calibrate, isotonicCalibrator } from './isotonic.js';
import { estimatedInterval, extrapolation, type LearnedErrors, learnErrors, type RawEstimate } from './method-error.js';
import { type ScoreProfile, scoreProfile, scoreShift } from './shift.js';
import { calibrationVariance } from './uncertainty.js';

/** Labelled reference rows with the same class scores and predicted class: how many are truly of each class. */
export interface ClassReferenceGroup extends ClassScoresGroup {
  labels: readonly number[];
}

/** What is kept of a reference; one calibrator and one score profile a class. JSON-able. */
export interface MulticlassEstimator extends LearnedErrors {
  classes: string[];
  calibrators: Calibrator[];
  profiles: ScoreProfile[];
  rows: number;
}

/** Estimated metrics of a window and its expected confusion matrix (rows true). */
export interface EstimatedMulticlass {
  metrics: Record<string, Estimate>;
  confusion: number[][];
  n: number;
  shift: number;
  extrapolation: number;
}

/**
 * Learns from a labelled reference how to estimate multiclass metrics without labels: isotonic calibration of each class's
 * score, each row then divided by its sum.
 *
 * Shapes: the reference in consecutive chunks, each as groups of rows with equal scores and class; scores in the order of
 * `classes`. Domain: every row has a score of every class; `null` without rows.
 * Errors: RangeError for groups of another number of classes. Source: see fitBinaryEstimator; Zadrozny and Elkan (2002).
 */
export function fitMulticlassEstimator(
  classes: readonly string[],
  chunks: readonly (readonly ClassReferenceGroup[])[],
): MulticlassEstimator | null {
  const all = chunks.flat();
  for (const { scores, labels } of all) {
    if (scores.length !== classes.length || labels.length !== classes.length)
      throw new RangeError(`a group has not ${classes.length} scores and labels`);
  }
  const calibrators = fitCalibrators(classes, all);
  if (calibrators === null) return null;
  const learned = learnErrors(
    chunks.filter((chunk) => chunk.length > 0),
    (rest) => fitCalibrators(classes, rest.flat()),
    (fitted, chunk) => rawMulticlass(classes, fitted, chunk),
    (chunk) => realisedMulticlass(classes, chunk),
    (rest, chunk) => classShift(profilesOf(classes, rest.flat()), chunk),
  );
  const rows = all.reduce((sum, { count }) => sum + count, 0);
  return { classes: [...classes], calibrators, profiles: profilesOf(classes, all), rows, ...learned };
}

function fitCalibrators(classes: readonly string[], groups: readonly ClassReferenceGroup[]): Calibrator[] | null {
  const calibrators = classes.map((_, c) =>
    isotonicCalibrator(
      groups.map(({ scores, labels, count }) => ({ score: scores[c]!, positives: labels[c]!, count })),
    ),
  );
  return calibrators.every((calibrator) => calibrator !== null) ? calibrators : null;
}

function profilesOf(classes: readonly string[], groups: readonly ClassScoresGroup[]): ScoreProfile[] {
  return classes.map((_, c) => scoreProfile(groups.map(({ scores, count }) => ({ score: scores[c]!, count }))));
}

/** Root mean square of the classes' score shifts. */
function classShift(profiles: readonly ScoreProfile[], groups: readonly ClassScoresGroup[]): number {
  const squares = profiles.map(
    (profile, c) =>
      scoreShift(
        profile,
        groups.map(({ scores, count }) => ({ score: scores[c]!, count })),
      ) ** 2,
  );
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / profiles.length);
}

/** The realised metrics of labelled groups. */
export function realisedMulticlass(
  classes: readonly string[],
  groups: readonly ClassReferenceGroup[],
): Record<string, ExpectedByClass> {
  return expectedMulticlass(
    groups,
    groups.map(({ labels, count }) => labels.map((rows) => rows / count)),
    classes,
  );
}

/** Calibrated chances of one group's classes, and the sum they were divided by (1/k each where that is 0). */
function chancesOf(
  calibrators: readonly Calibrator[],
  { scores }: ClassScoresGroup,
): { chances: number[]; sum: number } {
  const raw = calibrators.map((calibrator, c) => calibrate(calibrator, scores[c]!));
  const sum = raw.reduce((total, p) => total + p, 0);
  return { chances: raw.map((p) => (sum > 0 ? p / sum : 1 / raw.length)), sum };
}

/**
 * Expected metrics with their variances. Sampling: Σ_g count (Σ_c p s² - (Σ_c p s)²), s the slopes; calibration: as
 * calibrationVariance for each class's calibrator, through the division by the row's sum.
 */
function rawMulticlass(
  classes: readonly string[],
  calibrators: readonly Calibrator[],
  groups: readonly ClassScoresGroup[],
): Record<string, RawEstimate> {
  const rows = groups.map((group) => chancesOf(calibrators, group));
  const chances = rows.map((row) => row.chances);
  const byClass = classes.map((_, c) => groups.map(({ scores, count }) => ({ score: scores[c]!, count })));
  const estimate = ({ value, slope }: ExpectedByClass): RawEstimate => {
    if (value === null) return { value, variance: 0 };
    const pulls = classes.map(() => new Float64Array(groups.length));
    let sampling = 0;
    groups.forEach(({ count }, g) => {
      let [mean, square] = [0, 0];
      chances[g]!.forEach((p, c) => {
        mean += p * slope(g, c);
        square += p * slope(g, c) ** 2;
      });
      sampling += count * Math.max(0, square - mean * mean);
      for (let c = 0; c < classes.length; c++)
        pulls[c]![g] = rows[g]!.sum > 0 ? (slope(g, c) - mean) / rows[g]!.sum : 0;
    });
    const calibration = calibrators.map((calibrator, c) => calibrationVariance(calibrator, byClass[c]!, pulls[c]!));
    return { value, variance: sampling === 0 ? 0 : calibration.reduce((sum, part) => sum + part, sampling) };
  };
  return Object.fromEntries(
    Object.entries(expectedMulticlass(groups, chances, classes)).map(([metric, expected]) => [
      metric,
      estimate(expected),
    ]),
  );
}

/**
 * Metrics that a window's predictions are expected to have, without their labels; see estimateBinary.
 *
 * Shapes: groups of rows with equal scores and class, in the estimator's order of classes. Cost: groups x classes for each
 * of 6 + 4k metrics.
 */
export function estimateMulticlass(
  estimator: MulticlassEstimator,
  groups: readonly ClassScoresGroup[],
  level = 0.95,
): EstimatedMulticlass {
  const { classes, calibrators, profiles, typicalShift, errors } = estimator;
  const shift = classShift(profiles, groups);
  const moved = { shift, typicalShift };
  const raw = Object.entries(rawMulticlass(classes, calibrators, groups));
  const chances = groups.map((group) => chancesOf(calibrators, group).chances);
  return {
    metrics: Object.fromEntries(
      raw.map(([metric, found]) => [metric, estimatedInterval(metric, found, errors[metric], moved, level)]),
    ),
    confusion: expectedConfusion(groups, chances, classes.length),
    n: groups.reduce((sum, { count }) => sum + count, 0),
    shift,
    extrapolation: extrapolation(moved),
  };
}
