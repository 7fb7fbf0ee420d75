import { type Estimate, UNDEFINED_ESTIMATE } from '../estimate.js';
import { clipInterval } from '../intervals/mean.js';
import { type InferredBinaryMetric, matthewsGradient } from '../metrics/binary.js';
import {
  type CorrectedEstimate,
  constant,
  mergeSums,
  normalInterval,
  proportionInterval,
  type WeightedMean,
  type WeightedSums,
  type WeightSums,
  weightedMean,
} from './sums.js';

/** Sums of positives and of negatives: each class has a delay curve of its own. */
export interface ByClass {
  pos: WeightedSums;
  neg: WeightedSums;
}

/**
 * What the corrected metrics need of a window's labelled rows: weights of the four confusion cells, weighted losses by
 * class, and weighted placements by class (V of a positive = weighted share of negatives below it and half the ties, W of
 * a negative likewise above).
 */
export interface CorrectedBinaryStats {
  cells: Record<'tp' | 'fp' | 'tn' | 'fn', WeightSums>;
  brier: ByClass;
  logLoss: ByClass;
  placements: ByClass;
  /** Both classes share one delay curve: its errors then cancel for the most part. */
  oneCurve?: boolean;
}

/**
 * Binary metrics in which each labelled row is weighted by 1/F_class(age), with 95 % intervals.
 *
 * | metric | value | interval |
 * |---|---|---|
 * | accuracy, precision, recall, specificity, base_rate | Σw of the hits / Σw | Wilson with the size of the linearised variance |
 * | f1 | 2J/(1+J), J = w_tp/(w_tp+w_fp+w_fn) | that of J, transformed |
 * | mcc | of weighted cells | delta method with Σw² |
 * | roc_auc | Σw_i w_j [s_i > s_j]/(Σw_i Σw_j) | variances of the weighted placements |
 * | log_loss, brier | Σwx/Σw | normal |
 *
 * Hájek's form (divided by Σw) and not Horvitz-Thompson's (by the number of predictions): proportions stay in [0, 1], a
 * common factor of the weights, such as an unknown plateau, does not matter, and losses of a constant have no variance.
 * Domain: a zero denominator is `null`. Source: see weightedMean.
 */
export function deriveCorrectedBinary(stats: CorrectedBinaryStats): Record<InferredBinaryMetric, CorrectedEstimate> {
  const { tp, fp, tn, fn } = stats.cells;
  const mean = (groups: WeightedSums[]) => weightedMean(stats.oneCurve ? [mergeSums(groups)] : groups);
  const share = (hits: WeightSums[], misses: WeightSums[]) => {
    const marked = (cell: WeightSums) =>
      hits.includes(cell) ? [constant(cell, 1)] : misses.includes(cell) ? [constant(cell, 0)] : [];
    return proportionInterval(
      mean([mergeSums([...marked(tp), ...marked(fn)]), mergeSums([...marked(fp), ...marked(tn)])]),
    );
  };
  const loss = (sums: ByClass, max: number) => clip(normalInterval(mean([sums.pos, sums.neg])), 0, max);
  return {
    accuracy: share([tp, tn], [fp, fn]),
    precision: share([tp], [fp]),
    recall: share([tp], [fn]),
    f1: jaccardToF1(share([tp], [fp, fn])),
    specificity: share([tn], [fp]),
    mcc: matthews(stats.cells, mean),
    roc_auc: area(stats.placements),
    log_loss: loss(stats.logLoss, Number.MAX_VALUE),
    brier: loss(stats.brier, 1),
    base_rate: share([tp, fn], [fp, tn]),
  };
}

function clip(estimate: CorrectedEstimate, min: number, max: number): CorrectedEstimate {
  return { ...clipInterval(estimate, min, max), effective: estimate.effective };
}

function jaccardToF1({ value, low, high, effective }: CorrectedEstimate): CorrectedEstimate {
  const toF1 = (j: number | null) => (j === null ? null : (2 * j) / (1 + j));
  return { value: toF1(value), low: toF1(low), high: toF1(high), effective };
}

const NOTHING: Readonly<Estimate & { effective: null }> = { ...UNDEFINED_ESTIMATE, effective: null };

/** Each row counts with the slope of its cell: the mean of slopes is 0 by construction, its variance that of mcc. */
function matthews(
  { tp, fp, tn, fn }: CorrectedBinaryStats['cells'],
  mean: (groups: WeightedSums[]) => WeightedMean | null,
): CorrectedEstimate {
  const found = matthewsGradient(tp.w, fp.w, tn.w, fn.w);
  if (found === null) return { ...NOTHING };
  const { value, gradient } = found;
  const [a, b, c, d] = gradient;
  const slopes = mean([mergeSums([constant(tp, a), constant(fn, d)]), mergeSums([constant(fp, b), constant(tn, c)])])!;
  if (!(slopes.variance > 1e-24)) return { value, low: null, high: null, effective: slopes.effective };
  return clip(normalInterval({ ...slopes, value }), -1, 1);
}

function area({ pos, neg }: ByClass): CorrectedEstimate {
  const [above, below] = [weightedMean([pos]), weightedMean([neg])];
  if (above === null || below === null) return { ...NOTHING };
  const variance = above.variance + below.variance;
  const effective = Math.min(above.effective, below.effective);
  return clip(normalInterval({ value: above.value, variance, effective, n: above.n + below.n }), 0, 1);
}
