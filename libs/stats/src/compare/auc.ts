import { type Estimate, UNDEFINED_ESTIMATE } from '../estimate.js';
import { clipInterval, varianceFromSums } from '../intervals/mean.js';
import { normalSf, Z95 } from '../special/normal.js';

/** A difference A - B of two versions on the same rows, with the two-sided p-value of "no difference". */
export interface PairedDifference extends Estimate {
  /** `null` where the difference has no variance that could be judged. */
  p: number | null;
}

/** The difference of something undefined. */
export const UNDEFINED_DIFFERENCE: Readonly<PairedDifference> = Object.freeze({ ...UNDEFINED_ESTIMATE, p: null });

/**
 * Sums of the differences of DeLong's placements: over positives V_A - V_B, over negatives W_A - W_B (see AucPlacements;
 * both versions' placements come from the same rows).
 */
export interface PairedPlacements {
  pos: number;
  neg: number;
  sumV: number;
  sumV2: number;
  sumW: number;
  sumW2: number;
}

/**
 * Difference of two AUCs on the same rows, paired DeLong: `ΣV/pos ± z √(var1(V)/pos + var1(W)/neg)`, V and W the
 * differences of placements. The covariance of the two curves is in the differences.
 *
 * Shapes: sums of differences. Domain: a missing class is undefined; a single row of one has no limits; equal rankings
 * give 0 without width and p = 1. Source: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845.
 */
export function pairedDelong(placements: PairedPlacements, z: number = Z95): PairedDifference {
  const { pos, neg, sumV, sumV2, sumW, sumW2 } = placements;
  if (!(pos > 0) || !(neg > 0)) return { ...UNDEFINED_DIFFERENCE };
  const value = sumV / pos;
  const varianceV = varianceFromSums(pos, sumV, sumV2);
  const varianceW = varianceFromSums(neg, sumW, sumW2);
  if (varianceV === null || varianceW === null) return { value, low: null, high: null, p: null };
  return fromStandardError(value, Math.sqrt(varianceV / pos + varianceW / neg), z);
}

/** `value ± z se` cut to [-1, 1], with the p-value of a normal test. Domain: se = 0 has p = 1 at 0, else none. */
export function fromStandardError(value: number, standardError: number, z: number = Z95): PairedDifference {
  const half = z * standardError;
  const p = standardError > 0 ? 2 * normalSf(Math.abs(value) / standardError) : value === 0 ? 1 : null;
  return { ...clipInterval({ value, low: value - half, high: value + half }, -1, 1), p };
}

/** A row that both versions scored. */
export interface PairedScores {
  label: boolean;
  a: number;
  b: number;
}

/**
 * Paired placements of rows, by one sort for each version. O(n log n).
 *
 * Shapes: rows in any order. Domain: finite scores.
 */
export function pairedPlacements(rows: readonly PairedScores[]): PairedPlacements {
  const a = placementsOf(
    rows.map((row) => row.a),
    rows,
  );
  const b = placementsOf(
    rows.map((row) => row.b),
    rows,
  );
  const sums = { pos: 0, neg: 0, sumV: 0, sumV2: 0, sumW: 0, sumW2: 0 };
  rows.forEach(({ label }, i) => {
    const difference = a[i]! - b[i]!;
    if (label) {
      sums.pos += 1;
      sums.sumV += difference;
      sums.sumV2 += difference * difference;
    } else {
      sums.neg += 1;
      sums.sumW += difference;
      sums.sumW2 += difference * difference;
    }
  });
  return sums;
}

/** Of each row: the share of the other class below (for a positive) or above it (for a negative), ties half. */
function placementsOf(scores: readonly number[], rows: readonly PairedScores[]): Float64Array {
  const order = scores.map((_, i) => i).sort((i, j) => scores[i]! - scores[j]!);
  const pos = rows.reduce((sum, { label }) => sum + (label ? 1 : 0), 0);
  const neg = rows.length - pos;
  const placements = new Float64Array(rows.length);
  let posBelow = 0;
  let negBelow = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let tiedPos = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++)
      if (rows[order[end]!]!.label) tiedPos += 1;
    const tiedNeg = end - start - tiedPos;
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      placements[row] = rows[row]!.label
        ? (negBelow + tiedNeg / 2) / Math.max(1, neg)
        : (pos - posBelow - tiedPos / 2) / Math.max(1, pos);
    }
    posBelow += tiedPos;
    negBelow += tiedNeg;
    start = end;
  }
  return placements;
}
