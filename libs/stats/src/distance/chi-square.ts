import { chiSquareSf } from '../special/chi-square.js';
import { shares } from './shares.js';

/** Pearson's test of two histograms. */
export interface ChiSquareTest {
  statistic: number;
  dof: number;
  p: number;
}

/**
 * Pearson's chi-square test of homogeneity on the 2 x k table of counts.
 *
 * Formula: Σ (observed - expected)² / expected with expected = row total x column total / grand total; dof = k' - 1,
 * k' = columns that occur. With `yates` (only honoured for k' = 2, as in scipy) each |observed - expected| is first
 * lowered by min(0.5, itself).
 * Shapes: two arrays of counts. Domain: `null` when either sample is empty; one column gives statistic 0, dof 0, p 1.
 * Errors: RangeError for different lengths or bad counts. Source: Pearson (1900); scipy.stats.chi2_contingency.
 */
export function chiSquare(
  refCounts: ArrayLike<number>,
  curCounts: ArrayLike<number>,
  options: { yates?: boolean } = {},
): ChiSquareTest | null {
  const both = shares(refCounts, curCounts);
  if (both === null) return null;
  const { n, m, occupied } = both;
  const correct = options.yates === true && occupied === 2;
  let statistic = 0;
  for (let i = 0; i < refCounts.length; i++) {
    const column = refCounts[i]! + curCounts[i]!;
    if (column === 0) continue;
    const expectedRef = (column * n) / (n + m);
    const expectedCur = (column * m) / (n + m);
    // Both cells of a column miss their expectation by the same amount.
    let gap = Math.abs(refCounts[i]! - expectedRef);
    if (correct) gap -= Math.min(0.5, gap);
    statistic += (gap * gap) / expectedRef + (gap * gap) / expectedCur;
  }
  const dof = occupied - 1;
  if (dof === 0) return { statistic: 0, dof: 0, p: 1 };
  return { statistic, dof, p: chiSquareSf(statistic, dof) };
}
