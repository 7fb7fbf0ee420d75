import { quantileSorted } from '../distance/quantile.js';
import type { BinaryStats } from './binary.js';
import { binaryLogLoss, CalibrationBins, logLoss } from './calibration.js';
import type { MulticlassStats } from './multiclass.js';
import { rankingStats } from './ranking.js';
import type { RegressionStats } from './regression.js';

/** A labelled binary prediction; score and class may each be missing. */
export interface BinaryRow {
  label: boolean;
  score?: number | null;
  predicted?: boolean | null;
}

/**
 * Sufficient statistics of binary rows. O(n log n). Rows without a class do not count in n, rows without a finite score
 * not in `scored`. Shapes: n rows in any order.
 */
export function binaryStatsFromRows(rows: Iterable<BinaryRow>): BinaryStats {
  const scores: number[] = [];
  const labels: boolean[] = [];
  const cells = { tp: 0, fp: 0, tn: 0, fn: 0 };
  const bins = new CalibrationBins();
  const sums = { logLossSum: 0, logLossSumSq: 0, brierSum: 0, brierSumSq: 0 };
  for (const { label, score, predicted } of rows) {
    if (predicted !== null && predicted !== undefined)
      cells[predicted ? (label ? 'tp' : 'fp') : label ? 'fn' : 'tn'] += 1;
    if (score === null || score === undefined || !Number.isFinite(score)) continue;
    scores.push(score);
    labels.push(label);
    bins.add(score, label);
    const loss = binaryLogLoss(score, label);
    const square = (score - (label ? 1 : 0)) ** 2;
    sums.logLossSum += loss;
    sums.logLossSumSq += loss * loss;
    sums.brierSum += square;
    sums.brierSumSq += square * square;
  }
  const n = cells.tp + cells.fp + cells.tn + cells.fn;
  return { n, ...cells, scored: scores.length, ...rankingStats(scores, labels), ...sums, eceSum: bins.eceSum };
}

/** A labelled regression prediction. */
export interface RegressionRow {
  label: number;
  predicted: number;
}

/** Sufficient statistics of regression rows, with the sums for r2's interval. O(n log n). Domain: finite numbers. */
export function regressionStatsFromRows(rows: readonly RegressionRow[]): RegressionStats {
  const n = rows.length;
  const stats = { n, sumAbs: 0, sumErr: 0, sumSq: 0, sumSqSq: 0, sumSqDevY: 0, apeRows: 0, sumApe: 0, sumApeSq: 0 };
  const quartic = { sumQuadDevY: 0, sumSqErrSqDevY: 0 };
  const meanLabel = rows.reduce((sum, row) => sum + row.label / n, 0);
  const absolute = new Float64Array(n);
  rows.forEach(({ label, predicted }, i) => {
    const error = predicted - label;
    const square = error * error;
    const squareDev = (label - meanLabel) ** 2;
    absolute[i] = Math.abs(error);
    stats.sumAbs += Math.abs(error);
    stats.sumErr += error;
    stats.sumSq += square;
    stats.sumSqSq += square * square;
    stats.sumSqDevY += squareDev;
    quartic.sumQuadDevY += squareDev * squareDev;
    quartic.sumSqErrSqDevY += square * squareDev;
    if (label === 0) return;
    const relative = Math.abs(error) / Math.abs(label);
    stats.apeRows += 1;
    stats.sumApe += relative;
    stats.sumApeSq += relative * relative;
  });
  // A constant label must give exactly 0, or r2 would divide by rounding noise.
  if (rows.every((row) => row.label === rows[0]!.label)) stats.sumSqDevY = 0;
  absolute.sort();
  return { ...stats, ...quartic, medae: quantileSorted(absolute, 0.5), maxError: absolute.at(-1) ?? null };
}

/** A labelled multiclass prediction; `scores` holds a probability per class, `score` that of the predicted class. */
export interface MulticlassRow {
  label: string;
  predicted: string;
  score?: number | null;
  scores?: Readonly<Record<string, number>> | null;
}

/**
 * Sufficient statistics of multiclass rows. O(k n log n).
 *
 * Shapes: k classes in the order of the result, n rows. `score` defaults to scores[predicted].
 * Errors: RangeError for a label or prediction that is not among the classes.
 */
export function multiclassStatsFromRows(rows: readonly MulticlassRow[], classes: readonly string[]): MulticlassStats {
  const indexOf = new Map(classes.map((name, i) => [name, i]));
  const confusion = classes.map(() => classes.map(() => 0));
  const bins = new CalibrationBins();
  const losses = { logLossSum: 0, logLossSumSq: 0, logLossN: 0 };
  let eceN = 0;
  for (const row of rows) {
    const truth = indexOf.get(row.label);
    const guess = indexOf.get(row.predicted);
    if (truth === undefined || guess === undefined)
      throw new RangeError(`unknown class in ${row.label}/${row.predicted}`);
    confusion[truth]![guess]! += 1;
    const top = row.score ?? row.scores?.[row.predicted];
    if (top !== undefined) {
      bins.add(top, truth === guess);
      eceN += 1;
    }
    const given = row.scores?.[row.label];
    if (given === undefined) continue;
    const loss = logLoss(given);
    losses.logLossSum += loss;
    losses.logLossSumSq += loss * loss;
    losses.logLossN += 1;
  }
  const perClassPlacements = classes.map((name) => {
    const scored = rows.filter((row) => row.scores?.[name] !== undefined);
    return rankingStats(
      scored.map((row) => row.scores![name]!),
      scored.map((row) => row.label === name),
    );
  });
  const perClassAuc = perClassPlacements.map(({ pos, neg, sumV }) => (pos > 0 && neg > 0 ? sumV / pos : null));
  const ece = { eceSum: eceN > 0 ? bins.eceSum : null, eceN };
  return { classes: [...classes], confusion, n: rows.length, perClassAuc, perClassPlacements, ...losses, ...ece };
}
