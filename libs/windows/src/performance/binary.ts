import { saysPositive } from '@plumbline/rows';
import { type BinaryStats, deriveBinary } from '@plumbline/stats';
import { rankingOf } from './rank.js';
import type { Found, Task } from './task.js';

const NEEDS_RANKING = ['roc_auc', 'average_precision'];
const P = 'greatest(least(_s, 1 - 1e-15), 1e-15)';

/** Binary classification: sufficient statistics by SQL, metrics from them in `@plumbline/stats`. */
export const binary: Task = {
  columns: ['score', 'class'],
  sums(model, binds, metrics) {
    const has = (metric: string) => metrics.includes(metric);
    const decided = (where: string) => `has_label AND (class != '' OR isNotNull(score)) AND ${where}`;
    const scored = (where: string) => `toFloat64(has_label AND isNotNull(score) AND ${where})`;
    const sums = [
      'sum(_tp) AS tp, sum(_fp) AS fp, sum(_tn) AS tn, sum(_fn) AS fn, sum(_p + _q) AS scored',
      has('log_loss') &&
        `sum(_p * -log(${P}) + _q * -log(1 - ${P})) AS ll, sum(_p * pow(log(${P}), 2) + _q * pow(log(1 - ${P}), 2)) AS ll2`,
      has('brier') &&
        'sum(_p * pow(1 - _s, 2) + _q * pow(_s, 2)) AS br, sum(_p * pow(1 - _s, 4) + _q * pow(_s, 4)) AS br2',
      has('ece') &&
        'arraySum(arrayMap(gap -> abs(gap), mapValues(sumMapIf(map(least(toInt8(floor(assumeNotNull(_s) * 10)), 9), _q * assumeNotNull(_s) - _p * (1 - assumeNotNull(_s))), isNotNull(_s))))) AS ece',
    ];
    return {
      row: `has(${binds.bind(model.positive, 'Array(String)')}, label) AS _y, ${saysPositive(model, binds)} AS _yes, if(has_label, score, NULL) AS _s`,
      adding: {
        _tp: `toUInt64(${decided('_yes AND _y')})`,
        _fp: `toUInt64(${decided('_yes AND NOT _y')})`,
        _tn: `toUInt64(${decided('NOT _yes AND NOT _y')})`,
        _fn: `toUInt64(${decided('NOT _yes AND _y')})`,
        _p: scored('_y'),
        _q: scored('NOT _y'),
      },
      sums: sums.filter(Boolean).join(', '),
      ranked: metrics.some((m) => NEEDS_RANKING.includes(m)),
    };
  },
  async read({ keys, counts }) {
    return new Map(
      counts
        .filter((cell) => Number(cell.labelled) > 0)
        .map((cell) => [keys.of(cell), { estimates: deriveBinary(stats(cell)) }]),
    );
  },
};

function stats(c: Found): BinaryStats {
  const n = (v: unknown) => Number(v ?? 0);
  const { pos, neg, v, v2, w, w2, ap } = rankingOf(c);
  const [tp, fp, tn, fn] = [n(c.tp), n(c.fp), n(c.tn), n(c.fn)];
  return {
    n: tp + fp + tn + fn,
    ...{ tp, fp, tn, fn, scored: n(c.scored) },
    ...{ pos, neg, sumV: v, sumV2: v2, sumW: w, sumW2: w2, ap },
    logLossSum: n(c.ll),
    logLossSumSq: n(c.ll2),
    brierSum: n(c.br),
    brierSumSq: n(c.br2),
    eceSum: n(c.ece),
  };
}
