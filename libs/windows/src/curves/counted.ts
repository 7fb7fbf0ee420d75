/** Distinct values up to which each is a point of its own: more would hold up other requests while they are drawn. */
export const DISTINCT_MAX = 50_000;
/** With more, values are put together into this many bins of about equal numbers of rows. */
export const FINE_BINS = 10_000;

/** Rows of one value, or of one fine bin of values. */
export type Counted = {
  /** The value, or the mean of the bin's rows. */
  value: number;
  yes: number;
  no: number;
  /** Σ over its `no` rows of the `yes` rows above, ties half: together the area under the ROC curve × yes × no. */
  area: number;
  /** Σ over its `yes` rows of the precision at their threshold: together the average precision × yes. */
  precision: number;
  /** 1 if every value is on its own. */
  exact: number;
};

/**
 * SQL of `Counted` from rows with the columns `v` (a number) and `y`, ascending. The sums are exact however wide the bins;
 * a fine bin does not reach over an edge of `widths` equal parts of [0, 1].
 */
export function countedSql(rows: string, widths = 0, distinctMax = DISTINCT_MAX, fineBins = FINE_BINS): string {
  const width = widths > 0 ? `, least(floor(_v * ${Math.trunc(widths)}), ${Math.trunc(widths) - 1})` : '';
  return `
  SELECT if(count() = 1, any(_v), sum(_v * _m) / sum(_m)) AS value, sum(_p) AS yes, sum(_m - _p) AS no,
    sum((_m - _p) * (_np - _cp + _p / 2)) AS area, sum(_p * ((_np - _cp + _p) / (_n - _c + _m))) AS precision, any(_distinct <= ${Math.trunc(distinctMax)}) AS exact
  FROM (
    SELECT *, sum(_p) OVER (ORDER BY _v ROWS UNBOUNDED PRECEDING) AS _cp, sum(_m) OVER (ORDER BY _v ROWS UNBOUNDED PRECEDING) AS _c,
      sum(_p) OVER () AS _np, sum(_m) OVER () AS _n, count() OVER () AS _distinct
    FROM (SELECT v AS _v, toFloat64(countIf(y)) AS _p, toFloat64(count()) AS _m FROM (${rows}) GROUP BY v)
  )
  GROUP BY if(_distinct <= ${Math.trunc(distinctMax)}, _c, floor((_c - _m / 2) * ${Math.trunc(fineBins)} / _n))${width}
  ORDER BY value`;
}
