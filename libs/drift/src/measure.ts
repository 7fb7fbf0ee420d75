import type { FeatureProfile, MeasureValue } from '@plumbline/contracts';
import {
  type ComparedSamples,
  chiSquare,
  type DriftVerdict,
  driftVerdictFromCompared,
  driftVerdictFromCounts,
  lInfinity,
  totalVariation,
} from '@plumbline/stats';

/** The effect below which a measure is not worth an alarm (the field's habits). */
export const FLOORS: Record<string, number> = {
  psi: 0.1,
  js_distance: 0.1,
  hellinger: 0.1,
  ks: 0.1,
  wasserstein_normalised: 0.1,
  total_variation: 0.1,
  l_infinity: 0.1,
  mann_whitney_auc: 0.05,
};
/** From here on drift counts as critical. */
export const PSI_CRITICAL = 0.2;
const Z99 = 2.3263478740408408;
const P_MAX = 0.01;

export type Sides = {
  type: 'numeric' | 'categorical';
  /** Counts of both over the same bins or categories. */
  ref: number[];
  cur: number[];
  /** The PSI that the reference's own windows had among themselves beyond sampling, if known (naturalEffects). */
  natural?: number;
  /** The values of both side by side, when a measure without bins is asked for, and the reference's standard deviation (ddof 0). */
  compared?: ComparedSamples | null;
  refStd?: number;
};

const BINNED = new Set(['psi', 'js_distance', 'hellinger']);
const VALUES = new Set(['ks', 'wasserstein', 'wasserstein_normalised', 'mann_whitney_auc']);
export const needsValues = (measure: string): boolean => VALUES.has(measure);

/** One measure with its debiased value, p-values and the threshold from which it would count, before the correction over features. */
export function measureOf(measure: string, sides: Sides): MeasureValue {
  const { ref, cur } = sides;
  if (BINNED.has(measure)) {
    return fromVerdict(
      driftVerdictFromCounts({
        measure: measure as 'psi',
        refCounts: ref,
        curCounts: cur,
        floor: FLOORS[measure]!,
        natural: measure === 'psi' ? sides.natural : undefined,
      }),
    );
  }
  const n = sum(ref);
  const m = sum(cur);
  const scale = n > 0 && m > 0 ? Math.sqrt(1 / n + 1 / m) : null;
  const beyond = (value: number | null, noise: number, p: number | null = null): MeasureValue => {
    const floor = FLOORS[measure] ?? 0;
    const threshold = scale === null ? null : floor + noise * scale;
    const drifted = value === null || threshold === null ? null : value > threshold && (p === null || p <= P_MAX);
    return {
      value,
      p_value: p,
      threshold,
      threshold_reason: noise * (scale ?? 0) > floor ? 'noise' : 'floor',
      drifted,
    };
  };
  switch (measure) {
    case 'total_variation':
      return beyond(totalVariation(ref, cur), Math.sqrt(Math.max(1, ref.length - 1)) / 2);
    case 'l_infinity':
      return beyond(lInfinity(ref, cur), Z99 / 2);
    case 'chi_square': {
      const test = chiSquare(ref, cur);
      return {
        value: test?.statistic ?? null,
        p_value: test?.p ?? null,
        threshold: null,
        drifted: test ? test.p <= P_MAX : null,
      };
    }
    default:
      return sides.compared
        ? fromCompared(measure, sides.compared, sides.refStd ?? 0, beyond)
        : { value: null, threshold: null, drifted: null };
  }
}

type Beyond = (value: number | null, noise: number, p?: number | null) => MeasureValue;

function fromCompared(measure: string, compared: ComparedSamples, refStd: number, beyond: Beyond): MeasureValue {
  if (measure === 'ks' || measure === 'wasserstein_normalised')
    return fromVerdict(driftVerdictFromCompared({ measure, floor: FLOORS[measure]! }, compared, refStd));
  if (measure === 'wasserstein') return { value: compared.wasserstein, threshold: null, drifted: null };
  const { auc, p } = compared.mannWhitney;
  const { threshold, threshold_reason } = beyond(null, Z99 / Math.sqrt(12));
  return {
    value: auc,
    p_value: p,
    threshold,
    threshold_reason,
    drifted: threshold === null ? null : Math.abs(auc - 0.5) > threshold,
  };
}

const fromVerdict = (v: DriftVerdict): MeasureValue => ({
  value: v.value,
  debiased: v.debiased,
  p_value: v.pNoDrift,
  p_floor: v.pFloor,
  threshold: v.threshold,
  threshold_reason: v.thresholdReason ?? undefined,
  drifted: v.value === null ? null : v.exceeds,
});

const sum = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);

/** Counts of a reference profile and a window over the union of their categories, in an order that no count decides. */
export function alignCategories(
  profile: FeatureProfile | undefined,
  current: ReadonlyMap<string, number>,
): { names: string[]; ref: number[]; cur: number[] } {
  const ref = new Map((profile?.categories ?? []).map((c) => [c.value, c.count]));
  const names = [...new Set([...ref.keys(), ...current.keys()])].sort();
  return { names, ref: names.map((n) => ref.get(n) ?? 0), cur: names.map((n) => current.get(n) ?? 0) };
}
