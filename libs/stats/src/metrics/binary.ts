import { type Estimate, pointEstimate, UNDEFINED_ESTIMATE } from '../estimate.js';
import { type AucPlacements, delong } from '../intervals/delong.js';
import { logitInterval, multinomialDelta } from '../intervals/delta.js';
import { clipInterval, meanFromSums } from '../intervals/mean.js';
import { wilson } from '../intervals/proportion.js';

/** Metrics of a binary classifier, in the order shown. */
export const BINARY_METRICS = [
  'accuracy',
  'precision',
  'recall',
  'f1',
  'specificity',
  'mcc',
  'roc_auc',
  'average_precision',
  'log_loss',
  'brier',
  'ece',
  'base_rate',
  'predicted_positive_rate',
  'tp',
  'fp',
  'tn',
  'fn',
] as const;

export type BinaryMetric = (typeof BINARY_METRICS)[number];

/** Binary metrics that can be told while labels are missing, corrected for those to come or expected without any, in the order shown. */
export const INFERRED_BINARY_METRICS = [
  'accuracy',
  'precision',
  'recall',
  'f1',
  'specificity',
  'mcc',
  'roc_auc',
  'log_loss',
  'brier',
  'base_rate',
] as const satisfies readonly BinaryMetric[];

export type InferredBinaryMetric = (typeof INFERRED_BINARY_METRICS)[number];

/**
 * Sufficient statistics of labelled binary predictions.
 *
 * `n` rows have a label and a predicted class, split into tp + fp + tn + fn. `scored` = pos + neg rows have a label and a
 * score s in [0, 1]. Placements as in AucPlacements. Losses are summed per row: log loss with s clipped to
 * [1e-15, 1 - 1e-15], Brier (s - y)². `ap` is the average precision over distinct thresholds. `eceSum` = Σ_k |Σ s - Σ y|
 * over the ten bins min(floor(10 s), 9).
 */
export interface BinaryStats extends AucPlacements {
  n: number;
  tp: number;
  fp: number;
  tn: number;
  fn: number;
  scored: number;
  ap: number | null;
  logLossSum: number;
  logLossSumSq: number;
  brierSum: number;
  brierSumSq: number;
  eceSum: number;
}

/**
 * Metrics of a binary classifier with 95 % intervals, from sufficient statistics.
 *
 * | metric | value | interval |
 * |---|---|---|
 * | accuracy, precision, recall, specificity, base_rate, predicted_positive_rate | proportion | Wilson over its own denominator |
 * | f1 = 2tp/(2tp+fp+fn) | 2J/(1+J), J = tp/(tp+fp+fn) | Wilson of J, transformed: the delta method's limit, and sane at 0 and 1 |
 * | mcc | (tp tn - fp fn)/√(..) | delta method on the multinomial cells; none at ±1 |
 * | roc_auc | mean placement | DeLong |
 * | average_precision | given | logit interval with the variance of a proportion over the positives (Boyd et al. 2013); Wilson at 0 and 1 |
 * | log_loss, brier | mean loss | normal, sample variance |
 * | ece | eceSum/scored | none: it is a biased sum of absolute values without an honest closed form |
 * | tp, fp, tn, fn | counts | none |
 *
 * A zero denominator gives `null`, not 0. Domain: counts >= 0. Errors: RangeError for negative counts.
 * Source: Takahashi et al. (2022) on f1; Boyd, Eng and Page (2013) on average precision; DeLong et al. (1988).
 */
export function deriveBinary(stats: BinaryStats): Record<BinaryMetric, Estimate> {
  const { n, tp, fp, tn, fn, scored } = stats;
  return {
    accuracy: wilson(tp + tn, n),
    precision: wilson(tp, tp + fp),
    recall: wilson(tp, tp + fn),
    f1: f1FromCounts(tp, fp + fn),
    specificity: wilson(tn, tn + fp),
    mcc: matthews(tp, fp, tn, fn),
    roc_auc: delong(stats),
    average_precision: averagePrecision(stats.ap, stats.pos),
    log_loss: clipInterval(meanFromSums(scored, stats.logLossSum, stats.logLossSumSq), 0, Number.MAX_VALUE),
    brier: clipInterval(meanFromSums(scored, stats.brierSum, stats.brierSumSq), 0, 1),
    ece: pointEstimate(scored > 0 ? stats.eceSum / scored : null),
    base_rate: n > 0 ? wilson(tp + fn, n) : wilson(stats.pos, scored),
    predicted_positive_rate: wilson(tp + fp, n),
    tp: pointEstimate(n > 0 ? tp : null),
    fp: pointEstimate(n > 0 ? fp : null),
    tn: pointEstimate(n > 0 ? tn : null),
    fn: pointEstimate(n > 0 ? fn : null),
  };
}

/**
 * F1 of true positives and errors (fp + fn), with the interval of Wilson on J = tp/(tp + errors) sent through the
 * increasing map F1 = 2J/(1+J): given tp + fp + fn, tp is binomial.
 *
 * Shapes: scalars >= 0; undefined when both are 0.
 */
export function f1FromCounts(tp: number, errors: number): Estimate {
  const jaccard = wilson(tp, tp + errors);
  if (jaccard.value === null || jaccard.low === null || jaccard.high === null) return { ...UNDEFINED_ESTIMATE };
  const toF1 = (j: number) => (2 * j) / (1 + j);
  return { value: (2 * tp) / (2 * tp + errors), low: toF1(jaccard.low), high: toF1(jaccard.high) };
}

/** Matthews correlation with its delta-method interval. Shapes: cell counts. A zero margin gives `null`. */
function matthews(tp: number, fp: number, tn: number, fn: number): Estimate {
  const found = matthewsGradient(tp, fp, tn, fn);
  if (found === null) return { ...UNDEFINED_ESTIMATE };
  return clipInterval(multinomialDelta(found.value, [tp, fp, tn, fn], found.gradient), -1, 1);
}

/**
 * Matthews correlation with its derivative by the SHARES of tp, fp, tn, fn.
 *
 * Shapes: cell counts, which may be weighted or expected. Domain: a zero margin gives `null`.
 */
export function matthewsGradient(
  tp: number,
  fp: number,
  tn: number,
  fn: number,
): { value: number; gradient: [number, number, number, number] } | null {
  const n = tp + fp + tn + fn;
  const margins = [tp + fp, tp + fn, tn + fp, tn + fn].map((margin) => margin / n);
  const [predictedYes, yes, no, predictedNo] = margins as [number, number, number, number];
  if (!(predictedYes > 0 && yes > 0 && no > 0 && predictedNo > 0)) return null;
  const scale = Math.sqrt(predictedYes * yes * no * predictedNo);
  const value = ((tp / n) * (tn / n) - (fp / n) * (fn / n)) / scale;
  const slope = (opposite: number, sign: number, marginA: number, marginB: number) =>
    (sign * opposite) / n / scale - (value / 2) * (1 / marginA + 1 / marginB);
  const gradient: [number, number, number, number] = [
    slope(tn, 1, predictedYes, yes),
    slope(fn, -1, predictedYes, no),
    slope(tp, 1, predictedNo, no),
    slope(fp, -1, predictedNo, yes),
  ];
  return { value, gradient };
}

function averagePrecision(ap: number | null, pos: number): Estimate {
  if (ap === null || !(pos > 0)) return { ...UNDEFINED_ESTIMATE };
  if (ap > 0 && ap < 1) return logitInterval(ap, pos);
  const { low, high } = wilson(Math.min(1, Math.max(0, ap)) * pos, pos);
  return { value: ap, low, high };
}
