import { type Estimate, pointEstimate, UNDEFINED_ESTIMATE } from '../estimate.js';
import { type AucPlacements, delong } from '../intervals/delong.js';
import { multinomialDelta } from '../intervals/delta.js';
import { clipInterval, meanFromSums } from '../intervals/mean.js';
import { wilson } from '../intervals/proportion.js';
import { f1FromCounts } from './binary.js';
import { macroGradients } from './macro.js';

/** Metrics of a multiclass classifier over all classes, in the order shown; then `precision:CLASS` and so on. */
export const MULTICLASS_METRICS = [
  'accuracy',
  'f1_macro',
  'f1_micro',
  'f1_weighted',
  'precision_macro',
  'recall_macro',
  'roc_auc_ovr_macro',
  'log_loss',
  'ece',
] as const;

/** Metrics of one class, written `precision:CLASS`. */
export const CLASS_METRICS = ['precision', 'recall', 'f1', 'roc_auc'] as const;

/**
 * Sufficient statistics of labelled multiclass predictions.
 *
 * `confusion[i][j]` = rows of true class i predicted as j, k x k in the order of `classes`; `n` their sum.
 * `perClassAuc` = one-vs-rest AUC on the class's own score, `null` where undefined. Log loss over the `logLossN` rows
 * with class scores, clipped to [1e-15, 1 - 1e-15], rows not renormalised. `eceSum` = Σ_k |Σ s - Σ correct| over ten bins
 * of the predicted class's score, over `eceN` rows (default n).
 */
export interface MulticlassStats {
  classes: string[];
  confusion: number[][];
  perClassAuc: (number | null)[];
  logLossSum: number;
  logLossSumSq: number;
  logLossN: number;
  eceSum: number | null;
  eceN?: number;
  n: number;
  /** For an interval of `roc_auc:CLASS`. */
  perClassPlacements?: (AucPlacements | null)[];
}

/**
 * Metrics of a multiclass classifier with 95 % intervals, from sufficient statistics.
 *
 * Macro = plain mean over the classes that occur as label or prediction (undefined counts as 0); weighted = by support;
 * f1_micro = accuracy; roc_auc_ovr_macro = mean over ALL classes, `null` if one is undefined. f1 = 2tp/(support +
 * predicted). Intervals: Wilson for proportions, transformed Wilson for a class's f1, delta method on the multinomial
 * confusion cells for the averages, normal for log loss, DeLong for `roc_auc:CLASS` if placements are given; none for
 * roc_auc_ovr_macro and ece.
 * Errors: RangeError if the confusion matrix is not k x k.
 */
export function deriveMulticlass(stats: MulticlassStats): Record<string, Estimate> {
  const { classes, confusion, n } = stats;
  const k = classes.length;
  if (confusion.length !== k || confusion.some((row) => row.length !== k)) {
    throw new RangeError(`confusion matrix is not ${k} x ${k}`);
  }
  const support = confusion.map((row) => row.reduce((sum, cell) => sum + cell, 0));
  const predicted = classes.map((_, j) => confusion.reduce((sum, row) => sum + row[j]!, 0));
  const correct = confusion.map((row, i) => row[i]!);
  const accuracy = wilson(
    correct.reduce((sum, cell) => sum + cell, 0),
    n,
  );
  const derived: Record<string, Estimate> = { accuracy };
  for (const [name, macro] of Object.entries(macroGradients(confusion, support, predicted))) {
    derived[name] = macro === null ? { ...UNDEFINED_ESTIMATE } : average(macro.value, confusion, macro.gradient);
  }
  derived.f1_micro = { ...accuracy };
  derived.roc_auc_ovr_macro = pointEstimate(meanOrNull(stats.perClassAuc));
  derived.log_loss = clipInterval(
    meanFromSums(stats.logLossN, stats.logLossSum, stats.logLossSumSq),
    0,
    Number.MAX_VALUE,
  );
  const eceN = stats.eceN ?? n;
  derived.ece = pointEstimate(stats.eceSum !== null && eceN > 0 ? stats.eceSum / eceN : null);
  classes.forEach((name, c) => {
    derived[`precision:${name}`] = wilson(correct[c]!, predicted[c]!);
    derived[`recall:${name}`] = wilson(correct[c]!, support[c]!);
    derived[`f1:${name}`] = f1FromCounts(correct[c]!, support[c]! + predicted[c]! - 2 * correct[c]!);
    const placements = stats.perClassPlacements?.[c];
    derived[`roc_auc:${name}`] = placements ? delong(placements) : pointEstimate(stats.perClassAuc[c] ?? null);
  });
  return derived;
}

function average(value: number, confusion: number[][], gradient: number[][]): Estimate {
  return clipInterval(multinomialDelta(value, confusion.flat(), gradient.flat()), 0, 1);
}

function meanOrNull(values: (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return values.length > 0 ? sum / values.length : null;
}
