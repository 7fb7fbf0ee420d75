import { type CurvePoint, POINTS_MAX, thinPath, upperHull } from './thin.js';

/** Labelled rows with one score, or in one bin of scores. */
export interface ScoreBin {
  score: number;
  positives: number;
  negatives: number;
}

/** A ROC curve for drawing: x = false positive rate, y = true positive rate; the area is that of ALL its points. */
export interface RocCurve {
  points: CurvePoint[];
  area: number;
  /** With binned scores: how far the area of the rows can be from `area`, ½ Σ p_b n_b/(PN) if every bin held ties by binning only. */
  binError: number;
  positives: number;
  negatives: number;
}

/**
 * ROC curve of scored bins, from (0, 0) at an infinite threshold to (1, 1); thinning keeps the corners of its hull.
 *
 * Shapes: bins in any order; distinct scores give the exact curve, quantile bins one within `binError`. Domain: `null`
 * without a class. Errors: RangeError for negative counts. Source: Fawcett (2006), Pattern Recognition Letters 27, 861-874.
 */
export function rocCurve(bins: readonly ScoreBin[], pointsMax = POINTS_MAX): RocCurve | null {
  const { sorted, positives, negatives } = descending(bins);
  if (!(positives > 0 && negatives > 0)) return null;
  const points: CurvePoint[] = [{ x: 0, y: 0, score: Number.MAX_VALUE }];
  let [tp, fp, area, ties] = [0, 0, 0, 0];
  for (const bin of sorted) {
    area += (bin.negatives / negatives) * ((tp + bin.positives / 2) / positives);
    ties += (bin.positives / positives) * (bin.negatives / negatives);
    tp += bin.positives;
    fp += bin.negatives;
    points.push({ x: fp / negatives, y: tp / positives, score: bin.score });
  }
  return { points: thinPath(points, pointsMax, upperHull(points)), area, binError: ties / 2, positives, negatives };
}

/** A precision-recall curve for drawing: x = recall, y = precision. */
export interface PrCurve {
  points: CurvePoint[];
  averagePrecision: number;
  /** Precision of calling everything positive: the line of a model that knows nothing. */
  baseRate: number;
}

/**
 * Precision-recall curve of scored bins, from the highest threshold down; average precision = Σ (R_k - R_(k-1)) P_k over
 * all bins, without interpolation.
 *
 * Shapes: see rocCurve. Domain: `null` without positives. Errors: RangeError for negative counts.
 */
export function prCurve(bins: readonly ScoreBin[], pointsMax = POINTS_MAX): PrCurve | null {
  const { sorted, positives, negatives } = descending(bins);
  if (!(positives > 0)) return null;
  const points: CurvePoint[] = [];
  let [tp, fp, averagePrecision] = [0, 0, 0];
  for (const bin of sorted) {
    tp += bin.positives;
    fp += bin.negatives;
    averagePrecision += (bin.positives / positives) * (tp / (tp + fp));
    points.push({ x: tp / positives, y: tp / (tp + fp), score: bin.score });
  }
  return { points: thinPath(points, pointsMax), averagePrecision, baseRate: positives / (positives + negatives) };
}

/** Bins with rows, equal scores together, highest first. */
function descending(bins: readonly ScoreBin[]): { sorted: ScoreBin[]; positives: number; negatives: number } {
  const at = new Map<number, ScoreBin>();
  const whole = { positives: 0, negatives: 0 };
  for (const { score, positives, negatives } of bins) {
    if (!(positives >= 0 && negatives >= 0))
      throw new RangeError(`counts are not negative: ${positives}, ${negatives}`);
    if (positives + negatives === 0) continue;
    const bin = at.get(score + 0) ?? { score: score + 0, positives: 0, negatives: 0 };
    bin.positives += positives;
    bin.negatives += negatives;
    whole.positives += positives;
    whole.negatives += negatives;
    at.set(bin.score, bin);
  }
  return { sorted: [...at.values()].sort((a, b) => b.score - a.score), ...whole };
}
