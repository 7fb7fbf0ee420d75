import { saysPositive } from '@plumbline/rows';
import { type BinaryStats, deriveBinary } from '@plumbline/stats';
import { WINDOWS_MAX } from './metrics.js';
import type { Found, Task } from './task.js';

/** Sums over the labelled rows of one window and group. */
type Cell = {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
  scored: number;
  ll: number;
  ll2: number;
  br: number;
  br2: number;
  ece: number;
};
type Ranking = { pos: number; neg: number; v: number; v2: number; w: number; w2: number; ap: number | null };
const ZERO_RANKING: Ranking = { pos: 0, neg: 0, v: 0, v2: 0, w: 0, w2: 0, ap: null };
const NEEDS_RANKING = ['roc_auc', 'average_precision'];

/** Binary classification: sufficient statistics by SQL, metrics from them in `@plumbline/stats`. */
export const binary: Task = {
  columns: ['score', 'class'],
  sums(model, binds, metrics) {
    const p = 'greatest(least(_s, 1 - 1e-15), 1e-15)';
    const loss = `if(_y, -log(${p}), -log(1 - ${p}))`;
    const scored = 'has_label AND _scored';
    const count = (where: string) => `countIf(has_label AND _decided AND ${where})`;
    const has = (metric: string) => metrics.includes(metric);
    const sums = [
      `${count('_c AND _y')} AS tp, ${count('_c AND NOT _y')} AS fp, ${count('NOT _c AND NOT _y')} AS tn, ${count('NOT _c AND _y')} AS fn`,
      `countIf(${scored}) AS scored`,
      has('log_loss') && `sumIf(${loss}, ${scored}) AS ll, sumIf(${loss} * ${loss}, ${scored}) AS ll2`,
      has('brier') && `sumIf((_s - _y) * (_s - _y), ${scored}) AS br, sumIf(pow(_s - _y, 4), ${scored}) AS br2`,
      has('ece') &&
        `arraySum(arrayMap(gap -> abs(gap), mapValues(sumMapIf(map(least(toInt8(floor(_s * 10)), 9), _s - _y), ${scored})))) AS ece`,
    ];
    return {
      columns: `has(${binds.bind(model.positive, 'Array(String)')}, label) AS _y, ${saysPositive(model, binds)} AS _c, (class != '' OR isNotNull(score)) AS _decided,
        assumeNotNull(score) AS _s, isNotNull(score) AS _scored`,
      sums: sums.filter(Boolean).join(', '),
    };
  },
  async meanwhile({ store, rows, keys, model, binds, metrics, options }) {
    if (!metrics.some((m) => NEEDS_RANKING.includes(m))) return [];
    const scored = `SELECT ${keys.select}, assumeNotNull(score) AS s, has(${binds.bind(model.positive, 'Array(String)')}, label) AS y FROM (${rows}) WHERE has_label AND isNotNull(score)`;
    const ranked = `SELECT ${keys.names}, s, y FROM (${scored})`;
    return rank(store, ranked, keys, binds.params, options, WINDOWS_MAX);
  },
  async read({ keys, counts, meanwhile }) {
    const rankings = new Map((meanwhile as (Ranking & Found)[]).map((r) => [keys.of(r), r]));
    return new Map(
      (counts as (Cell & Found)[])
        .filter((cell) => Number(cell.labelled) > 0)
        .map((cell) => [
          keys.of(cell),
          { estimates: deriveBinary(stats(cell, rankings.get(keys.of(cell)) ?? ZERO_RANKING)) },
        ]),
    );
  },
};

function stats(c: Cell, r: Ranking): BinaryStats {
  const n = (v: unknown) => Number(v ?? 0);
  const [tp, fp, tn, fn] = [n(c.tp), n(c.fp), n(c.tn), n(c.fn)];
  return {
    n: tp + fp + tn + fn,
    tp,
    fp,
    tn,
    fn,
    scored: n(c.scored),
    pos: n(r.pos),
    neg: n(r.neg),
    sumV: n(r.v),
    sumV2: n(r.v2),
    sumW: n(r.w),
    sumW2: n(r.w2),
    ap: n(r.pos) > 0 && r.ap !== null ? n(r.ap) : null,
    logLossSum: n(c.ll),
    logLossSumSq: n(c.ll2),
    brierSum: n(c.br),
    brierSumSq: n(c.br2),
    eceSum: n(c.ece),
  };
}

type Placements = { pos: number; neg: number; a: number; a2: number; b: number; b2: number; c: number };

/**
 * Exact DeLong placements and average precision of `scored` (columns s, y and the keys): scores are sorted once per group,
 * ties count half. One row per group, `groupsMax` at most.
 *
 * From the highest score down, cp and cq are the positives and negatives so far: a negative has cp − p/2 positives above it, a
 * positive has all but cq − q/2 negatives below.
 */
export async function rank(
  store: { query<R>(sql: string, params: Record<string, unknown>, options: object): Promise<R[]> },
  scored: string,
  keys: { names: string; of(row: Record<string, unknown>): string },
  params: Record<string, unknown>,
  options: object,
  groupsMax?: number,
): Promise<(Ranking & Found)[]> {
  const k = keys.names;
  const found = await store.query<Placements & Found>(
    `SELECT ${k}, sum(p) AS pos, sum(q) AS neg, sum(p * (cq - q / 2)) AS a, sum(p * pow(cq - q / 2, 2)) AS a2,
       sum(q * (cp - p / 2)) AS b, sum(q * pow(cp - p / 2, 2)) AS b2, sum(p * (cp / (cp + cq))) AS c
     FROM (
       SELECT ${k}, p, q, sum(p) OVER _down AS cp, sum(q) OVER _down AS cq
       FROM (SELECT ${k}, s, toFloat64(countIf(y)) AS p, toFloat64(countIf(NOT y)) AS q FROM (${scored}) GROUP BY ${k}, s)
       WINDOW _down AS (PARTITION BY ${k} ORDER BY s DESC ROWS UNBOUNDED PRECEDING)
     ) GROUP BY ${k}${groupsMax === undefined ? '' : ` LIMIT ${groupsMax}`}`,
    params,
    options,
  );
  return found.map((row) => ({ ...row, ...placed(row) }));
}

/** Placements as shares of the other class: sums and sums of squares, of the positives and of the negatives. */
function placed(row: Placements): Ranking {
  const [pos, neg, a, a2, b, b2, c] = [row.pos, row.neg, row.a, row.a2, row.b, row.b2, row.c].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    pos,
    neg,
    v: neg > 0 ? pos - a / neg : 0,
    v2: neg > 0 ? pos - (2 * a) / neg + a2 / (neg * neg) : 0,
    w: pos > 0 ? b / pos : 0,
    w2: pos > 0 ? b2 / (pos * pos) : 0,
    ap: pos > 0 ? c / pos : null,
  };
}
