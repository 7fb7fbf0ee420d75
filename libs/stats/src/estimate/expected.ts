import { type InferredBinaryMetric, matthewsGradient } from '../metrics/binary.js';
import { binaryLogLoss } from '../metrics/calibration.js';

/** Predictions with one score and one predicted class (`null`: none was given). */
export interface ScoredGroup {
  score: number;
  predicted: boolean | null;
  count: number;
}

/** A metric as a function of the rows' chances, and its slope by the chance of one row of each group. */
export interface Expected {
  value: number | null;
  slopes: Float64Array;
}

/** Expected confusion cells: sums of chances. */
export interface ExpectedCells {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

/** Expected confusion cells of groups with these chances of being positive. Rows without a class are in no cell. */
export function expectedCells(groups: readonly ScoredGroup[], chances: ArrayLike<number>): ExpectedCells {
  const cells = { tp: 0, fp: 0, tn: 0, fn: 0 };
  groups.forEach(({ predicted, count }, g) => {
    if (predicted === null) return;
    cells[predicted ? 'tp' : 'fn'] += count * chances[g]!;
    cells[predicted ? 'fp' : 'tn'] += count * (1 - chances[g]!);
  });
  return cells;
}

/**
 * Binary metrics in expectation: those of expected cells, expected losses, and the AUC over all pairs.
 *
 * tp = Σ_{c=1} p, fp = Σ_{c=1} (1-p), fn = Σ_{c=0} p, tn = Σ_{c=0} (1-p), and the metrics of those cells;
 * roc_auc = Σ_ij p_i (1-p_j) [1(s_i > s_j) + 1(s_i = s_j)/2] / (Σp Σ(1-p)), ordered by the raw score, i = j included.
 * With chances that are shares of known labels these are the realised metrics, to the last digit.
 * Shapes: g groups and g chances; slopes of length g. Domain: a zero denominator gives `null`. O(g log g).
 * Source: NannyML, confidence-based performance estimation.
 */
export function expectedMetrics(
  groups: readonly ScoredGroup[],
  chances: ArrayLike<number>,
): Record<InferredBinaryMetric, Expected> {
  const { tp, fp, tn, fn } = expectedCells(groups, chances);
  const n = tp + fp + tn + fn;
  const ofCells = (value: number, byCell: readonly [number, number, number, number]): Expected => {
    const [byTp, byFp, byTn, byFn] = byCell;
    const slope = ({ predicted }: ScoredGroup) => (predicted === null ? 0 : predicted ? byTp - byFp : byFn - byTn);
    return { value: Number.isFinite(value) ? value : null, slopes: Float64Array.from(groups, slope) };
  };
  // (a hits)/(a hits + others): by a hit (1 - v) a/d, by another -v/d.
  const ratio = (
    hits: number,
    others: number,
    byHit: readonly number[],
    byOther: readonly number[],
    a = 1,
  ): Expected => {
    const denominator = a * hits + others;
    const value = (a * hits) / denominator;
    const by = [0, 1, 2, 3].map((i) => (byHit[i]! * a * (1 - value) - byOther[i]! * value) / denominator);
    return ofCells(value, by as [number, number, number, number]);
  };
  const matthews = matthewsGradient(tp, fp, tn, fn);
  return {
    accuracy: ratio(tp + tn, fp + fn, [1, 0, 1, 0], [0, 1, 0, 1]),
    precision: ratio(tp, fp, [1, 0, 0, 0], [0, 1, 0, 0]),
    recall: ratio(tp, fn, [1, 0, 0, 0], [0, 0, 0, 1]),
    f1: ratio(tp, fp + fn, [1, 0, 0, 0], [0, 1, 0, 1], 2),
    specificity: ratio(tn, fp, [0, 0, 1, 0], [0, 1, 0, 0]),
    mcc:
      matthews === null
        ? ofCells(Number.NaN, [0, 0, 0, 0])
        : ofCells(matthews.value, matthews.gradient.map((slope) => slope / n) as [number, number, number, number]),
    roc_auc: expectedArea(groups, chances),
    log_loss: meanLoss(groups, chances, binaryLogLoss),
    brier: meanLoss(groups, chances, (score, label) => (score - (label ? 1 : 0)) ** 2),
    base_rate: meanLoss(groups, chances, (_, label) => (label ? 1 : 0)),
  };
}

function meanLoss(
  groups: readonly ScoredGroup[],
  chances: ArrayLike<number>,
  loss: (score: number, label: boolean) => number,
): Expected {
  const n = groups.reduce((sum, { count }) => sum + count, 0);
  let sum = 0;
  const slopes = Float64Array.from(groups, ({ score, count }, g) => {
    const [yes, no] = [loss(score, true), loss(score, false)];
    sum += count * (chances[g]! * yes + (1 - chances[g]!) * no);
    return (yes - no) / n;
  });
  return { value: n > 0 ? sum / n : null, slopes };
}

/** One sort; the slope of a row is (V - A)/Σp - (W - A)/Σ(1-p), V and W its placements among negatives and positives. */
export function expectedArea(
  groups: readonly { score: number; count: number }[],
  chances: ArrayLike<number>,
): Expected {
  const order = groups.map((_, g) => g).sort((a, b) => groups[a]!.score - groups[b]!.score);
  const yes = groups.reduce((sum, { count }, g) => sum + count * chances[g]!, 0);
  const no = groups.reduce((sum, { count }, g) => sum + count * (1 - chances[g]!), 0);
  const slopes = new Float64Array(groups.length);
  let yesBelow = 0;
  let noBelow = 0;
  let pairs = 0;
  for (let start = 0; start < order.length; ) {
    const score = groups[order[start]!]!.score;
    let [end, tiedYes, tiedNo] = [start, 0, 0];
    for (; end < order.length && groups[order[end]!]!.score === score; end++) {
      const { count } = groups[order[end]!]!;
      tiedYes += count * chances[order[end]!]!;
      tiedNo += count * (1 - chances[order[end]!]!);
    }
    pairs += tiedYes * (noBelow + tiedNo / 2);
    const v = (noBelow + tiedNo / 2) / no;
    const w = (yes - yesBelow - tiedYes / 2) / yes;
    for (let i = start; i < end; i++) slopes[order[i]!] = v / yes - w / no;
    yesBelow += tiedYes;
    noBelow += tiedNo;
    start = end;
  }
  if (!(yes > 0 && no > 0)) return { value: null, slopes };
  const area = pairs / (yes * no);
  for (let g = 0; g < slopes.length; g++) slopes[g]! -= area / yes - area / no;
  return { value: area, slopes };
}
