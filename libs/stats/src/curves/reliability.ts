import { type Estimate } from '../estimate.js';
import { wilson } from '../intervals/proportion.js';
import { ECE_BINS, eceBin } from '../metrics/calibration.js';
import type { ScoreBin } from './roc.js';

/** Rows whose scores lie together: their mean score, and how often they were positive (Wilson). */
export interface ReliabilityBin {
  n: number;
  low: number;
  high: number;
  meanScore: number;
  observed: Estimate;
}

/** A reliability diagram; `ece` = Σ n_k/n |mean score - share of positives| over its bins. */
export interface Reliability {
  bins: ReliabilityBin[];
  ece: number | null;
}

/**
 * Reliability bins of scored rows: equal widths as the ece has them (min(floor(10 s), 9)), or about equal numbers of rows.
 *
 * `low` and `high` are the least and the greatest score in the bin. Shapes: rows grouped by score, in any order; empty bins
 * are left out. Domain: scores in [0, 1] for equal widths. Errors: RangeError for fewer than one bin or negative counts.
 * Source: Niculescu-Mizil and Caruana (2005); GOLDEN.md section 3 for the ece.
 */
export function reliability(
  scored: readonly ScoreBin[],
  kind: 'equal_width' | 'quantile' = 'equal_width',
  count = ECE_BINS,
): Reliability {
  if (!(count >= 1)) throw new RangeError(`a diagram needs a bin, got ${count}`);
  const sorted = scored.filter((bin) => bin.positives + bin.negatives > 0).sort((a, b) => a.score - b.score);
  const n = sorted.reduce((sum, bin) => sum + bin.positives + bin.negatives, 0);
  const groups = new Map<number, ScoreBin[]>();
  let before = 0;
  for (const bin of sorted) {
    const rows = bin.positives + bin.negatives;
    // Rows of one score stay together: in the bin where their middle lies.
    const at =
      kind === 'quantile'
        ? Math.min(count - 1, Math.floor((count * (before + rows / 2)) / n))
        : count === ECE_BINS
          ? eceBin(bin.score)
          : Math.max(0, Math.min(count - 1, Math.floor(count * bin.score)));
    const group = groups.get(at);
    if (group) group.push(bin);
    else groups.set(at, [bin]);
    before += rows;
  }
  let gap = 0;
  const bins = [...groups.values()].map((list): ReliabilityBin => {
    const positives = list.reduce((sum, bin) => sum + bin.positives, 0);
    const rows = list.reduce((sum, bin) => sum + bin.positives + bin.negatives, 0);
    const scores = list.reduce((sum, bin) => sum + bin.score * (bin.positives + bin.negatives), 0);
    gap += Math.abs(scores - positives);
    return {
      n: rows,
      low: list[0]!.score,
      high: list.at(-1)!.score,
      meanScore: scores / rows,
      observed: wilson(positives, rows),
    };
  });
  return { bins, ece: n > 0 ? gap / n : null };
}
