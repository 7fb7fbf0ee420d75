import type { Found } from './task.js';

/** Placements as shares of the other class: sums and sums of squares, of the positives (v) and of the negatives (w). */
type Ranking = { pos: number; neg: number; v: number; v2: number; w: number; w2: number; ap: number | null };

/**
 * SQL of what ranks are made of. Rows are scores with `p` positives and `q` negatives each, `cp` and `cq` those of this score and all
 * higher ones: a negative has cp − p/2 positives above it, a positive has all but cq − q/2 negatives below. Ties count half.
 */
export const placementsSql = (p: string, q: string, cp: string, cq: string): string =>
  `sum(${p}) AS pos, sum(${q}) AS neg, sum(${p} * (${cq} - ${q} / 2)) AS above, sum(${p} * pow(${cq} - ${q} / 2, 2)) AS above2,
   sum(${q} * (${cp} - ${p} / 2)) AS below, sum(${q} * pow(${cp} - ${p} / 2, 2)) AS below2, sumIf(${p} * (${cp} / (${cp} + ${cq})), ${p} > 0) AS precise`;

/** DeLong placements and average precision from the sums of `placementsSql`. */
export function rankingOf(row: Found): Ranking {
  const of = (name: string) => Number(row[name] ?? 0);
  const [pos, neg] = [of('pos'), of('neg')];
  return {
    pos,
    neg,
    v: neg > 0 ? pos - of('above') / neg : 0,
    v2: neg > 0 ? pos - (2 * of('above')) / neg + of('above2') / (neg * neg) : 0,
    w: pos > 0 ? of('below') / pos : 0,
    w2: pos > 0 ? of('below2') / (pos * pos) : 0,
    ap: pos > 0 ? of('precise') / pos : null,
  };
}

/** Ranks of `scored` (columns s, y and the keys), in one pass over the distinct scores of each group. One row per group. */
export async function rank(
  store: { query<R>(sql: string, params: Record<string, unknown>, options: object): Promise<R[]> },
  scored: string,
  keys: { names: string },
  params: Record<string, unknown>,
  options: object,
): Promise<(Ranking & Found)[]> {
  const k = keys.names;
  const found = await store.query<Found>(
    `SELECT ${k}, ${placementsSql('p', 'q', 'cp', 'cq')} FROM (
       SELECT ${k}, p, q, sum(p) OVER _down AS cp, sum(q) OVER _down AS cq
       FROM (SELECT ${k}, s, toFloat64(countIf(y)) AS p, toFloat64(countIf(NOT y)) AS q FROM (${scored}) GROUP BY ${k}, s)
       WINDOW _down AS (PARTITION BY ${k} ORDER BY s DESC ROWS UNBOUNDED PRECEDING)
     ) GROUP BY ${k}`,
    params,
    options,
  );
  return found.map((row) => ({ ...row, ...rankingOf(row) }));
}
