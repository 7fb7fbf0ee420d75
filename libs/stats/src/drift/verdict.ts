import { hellinger, jsDistance } from '../distance/divergence.js';
import { psi } from '../distance/psi.js';
import { occupiedBins, total } from '../distance/shares.js';
import { chiSquareSf } from '../special/chi-square.js';
import { noncentralChiSquareIsf, noncentralChiSquareSf } from '../special/noncentral-chi-square.js';
import { psiNoiseInflation, testedCounts } from './sparse.js';

/** Drift measures whose law without drift is known in closed form. */
export type BinnedMeasure = 'psi' | 'js_distance' | 'hellinger';

/** Level of the one-sided test against the practical floor. */
export const FLOOR_ALPHA = 0.01;

/** Why the threshold is where it is. */
export type ThresholdReason = 'floor' | 'noise' | 'natural';

/** Whether a drift measure deserves an alarm. All fields are finite; `null` where nothing can be said. */
export interface DriftVerdict {
  value: number | null;
  /** The value less what sampling alone adds (may be negative for psi). */
  debiased: number | null;
  /** p-value of "no drift at all", or none beyond the past's own variation; for Benjamini-Hochberg over features. */
  pNoDrift: number | null;
  /** p-value of "the true effect is at most the floor, or what the past had". */
  pFloor: number | null;
  /** The smallest value that would ring for these sizes. Above 1, no distance could: the window is too small. */
  threshold: number | null;
  /** natural: the past varied by more than the floor; noise: sampling more than doubles the floor; floor: the floor. */
  thresholdReason: ThresholdReason | null;
  /** value >= threshold. It rings if this holds AND pNoDrift survives Benjamini-Hochberg (decideFamily). */
  exceeds: boolean;
}

/** What a verdict needs when only the measure is known, not the counts. */
export interface VerdictInput {
  measure: BinnedMeasure;
  value: number | null;
  /** Rows of the reference and of the current sample, without missing values. */
  n: number;
  m: number;
  /** Bins or categories that occur in either sample (occupiedBins). */
  bins: number;
  /** The effect that does not matter, in the measure's own unit. */
  floor: number;
  /** The true effect that windows of the good past had among themselves, in the measure's own unit, if known (naturalEffects). */
  natural?: number | null;
  alpha?: number;
}

/**
 * Alarm decision for a PSI, Jensen-Shannon or Hellinger distance from its closed-form laws.
 *
 * With S = PSI, 8 ln2 d_js² or 8 d_h² and h = nm/(n+m): without drift hS ~ χ²(B-1) (pNoDrift); if the true S is δ,
 * hS ~ noncentral χ²(B-1, hδ). δ is the floor or, where that is larger, the effect that the past had by itself; "true effect <= δ" is tested
 * one-sided at `alpha` (1 %) (pFloor). Where the past varied, "no drift" means no more than it did: pNoDrift is then
 * that of the noncentral law at the past's own effect, so that many features with a season each do not ring in turn.
 * Shapes: scalars. Domain: value >= 0, floor >= 0; fewer than two bins: no drift is possible; an undefined value or an
 * empty sample: nothing is known. Errors: RangeError for a negative value, floor or size.
 * The laws want about five expected rows a bin: where counts are at hand use driftVerdictFromCounts.
 * Source: Jeffreys' divergence is asymptotically Pearson's chi-square (Kullback 1959, chapter 6); Endres and Schindelin
 * (2003) for Jensen-Shannon. drift.test.ts measures the calibration.
 */
export function driftVerdict(input: VerdictInput): DriftVerdict {
  const { measure, value, n, m, bins } = input;
  if (value === null || n === 0 || m === 0) return unknownVerdict(value);
  const tested = { value, dof: bins - 1, n, m, inflation: 1 };
  return decide(input, debias(measure, value, n, m, bins), tested);
}

/**
 * Alarm decision for two histograms: computes the measure and decides on counts made fit for the laws.
 *
 * The value is the measure of the counts as they are. The test groups rare bins and smooths empty ones (testedCounts), and for
 * psi allows for the larger variance of rare bins (psiNoiseInflation), so that neither many categories nor small
 * windows ring by chance. `threshold` includes the part of the value that the test discounts, so value >= threshold still
 * means `exceeds`.
 * Shapes: two arrays of counts over the same bins in an order that does not depend on the counts.
 * Domain and errors: see driftVerdict.
 */
export function driftVerdictFromCounts(
  input: Omit<VerdictInput, 'value' | 'n' | 'm' | 'bins'> & {
    refCounts: ArrayLike<number>;
    curCounts: ArrayLike<number>;
  },
): DriftVerdict {
  const { measure, refCounts, curCounts } = input;
  const value = measureOf(measure, refCounts, curCounts);
  if (value === null) return unknownVerdict(null);
  const n = total(refCounts);
  const m = total(curCounts);
  const counts = testedCounts(refCounts, curCounts);
  const tested = {
    value: measureOf(measure, counts.ref, counts.cur)!,
    dof: counts.ref.length - 1,
    n,
    m,
    inflation: measure === 'psi' ? psiNoiseInflation(counts) : 1,
  };
  return decide(input, debias(measure, value, n, m, occupiedBins(refCounts, curCounts)), tested, value);
}

interface Tested {
  value: number;
  dof: number;
  n: number;
  m: number;
  inflation: number;
}

interface TestedStatistic {
  statistic: number;
  dof: number;
  inflation: number;
  h: number;
}

function decide(
  rule: Pick<VerdictInput, 'measure' | 'floor' | 'natural' | 'alpha'>,
  debiased: number,
  tested: Tested,
  shown: number = tested.value,
): DriftVerdict {
  const { measure, floor, natural, alpha = FLOOR_ALPHA } = rule;
  const past = natural ?? 0;
  const { dof, inflation } = tested;
  if (!(floor >= 0) || !(past >= 0) || !(shown >= 0))
    throw new RangeError(`value ${shown}, floor ${floor} and natural ${past} must not be negative`);
  if (!(dof > 0)) {
    return { value: shown, debiased, pNoDrift: 1, pFloor: 1, threshold: null, thresholdReason: null, exceeds: false };
  }
  const h = (tested.n / (tested.n + tested.m)) * tested.m;
  const statistic = h * toDivergence(measure, tested.value);
  const ncp = h * toDivergence(measure, Math.max(floor, past));
  const pFloor = noncentralChiSquareSf(ncp + (statistic - ncp) / inflation, dof, ncp);
  const critical = ncp + (noncentralChiSquareIsf(alpha, dof, ncp) - ncp) * inflation;
  return {
    value: shown,
    debiased,
    pNoDrift: noDrift({ statistic, dof, inflation, h }, toDivergence(measure, past)),
    pFloor,
    threshold: fromDivergence(measure, critical / h) + (shown - tested.value),
    thresholdReason: past > floor ? 'natural' : critical > 2 * ncp ? 'noise' : 'floor',
    exceeds: statistic >= critical,
  };
}

/** What the past did is a sample as well: its noise comes on top of today's. */
const NATURAL_NOISE = Math.SQRT2;

/** p-value of "no drift, or no more than the past's own effect", a divergence; the statistic's excess counts as far as its own spread allows. */
function noDrift({ statistic, dof, inflation, h }: TestedStatistic, past: number): number {
  if (past === 0) return chiSquareSf(Math.min(statistic, dof + (statistic - dof) / inflation), dof);
  const ncp = h * past;
  return noncentralChiSquareSf(ncp + (statistic - ncp) / (inflation * NATURAL_NOISE), dof, ncp);
}

/** The measure in units of Pearson's divergence, Σ (q-p)²/p for small differences. */
function toDivergence(measure: BinnedMeasure, value: number): number {
  if (measure === 'psi') return value;
  return 8 * value * value * (measure === 'js_distance' ? Math.LN2 : 1);
}

function fromDivergence(measure: BinnedMeasure, divergence: number): number {
  if (measure === 'psi') return divergence;
  return Math.sqrt(divergence / (8 * (measure === 'js_distance' ? Math.LN2 : 1)));
}

/** psi - (B-1)(1/n + 1/m); for the distances the same on their squares, never below 0. */
function debias(measure: BinnedMeasure, value: number, n: number, m: number, bins: number): number {
  const less = toDivergence(measure, value) - Math.max(0, bins - 1) * (1 / n + 1 / m);
  return measure === 'psi' ? less : fromDivergence(measure, Math.max(0, less));
}

function measureOf(measure: BinnedMeasure, ref: ArrayLike<number>, cur: ArrayLike<number>): number | null {
  if (measure === 'psi') return psi(ref, cur);
  return measure === 'js_distance' ? jsDistance(ref, cur) : hellinger(ref, cur);
}

/** A verdict on nothing: an empty sample or an undefined measure. */
export function unknownVerdict(value: number | null): DriftVerdict {
  return {
    value,
    debiased: null,
    pNoDrift: null,
    pFloor: null,
    threshold: null,
    thresholdReason: null,
    exceeds: false,
  };
}
