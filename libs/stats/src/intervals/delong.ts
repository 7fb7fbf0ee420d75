import { type Estimate, pointEstimate, UNDEFINED_ESTIMATE } from '../estimate.js';
import { Z95 } from '../special/normal.js';
import { clipInterval, varianceFromSums } from './mean.js';

/**
 * What DeLong's method needs of the rows: sums of the placements.
 * V_i of a positive = share of the negatives below it plus half the ties; W_j of a negative = share of the positives
 * ABOVE it plus half the ties, so that mean V = mean W = AUC.
 */
export interface AucPlacements {
  pos: number;
  neg: number;
  sumV: number;
  sumV2: number;
  sumW: number;
  sumW2: number;
}

/**
 * Standard error of the AUC by DeLong, `√(var1(V)/pos + var1(W)/neg)` with ddof 1.
 *
 * The variance of W does not care about the direction of W (below or above). Domain: `null` with fewer than two rows in
 * a class. Source: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845.
 */
export function delongStandardError(placements: AucPlacements): number | null {
  const { pos, neg, sumV, sumV2, sumW, sumW2 } = placements;
  const varianceV = varianceFromSums(pos, sumV, sumV2);
  const varianceW = varianceFromSums(neg, sumW, sumW2);
  if (varianceV === null || varianceW === null) return null;
  return Math.sqrt(varianceV / pos + varianceW / neg);
}

/**
 * Area under the ROC curve with DeLong's interval, `auc ± z se` clipped to [0, 1].
 *
 * AUC = P(score of a positive > score of a negative) + P(tie)/2 = ΣV/pos. Undefined when a class is absent; no limits
 * when a class has a single row. With complete separation the variance, and with it the width, is 0: ask for a minimum
 * number of labels. Shapes: placement sums. Source: see delongStandardError.
 */
export function delong(placements: AucPlacements, z: number = Z95): Estimate {
  if (!(placements.pos > 0) || !(placements.neg > 0)) return { ...UNDEFINED_ESTIMATE };
  const auc = placements.sumV / placements.pos;
  const standardError = delongStandardError(placements);
  if (standardError === null) return pointEstimate(auc);
  return clipInterval({ value: auc, low: auc - z * standardError, high: auc + z * standardError }, 0, 1);
}
