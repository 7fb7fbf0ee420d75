/** Scores are kept this far from 0 and 1 before a logarithm. */
export const SCORE_CLIP = 1e-15;

/** Number of equal-width score bins of the calibration error. */
export const ECE_BINS = 10;

/**
 * Log loss of one row, `-ln(probability given to what happened)`, clipped to [1e-15, 1 - 1e-15].
 *
 * Shapes: scalar. Units: nats. Domain: any number; outside [0, 1] it counts as the nearer edge.
 */
export function logLoss(probabilityOfOutcome: number): number {
  return -Math.log(Math.min(Math.max(probabilityOfOutcome, SCORE_CLIP), 1 - SCORE_CLIP));
}

/**
 * Log loss of one binary row, `-ln s` for a positive, `-ln(1 - s)` for a negative, s clipped BEFORE the subtraction.
 *
 * Shapes: scalar score, label. Units: nats. Domain: see logLoss.
 */
export function binaryLogLoss(score: number, label: boolean): number {
  const clipped = Math.min(Math.max(score, SCORE_CLIP), 1 - SCORE_CLIP);
  return -Math.log(label ? clipped : 1 - clipped);
}

/**
 * Calibration bin of a score, `min(floor(10 s), 9)` in IEEE doubles: two-decimal scores sit ON the edges, so edges like
 * 0.30000000000000004 must not be compared with. Shapes: scalar. Domain: a negative score falls in bin 0.
 */
export function eceBin(score: number): number {
  return Math.max(0, Math.min(Math.floor(ECE_BINS * score), ECE_BINS - 1));
}

/** Sums of scores and outcomes per calibration bin; eceSum = Σ_k |Σ s - Σ y|. */
export class CalibrationBins {
  readonly count = new Array<number>(ECE_BINS).fill(0);
  readonly scoreSum = new Array<number>(ECE_BINS).fill(0);
  readonly outcomeSum = new Array<number>(ECE_BINS).fill(0);

  add(score: number, outcome: boolean): void {
    const bin = eceBin(score);
    this.count[bin]! += 1;
    this.scoreSum[bin]! += score;
    if (outcome) this.outcomeSum[bin]! += 1;
  }

  /** Σ_k |Σ s - Σ y|; divided by the number of rows it is the expected calibration error. */
  get eceSum(): number {
    return this.scoreSum.reduce((sum, scores, bin) => sum + Math.abs(scores - this.outcomeSum[bin]!), 0);
  }
}
