import type { CurveSet } from '@plumbline/contracts';
import { prCurve, reliability, residuals, rocCurve, type ScoreBin } from '@plumbline/stats';
import type { Counted } from './counted.js';

/** What the scores of labelled rows give to draw: pure. `bins` as asked. */
export type Bins = { kind: 'equal_width' | 'quantile'; count: number };

export function drawRoc(counted: readonly Counted[]): NonNullable<CurveSet['roc']> {
  const curve = rocCurve(scoreBins(counted));
  if (curve === null) return { points: [], auc: null };
  return {
    points: curve.points.map(({ x, y, score }) => ({ threshold: finite(score), fpr: x, tpr: y })),
    auc: isExact(counted) ? curve.area : total(counted, 'area') / (curve.positives * curve.negatives),
  };
}

export function drawPrecisionRecall(counted: readonly Counted[]): NonNullable<CurveSet['precision_recall']> {
  const curve = prCurve(scoreBins(counted));
  const n = total(counted, 'yes') + total(counted, 'no');
  if (curve === null) return { points: [], average_precision: null, base_rate: n > 0 ? 0 : null };
  return {
    points: curve.points.map(({ x, y, score }) => ({ threshold: score, recall: x, precision: y })),
    average_precision: isExact(counted) ? curve.averagePrecision : total(counted, 'precision') / total(counted, 'yes'),
    base_rate: curve.baseRate,
  };
}

export function drawCalibration(
  counted: readonly Counted[],
  { kind, count }: Bins,
): NonNullable<CurveSet['calibration']> {
  const { bins, ece } = reliability(scoreBins(counted), kind, count);
  return {
    bins: bins.map((bin) => {
      const at = Math.max(0, Math.min(count - 1, Math.floor(count * bin.low)));
      return {
        from: kind === 'equal_width' ? at / count : bin.low,
        to: kind === 'equal_width' ? (at + 1) / count : bin.high,
        n: bin.n,
        mean_score: bin.meanScore,
        observed: bin.observed.value,
        low: bin.observed.low,
        high: bin.observed.high,
      };
    }),
    ece,
  };
}

type Drawn = NonNullable<CurveSet['residuals']>;
/** Histogram and quantiles of residuals; without rows everything is empty. */
export function drawResiduals(counted: readonly Counted[]): Omit<Drawn, 'predicted_vs_actual'> {
  const found = residuals({ values: counted.map((c) => c.value), counts: counted.map((c) => c.yes + c.no) });
  if (found === null) return { n: 0, mean: null, std: null, quantiles: {}, histogram: { edges: [], counts: [] } };
  const { n, mean, std, quantiles, edges, counts } = found;
  return { n, mean, std, quantiles, histogram: { edges, counts } };
}

export const isExact = (counted: readonly Counted[]): boolean => counted.every((c) => Number(c.exact) === 1);

const scoreBins = (counted: readonly Counted[]): ScoreBin[] =>
  counted.map((c) => ({ score: c.value, positives: c.yes, negatives: c.no }));
const total = (counted: readonly Counted[], of: 'yes' | 'no' | 'area' | 'precision') =>
  counted.reduce((sum, c) => sum + c[of], 0);
/** The curve begins above every score. */
const finite = (score: number): number | null => (score < Number.MAX_VALUE ? score : null);
