import { macroGradients } from '../metrics/macro.js';
import { expectedArea } from './expected.js';

/** Predictions with the same class scores (in the order of the classes) and the same predicted class (its index). */
export interface ClassScoresGroup {
  scores: readonly number[];
  predicted: number;
  count: number;
}

/** A metric of classes as a function of the rows' chances, with its slope by the chance of class c for one row of group g. */
export interface ExpectedByClass {
  value: number | null;
  slope: (g: number, c: number) => number;
}

/** Expected confusion matrix, rows true, columns predicted: cell (c, j) = Σ chances of c over the rows predicted as j. */
export function expectedConfusion(
  groups: readonly ClassScoresGroup[],
  chances: readonly ArrayLike<number>[],
  k: number,
): number[][] {
  const confusion = Array.from({ length: k }, () => new Array<number>(k).fill(0));
  groups.forEach(({ predicted, count }, g) => {
    for (let c = 0; c < k; c++) confusion[c]![predicted]! += count * chances[g]![c]!;
  });
  return confusion;
}

/**
 * Multiclass metrics in expectation: those of the expected confusion matrix, and one-vs-rest areas over all pairs.
 *
 * accuracy; f1_macro, f1_weighted, precision_macro, recall_macro as macroGradients; per class `precision:CLASS`,
 * `recall:CLASS`, `f1:CLASS`, `roc_auc:CLASS`; roc_auc_ovr_macro = mean of the areas, `null` if one is undefined.
 * With chances that are shares of known labels these are the realised metrics. Shapes: g groups, chances g x k.
 * Domain: a zero denominator gives `null` (0 within macro averages).
 */
export function expectedMulticlass(
  groups: readonly ClassScoresGroup[],
  chances: readonly ArrayLike<number>[],
  classes: readonly string[],
): Record<string, ExpectedByClass> {
  const confusion = expectedConfusion(groups, chances, classes.length);
  const support = confusion.map((row) => row.reduce((sum, cell) => sum + cell, 0));
  const predicted = classes.map((_, j) => confusion.reduce((sum, row) => sum + row[j]!, 0));
  const n = support.reduce((sum, rows) => sum + rows, 0);
  const byCell = (value: number, slope: (c: number, j: number) => number): ExpectedByClass => ({
    value: Number.isFinite(value) ? value : null,
    slope: (g, c) => slope(c, groups[g]!.predicted),
  });
  const correct = confusion.reduce((sum, row, c) => sum + row[c]!, 0) / n;
  const expected: Record<string, ExpectedByClass> = { accuracy: byCell(correct, (c, j) => (c === j ? 1 / n : 0)) };
  for (const [name, macro] of Object.entries(macroGradients(confusion, support, predicted))) {
    const { value, gradient } = macro ?? { value: Number.NaN, gradient: confusion };
    expected[name] = byCell(value, (c, j) => gradient[c]![j]! / n);
  }
  const areas = classes.map((_, c) =>
    expectedArea(
      groups.map(({ scores, count }) => ({ score: scores[c]!, count })),
      chances.map((row) => row[c]!),
    ),
  );
  const mean = areas.reduce((sum, area) => sum + (area.value ?? Number.NaN), 0) / areas.length;
  expected.roc_auc_ovr_macro = {
    value: Number.isFinite(mean) ? mean : null,
    slope: (g, c) => areas[c]!.slopes[g]! / areas.length,
  };
  classes.forEach((name, m) => {
    const hits = confusion[m]![m]!;
    const precision = hits / predicted[m]!;
    const recall = hits / support[m]!;
    const both = support[m]! + predicted[m]!;
    const f1 = (2 * hits) / both;
    const is = (a: number) => (a === m ? 1 : 0);
    expected[`precision:${name}`] = byCell(precision, (c, j) => (is(j) * (is(c) - precision)) / predicted[m]!);
    expected[`recall:${name}`] = byCell(recall, (c, j) => (is(c) * (is(j) - recall)) / support[m]!);
    expected[`f1:${name}`] = byCell(f1, (c, j) => (2 * is(c) * is(j) - f1 * (is(c) + is(j))) / both);
    expected[`roc_auc:${name}`] = {
      value: areas[m]!.value,
      slope: (g, c) => is(c) * areas[m]!.slopes[g]!,
    };
  });
  return expected;
}
