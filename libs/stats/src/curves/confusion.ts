/** A confusion matrix for drawing; rows true, columns predicted, the most frequent classes first. */
export interface ConfusionTable {
  classes: string[];
  counts: number[][];
  /** Share of each true class's rows (recall on the diagonal); `null` in rows without any. */
  byTruth: (number | null)[][];
  n: number;
}

/** Name under which the classes beyond the limit are put together. */
export const OTHER_CLASSES = 'other';

/**
 * A confusion matrix cut to the `classesMax` - 1 most frequent classes (true or predicted) and the rest as one.
 *
 * Shapes: k classes, k x k counts. The classes keep their order if they all fit. Errors: RangeError if not k x k, or
 * classesMax < 2.
 */
export function confusionTable(
  classes: readonly string[],
  counts: readonly (readonly number[])[],
  classesMax = 20,
): ConfusionTable {
  const k = classes.length;
  if (counts.length !== k || counts.some((row) => row.length !== k)) throw new RangeError(`not ${k} x ${k} counts`);
  if (!(classesMax >= 2)) throw new RangeError(`a matrix needs two classes or more, got ${classesMax}`);
  const weight = classes.map((_, c) => counts.reduce((sum, row, i) => sum + row[c]! + (i === c ? total(row) : 0), 0));
  const order = classes.map((_, c) => c);
  const kept = k <= classesMax ? order : order.sort((a, b) => weight[b]! - weight[a]!).slice(0, classesMax - 1);
  const at = new Map(kept.map((c, i) => [c, i]));
  const size = k <= classesMax ? k : classesMax;
  const folded = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  counts.forEach((row, i) => {
    row.forEach((count, j) => {
      folded[at.get(i) ?? size - 1]![at.get(j) ?? size - 1]! += count;
    });
  });
  return {
    classes: [...kept.map((c) => classes[c]!), ...(size > kept.length ? [OTHER_CLASSES] : [])],
    counts: folded,
    byTruth: folded.map((row) => row.map((count) => (total(row) > 0 ? count / total(row) : null))),
    n: folded.reduce((sum, row) => sum + total(row), 0),
  };
}

const total = (row: readonly number[]) => row.reduce((sum, count) => sum + count, 0);
