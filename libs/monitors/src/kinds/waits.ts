import type { PerformanceWindow } from '@plumbline/contracts';

/** Coverage from which a window is judged, if the monitor does not say another. */
export const MIN_COVERAGE = 0.25;
/** Maturity from which a window of any coverage is judged: a window that ends now is never quite final. */
const MATURITY_ENOUGH = 0.9;
/** Share of the labels to be expected by now that must have come before a window of low coverage counts as complete. */
const EXPECTED_SHARE = 0.5;

/**
 * The coverage that a window lacks before it is judged; null when it is enough. A window is judged too when it is mature: a model
 * that never gets labels for more than a tenth of its predictions has nearly all it will ever have. Not so if labels came far slower than the
 * delay curve lets one expect (something is wrong with them), nor if the monitor itself demands a coverage.
 */
export function lacksCoverage(
  w: Pick<PerformanceWindow, 'coverage' | 'expected_coverage' | 'maturity'>,
  minCoverage: number | undefined,
): number | null {
  const coverage = w.coverage ?? 0;
  const needs = minCoverage ?? MIN_COVERAGE;
  if (coverage >= needs) return null;
  const expected = w.expected_coverage ?? null;
  const complete = (w.maturity ?? 0) >= MATURITY_ENOUGH && expected !== null && coverage >= EXPECTED_SHARE * expected;
  return minCoverage === undefined && complete ? null : needs;
}
