import { chiSquareSf } from '../special/chi-square.js';
import { type DelayCurve, delayCurve, shareKnown, TRUNCATED_AT_RISK_MIN, truncatedDelayCurve } from './curve.js';
import { censoredRisk, type DelayObservation, type KnownDelay, type RiskStep, truncatedRisk } from './risk.js';

/** Result of a log-rank test: its statistic, degrees of freedom and p-value. */
export interface LogRank {
  chiSquare: number;
  dof: number;
  p: number;
}

/**
 * Log-rank test of equal delay laws in k groups.
 *
 * Formula: at each age, E_g = d n_g/n and Cov_gh = d (n-d)/(n-1) (n_g/n)(δ_gh - n_h/n); chi² = (O-E)ᵀ V⁻ (O-E), k - 1 dof.
 * Shapes: one list of risk steps a group, plus its risk set at EVERY age of any group (`atRisk`); censored and truncated
 * (reversed-time) risk sets work alike. Domain: groups without an event or a variance drop out; fewer than two left give p = 1.
 * Source: Mantel (1966); Peto and Peto (1972); for truncated data Gross and Huber-Carol (1992).
 */
export function logRank(groups: { steps: RiskStep[]; atRisk: (age: number) => number }[]): LogRank {
  const kept = groups.filter(({ steps }) => steps.length > 0);
  const k = kept.length;
  const excess = new Array<number>(k).fill(0);
  const covariance = Array.from({ length: k }, () => new Array<number>(k).fill(0));
  const events = kept.map(({ steps }) => new Map(steps.map((step) => [step.age, step.events])));
  for (const age of new Set(kept.flatMap(({ steps }) => steps.map((step) => step.age)))) {
    const d = events.reduce((sum, at) => sum + (at.get(age) ?? 0), 0);
    const sizes = kept.map((group) => group.atRisk(age));
    const n = sizes.reduce((sum, size) => sum + size, 0);
    for (let g = 0; g < k; g++) {
      excess[g]! += (events[g]!.get(age) ?? 0) - (d * sizes[g]!) / n;
      if (n <= 1) continue;
      const scale = (d * (n - d) * sizes[g]!) / ((n - 1) * n);
      for (let h = 0; h < k; h++) covariance[g]![h]! += scale * ((g === h ? 1 : 0) - sizes[h]! / n);
    }
  }
  const { value, rank } = quadraticForm(covariance.slice(0, -1), excess.slice(0, -1));
  return rank === 0 ? { chiSquare: 0, dof: 0, p: 1 } : { chiSquare: value, dof: rank, p: chiSquareSf(value, rank) };
}

/** bᵀ A⁻¹ b by elimination of the leading block of A; directions without variance drop out. */
function quadraticForm(a: number[][], b: number[]): { value: number; rank: number } {
  const rows = a.map((row, i) => [...row.slice(0, b.length), b[i]!]);
  const scale = Math.max(0, ...rows.map((row, i) => row[i]!));
  let value = 0;
  let rank = 0;
  for (let i = 0; i < rows.length; i++) {
    const pivot = rows[i]![i]!;
    if (!(pivot > 1e-12 * scale)) continue;
    rank += 1;
    value += rows[i]!.at(-1)! ** 2 / pivot;
    for (let j = i + 1; j < rows.length; j++) {
      const factor = rows[j]![i]! / pivot;
      for (let c = i; c <= b.length; c++) rows[j]![c]! -= factor * rows[i]![c]!;
    }
  }
  return { value, rank };
}

/** Whether groups need delay curves of their own, and the curves. */
export interface DelayGroups {
  differ: boolean;
  /** Log-rank p-value. */
  p: number;
  /** Greatest distance between two groups' curves at one age. */
  gap: number;
  curves: Record<string, DelayCurve>;
}

/** Distance between curves below which one curve for all is good enough. */
export const DELAY_GAP_MIN = 0.05;
/** Labels that a group needs for a curve of its own. */
export const DELAY_LABELS_MIN = 50;

/**
 * Whether delays differ between groups: the log-rank p-value is at most `alpha` (default 0.01) AND some two curves are at
 * least DELAY_GAP_MIN apart at some age. With many labels a test alone would call everything different.
 *
 * `censoredGroups` is for groups known of every prediction (predicted class, version, segment), `truncatedGroups` for those
 * known with the label (the true class). Groups under DELAY_LABELS_MIN labels take no part and have no curve.
 * Shapes: observations by group name. Domain: fewer than two groups: no difference, p = 1.
 */
export function censoredGroups(groups: Record<string, readonly DelayObservation[]>, alpha = 0.01): DelayGroups {
  return decide(
    Object.entries(groups).map(([name, rows]) => {
      const { steps, labelled, lastAge } = censoredRisk(rows);
      const leave = cumulative(rows.map(({ age, count = 1 }) => [Math.max(0, age), count]));
      return {
        name,
        labelled,
        steps,
        curve: delayCurve(rows),
        seenTo: lastAge ?? 0,
        atRisk: (age: number) => leave.total - leave.below(age),
      };
    }),
    alpha,
  );
}

/**
 * See censoredGroups; the curves are relative, and their laws are compared up to the shortest age at which every group could still
 * have been seen: that nothing of a class comes late is known where enough of its predictions are old.
 */
export function truncatedGroups(groups: Record<string, readonly KnownDelay[]>, alpha = 0.01): DelayGroups {
  const made = Object.entries(groups).map(([name, rows]) => {
    const { steps, labelled } = truncatedRisk(rows);
    const came = cumulative(rows.map(({ delay, age, count = 1 }) => [Math.max(0, Math.min(delay, age)), count]));
    const left = cumulative(rows.map(({ age, count = 1 }) => [Math.max(0, age), count]));
    const atRisk = (age: number) => came.upTo(age) - left.below(age);
    const seen = rows.map(({ age }) => Math.max(0, age)).filter((age) => atRisk(age) >= TRUNCATED_AT_RISK_MIN);
    const curve = truncatedDelayCurve(rows);
    const seenTo = seen.reduce((most, age) => Math.max(most, age), curve.lastAge ?? 0);
    return { name, labelled, steps, curve, atRisk, seenTo };
  });
  const horizon = Math.min(...made.filter((g) => g.labelled >= DELAY_LABELS_MIN).map((g) => g.seenTo));
  for (const group of made) group.steps = group.steps.filter((step) => step.age <= horizon);
  return decide(made, alpha);
}

interface Group {
  name: string;
  labelled: number;
  steps: RiskStep[];
  curve: DelayCurve;
  atRisk: (age: number) => number;
  /** The greatest age at which the group was observed. */
  seenTo: number;
}

function decide(all: Group[], alpha: number): DelayGroups {
  const groups = all.filter((group) => group.labelled >= DELAY_LABELS_MIN && group.curve.ages.length > 0);
  const curves = Object.fromEntries(groups.map(({ name, curve }) => [name, curve]));
  const { p } = logRank(groups);
  const end = Math.min(...groups.map(({ seenTo }) => seenTo));
  const tops = groups.map(({ curve }) => (curve.known === 'truncated' ? shareKnown(curve, end)!.share : 1));
  let gap = 0;
  for (const age of new Set(groups.flatMap(({ curve }) => curve.ages))) {
    if (age > end) continue;
    const shares = groups.map(({ curve }, g) => shareKnown(curve, age)!.share / tops[g]!);
    gap = Math.max(gap, Math.max(...shares) - Math.min(...shares));
  }
  return { differ: p <= alpha && gap >= DELAY_GAP_MIN, p, gap, curves };
}

/** Weighted counts below and up to a value. */
function cumulative(pairs: [number, number][]) {
  const sorted = pairs.toSorted(([a], [b]) => a - b);
  const ends = new Float64Array(sorted.length + 1);
  sorted.forEach(([, count], i) => {
    ends[i + 1] = ends[i]! + count;
  });
  const find = (isBefore: (value: number) => boolean) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(sorted[middle]![0])) low = middle + 1;
      else high = middle;
    }
    return ends[low]!;
  };
  return {
    total: ends.at(-1)!,
    below: (x: number) => find((value) => value < x),
    upTo: (x: number) => find((value) => value <= x),
  };
}
