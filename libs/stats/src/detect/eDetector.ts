/** A detector that watches bounded losses for a rise of their mean; what is fixed of it. */
export interface EDetector {
  /** Mean loss up to which nothing is wrong. */
  baseline: number;
  /** 1/alpha: the evidence at which it rings, and the rows that pass on average before it rings falsely. */
  threshold: number;
  /** The mixture: exponents, their weights (adding up to 1) and cumulants ln(1 - p0 + p0 e^λ). */
  lambdas: readonly number[];
  weights: readonly number[];
  cumulants: readonly number[];
}

/** Losses of some rows: how many, and their sum (for 0/1 losses the errors among them). */
export interface LossSums {
  n: number;
  sum: number;
}

/** Logarithms of the components' evidence; the start is `noEvidence`. */
export type EDetectorState = readonly number[];

/**
 * Odds by which errors may have grown, one component each. The component e^λ = odds is the likelihood ratio of exactly that growth, and
 * good for its neighbourhood. Growth that stays below the first is found late.
 */
const ODDS = [1.3, 1.7, 2.3, 3.5, 7, 20] as const;

/**
 * E-detector of a rise of the mean of losses in [0, 1] above `baseline` = p0, in Shiryaev-Roberts form.
 *
 * Formula: M_t = (1 + M_(t-1)) L_t with L = exp(λx - ln(1 - p0 + p0 e^λ)), mixed over λ with weights that add up to 1; it rings
 * at M >= 1/alpha. A step may take n rows at once from their sum alone: M_t = (n + M_(t-1)) exp(λ Σx - n ln(1 - p0 + p0 e^λ)),
 * which starts n detectors before the step instead of one before each row.
 * Guarantee: while every row's mean given the past is at most p0, M less the number of rows is a supermartingale, so the mean number of
 * rows to a false alarm is at least 1/alpha; at any sizes of the steps, and however the rows depend on each other otherwise.
 * Shapes: scalars. Units: rows. Domain: 0 < baseline < 1, 0 < alpha < 1, lambdas > 0.
 * Errors: RangeError outside. Source: Shin, Ramdas and Rinaldo (2023), E-detectors: a nonparametric framework for sequential
 * change detection, arXiv:2203.03532, sections 2-4.
 */
export function eDetector({
  baseline,
  alpha = 1e-4,
  lambdas = ODDS.map(Math.log),
}: {
  baseline: number;
  alpha?: number;
  lambdas?: readonly number[];
}): EDetector {
  if (!(baseline > 0 && baseline < 1)) throw new RangeError(`the mean loss ${baseline} is not between 0 and 1`);
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha is ${alpha}, not between 0 and 1`);
  if (lambdas.length === 0 || lambdas.some((lambda) => !(lambda > 0 && lambda < 100))) {
    throw new RangeError(`a detector needs exponents between 0 and 100, got ${lambdas.join(', ')}`);
  }
  return {
    baseline,
    threshold: 1 / alpha,
    lambdas,
    weights: lambdas.map(() => 1 / lambdas.length),
    cumulants: lambdas.map((lambda) => Math.log1p(baseline * Math.expm1(lambda))),
  };
}

/** The state before any row. */
export const noEvidence = ({ lambdas }: EDetector): EDetectorState => lambdas.map(() => Number.NEGATIVE_INFINITY);

/**
 * The state after the rows of one step. The state of an alarm goes on growing; who wants to watch on starts again from
 * `noEvidence`. Domain: n >= 0, 0 <= sum <= n. Errors: RangeError otherwise.
 */
export function watchLosses(detector: EDetector, state: EDetectorState, { n, sum }: LossSums): EDetectorState {
  if (!(n >= 0 && sum >= 0 && sum <= n && Number.isFinite(n))) {
    throw new RangeError(`losses need 0 <= sum <= n, got sum = ${sum}, n = ${n}`);
  }
  if (n === 0) return state;
  const logRows = Math.log(n);
  return state.map((before, i) => {
    const most = Math.max(before, logRows);
    const started = most + Math.log1p(Math.exp(Math.min(before, logRows) - most));
    return started + detector.lambdas[i]! * sum - n * detector.cumulants[i]!;
  });
}

/** The evidence M that the mean loss has risen: `log` of it, and whether it rings (M >= 1/alpha). */
export function evidenceOf(detector: EDetector, state: EDetectorState): { log: number; rings: boolean } {
  const most = Math.max(...state);
  if (most === Number.NEGATIVE_INFINITY) return { log: most, rings: false };
  let mixed = 0;
  state.forEach((log, i) => {
    mixed += detector.weights[i]! * Math.exp(log - most);
  });
  const log = most + Math.log(mixed);
  return { log, rings: log >= Math.log(detector.threshold) };
}
