import type { CurveSet } from '@plumbline/contracts';
import { normalMean } from '@plumbline/stats';
import type { Bins } from './draw.js';

export type PredictedBin = {
  low: number;
  high: number;
  n: number;
  predicted: number;
  actual: number;
  variance: number | null;
};

/**
 * Predicted against actual: rows (columns `v`, `actual`) in bins of the prediction. Rows of one prediction stay together, in
 * the bin where their middle lies.
 */
export const predictedSql = (rows: string, { kind, count }: Bins): string => {
  const place = kind === 'quantile' ? '(_c - _m / 2) / _n' : 'if(_most > _least, (_v - _least) / (_most - _least), 0)';
  return `
  SELECT min(_v) AS low, max(_v) AS high, sum(_m) AS n, sum(_v * (_m / _n)) / sum(_m / _n) AS predicted, avgMerge(_mean) AS actual,
    if(sum(_m) > 1, varSampStableMerge(_variance), NULL) AS variance
  FROM (
    SELECT *, sum(_m) OVER (ORDER BY _v ROWS UNBOUNDED PRECEDING) AS _c, sum(_m) OVER () AS _n, min(_v) OVER () AS _least, max(_v) OVER () AS _most
    FROM (SELECT v AS _v, toFloat64(count()) AS _m, avgState(actual) AS _mean, varSampStableState(actual) AS _variance FROM (${rows}) GROUP BY v)
  )
  GROUP BY least(floor(${place} * ${Math.trunc(count)}), ${Math.trunc(count) - 1}) ORDER BY low`;
};

export const drawPredicted = (
  bins: readonly PredictedBin[],
): NonNullable<CurveSet['residuals']>['predicted_vs_actual'] =>
  bins.map((bin) => {
    const { low, high } = normalMean(bin.actual, bin.variance, bin.n);
    return {
      from: bin.low,
      to: bin.high,
      n: bin.n,
      mean_predicted: bin.predicted,
      mean_actual: bin.actual,
      low,
      high,
    };
  });
