export * from './attribution/pairs.js';
export * from './attribution/ratio.js';
export * from './compare/auc.js';
export * from './compare/classes.js';
export * from './compare/fisher.js';
export * from './compare/means.js';
export * from './compare/proportion.js';
export * from './compare/quantile.js';
export * from './corrected/binary.js';
export * from './corrected/multiclass.js';
export * from './corrected/regression.js';
export * from './corrected/rows.js';
export { addRow, type CorrectedEstimate, noSums, type WeightedSums, type WeightSums } from './corrected/sums.js';
export * from './corrected/weights.js';
export * from './count/expected.js';
export * from './curves/confusion.js';
export * from './curves/reliability.js';
export * from './curves/residuals.js';
export * from './curves/roc.js';
export { type CurvePoint, POINTS_MAX } from './curves/thin.js';
export * from './delay/curve.js';
export * from './delay/differ.js';
export * from './delay/maturity.js';
export * from './delay/risk.js';
export * from './detect/changePoint.js';
export * from './detect/compare.js';
export * from './detect/eDetector.js';
export * from './distance/chi-square.js';
export * from './distance/compare-samples.js';
export * from './distance/counted.js';
export * from './distance/divergence.js';
export * from './distance/doane.js';
export * from './distance/psi.js';
export * from './distance/quantile.js';
export { occupiedBins } from './distance/shares.js';
export * from './distance/two-sample.js';
export * from './drift/benjamini-hochberg.js';
export * from './drift/decide.js';
export * from './drift/empirical.js';
export * from './drift/matter.js';
export * from './drift/missing.js';
export * from './drift/natural.js';
export * from './drift/sparse.js';
export {
  type BinnedMeasure,
  type DriftVerdict,
  driftVerdict,
  driftVerdictFromCounts,
  FLOOR_ALPHA,
  type ThresholdReason,
  type VerdictInput,
} from './drift/verdict.js';
export * from './estimate/binary.js';
export * from './estimate/expected.js';
export * from './estimate/expected-multiclass.js';
export * from './estimate/isotonic.js';
export {
  CHUNKS_MIN,
  estimatedInterval,
  extrapolation,
  type LearnedErrors,
  type MethodError,
  type Moved,
  type RawEstimate,
} from './estimate/method-error.js';
export * from './estimate/multiclass.js';
export * from './estimate/shift.js';
export * from './estimate.js';
export * from './intervals/delong.js';
export * from './intervals/delta.js';
export * from './intervals/mean.js';
export * from './intervals/proportion.js';
export * from './metrics/binary.js';
export * from './metrics/calibration.js';
export * from './metrics/direction.js';
export * from './metrics/multiclass.js';
export * from './metrics/ranking.js';
export * from './metrics/regression.js';
export * from './metrics/rows.js';
export * from './profile/compare.js';
export * from './profile/edges.js';
export * from './profile/profile.js';
export * from './special/chi-square.js';
export * from './special/erf.js';
export * from './special/gamma.js';
export * from './special/kolmogorov.js';
export { logGamma } from './special/log-gamma.js';
export * from './special/noncentral-chi-square.js';
export * from './special/normal.js';
export { poissonDensity } from './special/poisson.js';
export * from './special/student.js';
export * from './tolerance/outside.js';
export * from './track/track.js';
