/** An average over classes with its derivative by the share of each confusion cell. */
export interface AverageWithGradient {
  value: number;
  gradient: number[][];
}

/** One class's score t/d with its derivatives by the shares of its hits, its row and its column. */
interface ClassScore {
  value: number;
  byHit: number;
  byRow: number;
  byColumn: number;
}

/**
 * Averages of precision, recall and f1 over classes, each with the gradient that the delta method wants.
 *
 * Every per-class score is (c t)/(a r + b p) with t the class's diagonal share, r its row share, p its column share:
 * precision a=0 b=1 c=1, recall a=1 b=0 c=1, f1 a=1 b=1 c=2. Macro averages divide by the classes that occur as label or
 * prediction; f1_weighted weighs by r. Shapes: k x k confusion counts with their row and column sums.
 * Domain: `null` when there are no rows.
 */
export function macroGradients(
  confusion: number[][],
  support: number[],
  predicted: number[],
): Record<'f1_macro' | 'f1_weighted' | 'precision_macro' | 'recall_macro', AverageWithGradient | null> {
  const n = support.reduce((sum, rows) => sum + rows, 0);
  const scores = (a: number, b: number, c: number) =>
    confusion.map((row, i) => classScore(row[i]! / n, support[i]! / n, predicted[i]! / n, a, b, c));
  const occurring = support.filter((rows, i) => rows + predicted[i]! > 0).length;
  const equal = confusion.map(() => 1 / occurring);
  const bySupport = support.map((rows) => rows / n);
  const none = n === 0;
  const f1 = scores(1, 1, 2);
  return {
    f1_macro: none ? null : combine(f1, equal, false),
    f1_weighted: none ? null : combine(f1, bySupport, true),
    precision_macro: none ? null : combine(scores(0, 1, 1), equal, false),
    recall_macro: none ? null : combine(scores(1, 0, 1), equal, false),
  };
}

function classScore(hit: number, row: number, column: number, a: number, b: number, c: number): ClassScore {
  const denominator = a * row + b * column;
  if (denominator === 0) return { value: 0, byHit: 0, byRow: 0, byColumn: 0 };
  const value = (c * hit) / denominator;
  return {
    value,
    byHit: c / denominator,
    byRow: (-a * value) / denominator,
    byColumn: (-b * value) / denominator,
  };
}

function combine(scores: ClassScore[], weights: number[], weightIsSupport: boolean): AverageWithGradient {
  const value = scores.reduce((sum, score, i) => sum + weights[i]! * score.value, 0);
  const gradient = scores.map((rowScore, i) =>
    scores.map((columnScore, j) => {
      let slope = weights[i]! * rowScore.byRow + weights[j]! * columnScore.byColumn;
      if (i === j) slope += weights[i]! * rowScore.byHit;
      if (weightIsSupport) slope += rowScore.value;
      return slope;
    }),
  );
  return { value, gradient };
}
