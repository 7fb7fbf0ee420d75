import type { AucPlacements } from '../intervals/delong.js';

/** What a ranking of scored rows yields. */
export interface RankingStats extends AucPlacements {
  ap: number | null;
}

/**
 * AUC placements and average precision of scored rows, by one sort.
 *
 * V_i of a positive = (negatives below + half the ties) / neg; W_j of a negative = (positives above + half the ties) /
 * pos. Average precision = Σ over distinct thresholds, descending, of (R_k - R_(k-1)) P_k; `null` without positives.
 * Shapes: n scores and n labels (truthy = positive). Domain: scores finite. O(n log n).
 * Errors: RangeError for different lengths. Source: Hanley and McNeil (1982); DeLong et al. (1988); Sun and Xu (2014).
 */
export function rankingStats(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): RankingStats {
  if (scores.length !== labels.length) throw new RangeError('scores and labels differ in length');
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let pos = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i]) pos += 1;
  const neg = labels.length - pos;
  const stats: RankingStats = { pos, neg, sumV: 0, sumV2: 0, sumW: 0, sumW2: 0, ap: pos > 0 ? 0 : null };
  let posBelow = 0;
  let negBelow = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let tiedPos = 0;
    const value = scores[order[start]!]!;
    while (end < order.length && scores[order[end]!] === value) {
      if (labels[order[end]!]) tiedPos += 1;
      end += 1;
    }
    const tiedNeg = end - start - tiedPos;
    if (tiedPos > 0) {
      const placement = neg > 0 ? (negBelow + tiedNeg / 2) / neg : 0;
      stats.sumV += tiedPos * placement;
      stats.sumV2 += tiedPos * placement * placement;
      // Rows at or above this score are what a threshold here would select.
      stats.ap! += (tiedPos / pos) * ((pos - posBelow) / (order.length - start));
    }
    if (tiedNeg > 0) {
      const placement = pos > 0 ? (pos - posBelow - tiedPos / 2) / pos : 0;
      stats.sumW += tiedNeg * placement;
      stats.sumW2 += tiedNeg * placement * placement;
    }
    posBelow += tiedPos;
    negBelow += tiedNeg;
    start = Math.max(end, start + 1);
  }
  return stats;
}
