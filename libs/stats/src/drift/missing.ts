import { fisherGreater } from '../compare/fisher.js';
import type { Estimate } from '../estimate.js';
import { newcombe } from '../intervals/proportion.js';
import type { Evidence } from './decide.js';

/** Missing values of one feature, in a window and in the reference. */
export interface MissingCounts {
  missing: number;
  rows: number;
  refMissing: number;
  refRows: number;
}

/** Whether more values are missing than in the reference; `change` is the difference of the two rates. */
export interface MissingVerdict extends Evidence {
  change: Estimate;
}

/**
 * Verdict on a surge of missing values: the rate rose by more than `tolerance` if Newcombe's whole 95 % interval of the
 * difference lies above it; pNoDrift is Fisher's exact one-sided p-value of "it did not rise at all".
 *
 * Shapes: four counts. Domain: tolerance >= 0; an empty window or reference: nothing is known. One-sided: fewer missing
 * values are no problem. Errors: RangeError for bad counts or a negative tolerance.
 * Whether it rings is for decideFamily to say, over the features of the window. Source: see newcombe, fisherGreater.
 */
export function missingVerdict(counts: MissingCounts, tolerance: number): MissingVerdict {
  const { missing, rows, refMissing, refRows } = counts;
  if (!(tolerance >= 0)) throw new RangeError(`the tolerance is ${tolerance}, not a number >= 0`);
  const change = newcombe(missing, rows, refMissing, refRows);
  if (change.low === null) return { change, exceeds: null, pNoDrift: null };
  return { change, exceeds: change.low > tolerance, pNoDrift: fisherGreater(missing, rows, refMissing, refRows) };
}
