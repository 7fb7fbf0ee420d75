import { UNDEFINED_ESTIMATE } from '../estimate.js';
import { clipInterval } from '../intervals/mean.js';
import { macroGradients } from '../metrics/macro.js';
import {
  addRow,
  type CorrectedEstimate,
  constant,
  mergeSums,
  normalInterval,
  noSums,
  proportionInterval,
  type WeightedMean,
  type WeightedSums,
  type WeightSums,
  weightedMean,
} from './sums.js';
import { type DelayWeights, weightAt } from './weights.js';

/** Labelled rows of a true and a predicted class at an age: a cell of the confusion matrix before it is weighted. */
export interface AgedClassRow {
  label: string;
  predicted: string;
  age: number;
  count?: number;
}

/** Weighted confusion matrix, rows true, columns predicted, k x k in the order of `classes`. */
export interface CorrectedMulticlassStats {
  classes: string[];
  cells: WeightSums[][];
  oneCurve?: boolean;
  used: number;
  left: number;
}

/** Weighs labelled rows by their true class and age. Errors: RangeError for a class that is not among the classes. */
export function correctedMulticlassStats(
  rows: Iterable<AgedClassRow>,
  weights: DelayWeights,
  classes: readonly string[],
): CorrectedMulticlassStats {
  const indexOf = new Map(classes.map((name, i) => [name, i]));
  const cells = classes.map(() => classes.map(noSums));
  const stats = { used: 0, left: 0 };
  for (const { label, predicted, age, count = 1 } of rows) {
    const truth = indexOf.get(label);
    const guess = indexOf.get(predicted);
    if (truth === undefined || guess === undefined) throw new RangeError(`unknown class in ${label}/${predicted}`);
    const weight = weightAt(weights, label, age);
    if (weight === null) {
      stats.left += count;
      continue;
    }
    stats.used += count;
    addRow(cells[truth]![guess]!, count, weight);
  }
  return { classes: [...classes], cells, oneCurve: Object.keys(weights.byClass).length === 0, ...stats };
}

/**
 * Multiclass metrics in which each labelled row is weighted by 1/F_class(age), with 95 % intervals.
 *
 * accuracy, f1_micro (the same), and per class `precision:CLASS`, `recall:CLASS`, `f1:CLASS` as deriveCorrectedBinary;
 * f1_macro, f1_weighted, precision_macro, recall_macro by the delta method on weighted cells with Σw².
 * Definitions as in deriveMulticlass. Domain: no rows give `null`. Errors: RangeError if the matrix is not k x k.
 */
export function deriveCorrectedMulticlass(stats: CorrectedMulticlassStats): Record<string, CorrectedEstimate> {
  const { classes, cells } = stats;
  const k = classes.length;
  if (cells.length !== k || cells.some((row) => row.length !== k)) throw new RangeError(`not ${k} x ${k} cells`);
  const mean = (x: (truth: number, guess: number) => number | null): WeightedMean | null => {
    const groups = cells.map((row, i) =>
      mergeSums(row.flatMap((cell, j): WeightedSums[] => (x(i, j) === null ? [] : [constant(cell, x(i, j)!)]))),
    );
    return weightedMean(stats.oneCurve ? [mergeSums(groups)] : groups);
  };
  const derived: Record<string, CorrectedEstimate> = {
    accuracy: proportionInterval(mean((i, j) => (i === j ? 1 : 0))),
  };
  derived.f1_micro = { ...derived.accuracy! };
  const weights = cells.map((row) => row.map((cell) => cell.w));
  const support = weights.map((row) => row.reduce((sum, w) => sum + w, 0));
  const predicted = classes.map((_, j) => weights.reduce((sum, row) => sum + row[j]!, 0));
  for (const [name, macro] of Object.entries(macroGradients(weights, support, predicted))) {
    const slopes = macro === null ? null : mean((i, j) => macro.gradient[i]![j]!);
    derived[name] =
      slopes === null
        ? { ...UNDEFINED_ESTIMATE, effective: null }
        : {
            ...clipInterval(normalInterval({ ...slopes, value: macro!.value }), 0, 1),
            effective: slopes.effective,
          };
  }
  classes.forEach((name, c) => {
    derived[`precision:${name}`] = proportionInterval(mean((i, j) => (j !== c ? null : i === c ? 1 : 0)));
    derived[`recall:${name}`] = proportionInterval(mean((i, j) => (i !== c ? null : j === c ? 1 : 0)));
    const jaccard = proportionInterval(mean((i, j) => (i !== c && j !== c ? null : i === c && j === c ? 1 : 0)));
    const toF1 = (x: number | null) => (x === null ? null : (2 * x) / (1 + x));
    derived[`f1:${name}`] = {
      value: toF1(jaccard.value),
      low: toF1(jaccard.low),
      high: toF1(jaccard.high),
      effective: jaccard.effective,
    };
  });
  return derived;
}
