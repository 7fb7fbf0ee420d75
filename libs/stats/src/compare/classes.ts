import { multinomialDelta } from '../intervals/delta.js';
import { clipInterval } from '../intervals/mean.js';
import { matthewsGradient } from '../metrics/binary.js';
import { macroGradients } from '../metrics/macro.js';
import { Z95 } from '../special/normal.js';
import { type PairedDifference, UNDEFINED_DIFFERENCE } from './auc.js';
import { pOf } from './means.js';
import { pairedProportions } from './proportion.js';

/** How many rows have this true class and were predicted as `a` by one version and as `b` by the other. */
export interface PairedCell {
  label: string;
  a: string;
  b: string;
  count: number;
}

/** A metric's value and its slope by the share of (true, predicted), for one version. */
interface VersionMetric {
  value: number;
  slope: (truth: string, predicted: string) => number;
}

/**
 * Differences A - B of class metrics on the same rows, each with a 95 % interval and a p-value.
 *
 * Two classes with `positive`: accuracy, recall, specificity are paired proportions over all rows, the positives, the
 * negatives (Newcombe, McNemar); precision, f1 and mcc go by the delta method on the joint cells (true, a, b): the slope of
 * a cell is A's slope at (true, a) less B's at (true, b). More classes: accuracy as above, f1_macro, f1_weighted,
 * precision_macro, recall_macro by the delta method.
 * Shapes: counts of joint cells in any order. Domain: a metric that one version does not have is undefined; where cells
 * have no variance there are no limits. Errors: RangeError for a negative count. Source: Agresti, Categorical Data Analysis,
 * sections 11.1 and 16.1.
 */
export function pairedClasses(
  cells: readonly PairedCell[],
  positive?: string,
  z: number = Z95,
): Record<string, PairedDifference> {
  for (const { count } of cells) if (!(count >= 0)) throw new RangeError(`a count is not negative, got ${count}`);
  const right = (kept: readonly PairedCell[]) => {
    const sum = (keep: (cell: PairedCell) => boolean) =>
      kept.reduce((total, cell) => total + (keep(cell) ? cell.count : 0), 0);
    return pairedProportions(
      {
        both: sum(({ label, a, b }) => a === label && b === label),
        onlyA: sum(({ label, a, b }) => a === label && b !== label),
        onlyB: sum(({ label, a, b }) => a !== label && b === label),
        neither: sum(({ label, a, b }) => a !== label && b !== label),
      },
      z,
    );
  };
  if (positive === undefined) {
    const byVersion = [confusionMetrics(cells, 'a'), confusionMetrics(cells, 'b')] as const;
    const derived: Record<string, PairedDifference> = { accuracy: right(cells) };
    for (const name of ['f1_macro', 'f1_weighted', 'precision_macro', 'recall_macro'])
      derived[name] = delta(cells, byVersion[0][name] ?? null, byVersion[1][name] ?? null, 1, z);
    return derived;
  }
  // Whatever is not the positive class is one class.
  const binary = cells.map((cell) => ({
    label: cell.label === positive ? '1' : '0',
    a: cell.a === positive ? '1' : '0',
    b: cell.b === positive ? '1' : '0',
    count: cell.count,
  }));
  const [a, b] = [binaryMetrics(binary, 'a'), binaryMetrics(binary, 'b')];
  return {
    accuracy: right(binary),
    precision: delta(binary, a.precision, b.precision, 1, z),
    recall: right(binary.filter((cell) => cell.label === '1')),
    f1: delta(binary, a.f1, b.f1, 1, z),
    specificity: right(binary.filter((cell) => cell.label === '0')),
    mcc: delta(binary, a.mcc, b.mcc, 2, z),
  };
}

/** The delta method on joint cells; `reach` is the greatest difference that can be. */
function delta(
  cells: readonly PairedCell[],
  a: VersionMetric | null,
  b: VersionMetric | null,
  reach: number,
  z: number,
): PairedDifference {
  if (a === null || b === null) return { ...UNDEFINED_DIFFERENCE };
  const value = a.value - b.value;
  const estimate = multinomialDelta(
    value,
    cells.map((cell) => cell.count),
    cells.map((cell) => a.slope(cell.label, cell.a) - b.slope(cell.label, cell.b)),
    z,
  );
  // Where both versions say the same of every row they do not differ, and that is certain.
  if (cells.every((cell) => cell.count === 0 || cell.a === cell.b)) return { value: 0, low: 0, high: 0, p: 1 };
  return { ...clipInterval(estimate, -reach, reach), p: pOf(estimate, z) };
}

function binaryMetrics(cells: readonly PairedCell[], version: 'a' | 'b') {
  const sum = (label: string, predicted: string) =>
    cells.reduce((total, cell) => total + (cell.label === label && cell[version] === predicted ? cell.count : 0), 0);
  const [tp, fp, tn, fn] = [sum('1', '1'), sum('0', '1'), sum('0', '0'), sum('1', '0')];
  const n = tp + fp + tn + fn;
  const metric = (value: number, slopes: readonly number[]): VersionMetric | null =>
    Number.isFinite(value)
      ? { value, slope: (truth, said) => slopes[said === '1' ? (truth === '1' ? 0 : 1) : truth === '1' ? 3 : 2]! }
      : null;
  const precision = tp / (tp + fp);
  const f1 = (2 * tp) / (2 * tp + fp + fn);
  const [byPredicted, byBoth] = [n / (tp + fp), n / (2 * tp + fp + fn)];
  const matthews = matthewsGradient(tp, fp, tn, fn);
  return {
    precision: metric(precision, [(1 - precision) * byPredicted, -precision * byPredicted, 0, 0]),
    f1: metric(f1, [2 * (1 - f1) * byBoth, -f1 * byBoth, 0, -f1 * byBoth]),
    mcc: matthews === null ? null : metric(matthews.value, matthews.gradient),
  };
}

function confusionMetrics(cells: readonly PairedCell[], version: 'a' | 'b'): Record<string, VersionMetric | null> {
  const classes = [...new Set(cells.filter(({ count }) => count > 0).flatMap((cell) => [cell.label, cell[version]]))];
  const at = new Map(classes.map((name, i) => [name, i]));
  const confusion = classes.map(() => classes.map(() => 0));
  for (const cell of cells) if (cell.count > 0) confusion[at.get(cell.label)!]![at.get(cell[version])!]! += cell.count;
  const support = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const predicted = classes.map((_, j) => confusion.reduce((sum, row) => sum + row[j]!, 0));
  const metrics = Object.entries(macroGradients(confusion, support, predicted)).map(([name, macro]) => [
    name,
    macro && {
      value: macro.value,
      slope: (truth: string, said: string) => macro.gradient[at.get(truth) ?? -1]?.[at.get(said) ?? -1] ?? 0,
    },
  ]);
  return Object.fromEntries(metrics);
}
