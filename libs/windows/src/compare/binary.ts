import { saysPositive } from '@plumbline/rows';
import { type BinaryStats, deriveBinary, pairedClasses, pairedDelong, pairedMeans } from '@plumbline/stats';
import { compared, type PairedTask, sums } from './task.js';

const SIDES = ['a', 'b'] as const;
const LOSSES = [
  'scored',
  ...(['ll', 'br'] as const).flatMap(
    (loss) => [`${loss}_a`, `${loss}2_a`, `${loss}_b`, `${loss}2_b`, `${loss}_d`, `${loss}_d2`] as const,
  ),
] as const;
const PLACES = ['n', 's_a', 's2_a', 's_b', 's2_b', 'd', 'd2'] as const;
type Loss = (typeof LOSSES)[number];
type Cell = Record<Loss, number> & { y: number; decided: number; says_a: number; says_b: number; n: number };

/** Two binary classifiers on the same rows: joint cells, sums of losses, placements of both scores. */
export const binary: PairedTask = {
  columns: ['score', 'class'],
  values: (model, binds) => ({
    score: 'ifNull(score, nan)',
    scored: 'isNotNull(score)',
    says: `toUInt8(${saysPositive(model, binds)})`,
    decided: `(class != '' OR isNotNull(score))`,
  }),
  async read({ pairs, model, binds, metrics, read }) {
    const y = `has(${binds.bind(model.positive, 'Array(String)')}, label)`;
    const scored = `SELECT ${y} AS y, score_a, score_b FROM (${pairs}) WHERE scored_a AND scored_b`;
    const [found, places] = await Promise.all([
      read<Cell>(cellsSql(`SELECT *, ${y} AS y FROM (${pairs})`)),
      metrics.includes('roc_auc') ? read<Record<string, unknown>>(placementsSql(scored)) : [],
    ]);
    const cells = found.filter((c) => Number(c.decided) === 1);
    const loss = Object.fromEntries(
      LOSSES.map((name) => [name, found.reduce((sum, c) => sum + Number(c[name] ?? 0), 0)]),
    ) as Record<Loss, number>;
    const pos = sums(
      places.find((r) => Number(r.y) === 1),
      PLACES,
    );
    const neg = sums(
      places.find((r) => Number(r.y) === 0),
      PLACES,
    );
    const sideStats = (side: 'a' | 'b'): BinaryStats => ({
      ...confusion(cells, side),
      scored: loss.scored,
      pos: pos.n,
      neg: neg.n,
      sumV: pos[`s_${side}`],
      sumV2: pos[`s2_${side}`],
      sumW: neg[`s_${side}`],
      sumW2: neg[`s2_${side}`],
      ap: null,
      logLossSum: loss[`ll_${side}`],
      logLossSumSq: loss[`ll2_${side}`],
      brierSum: loss[`br_${side}`],
      brierSumSq: loss[`br2_${side}`],
      eceSum: 0,
    });
    const [a, b] = SIDES.map((side) => deriveBinary(sideStats(side)));
    const text = (v: unknown) => (Number(v) === 1 ? '1' : '0');
    const differences = {
      ...pairedClasses(
        cells.map((c) => ({ label: text(c.y), a: text(c.says_a), b: text(c.says_b), count: Number(c.n) })),
        '1',
      ),
      roc_auc: pairedDelong({ pos: pos.n, neg: neg.n, sumV: pos.d, sumV2: pos.d2, sumW: neg.d, sumW2: neg.d2 }),
      log_loss: pairedMeans({ n: loss.scored, sumDifference: loss.ll_d, sumSquaredDifference: loss.ll_d2 }),
      brier: pairedMeans({ n: loss.scored, sumDifference: loss.br_d, sumSquaredDifference: loss.br_d2 }),
    };
    return Object.fromEntries(
      metrics.map((m) => [
        m,
        compared(a![m as keyof typeof a], b![m as keyof typeof b], differences[m as keyof typeof differences]),
      ]),
    );
  },
};

function confusion(cells: readonly Cell[], side: 'a' | 'b') {
  const count = (y: number, says: number) =>
    cells.reduce((sum, c) => sum + (Number(c.y) === y && Number(c[`says_${side}`]) === says ? Number(c.n) : 0), 0);
  const [tp, fp, tn, fn] = [count(1, 1), count(0, 1), count(0, 0), count(1, 0)];
  return { n: tp + fp + tn + fn, tp, fp, tn, fn };
}

/** Counts of (true, A's, B's) class among rows where both decided or not, each with its sums of losses where both scored. */
function cellsSql(rows: string): string {
  const p = (side: string) => `greatest(least(score_${side}, 1 - 1e-15), 1e-15)`;
  const each = SIDES.map(
    (s) => `if(y, -log(${p(s)}), -log(1 - ${p(s)})) AS _ll_${s}, (score_${s} - y) * (score_${s} - y) AS _br_${s}`,
  ).join(', ');
  const sum = (of: string, name: string) => `sumIf(${of}, _scored) AS ${name}`;
  const total = ['ll', 'br'].flatMap((loss) => [
    ...SIDES.flatMap((s) => [sum(`_${loss}_${s}`, `${loss}_${s}`), sum(`pow(_${loss}_${s}, 2)`, `${loss}2_${s}`)]),
    sum(`_${loss}_a - _${loss}_b`, `${loss}_d`),
    sum(`pow(_${loss}_a - _${loss}_b, 2)`, `${loss}_d2`),
  ]);
  return `SELECT y, decided_a AND decided_b AS decided, says_a, says_b, count() AS n, countIf(_scored) AS scored, ${total.join(', ')}
    FROM (SELECT *, scored_a AND scored_b AS _scored, ${each} FROM (${rows})) GROUP BY y, decided, says_a, says_b`;
}

/**
 * DeLong's placements of every row by both scores, and the sums of their differences by class: of a positive the share of
 * negatives below, of a negative the share of positives above, ties half.
 */
export function placementsSql(scored: string): string {
  const ranked = (side: 'a' | 'b') => `
    sum(_p) OVER (ORDER BY score_${side} RANGE UNBOUNDED PRECEDING) AS _pos_${side}, sum(_q) OVER (ORDER BY score_${side} RANGE UNBOUNDED PRECEDING) AS _neg_${side},
    sum(_p) OVER (PARTITION BY score_${side}) AS _tied_pos_${side}, sum(_q) OVER (PARTITION BY score_${side}) AS _tied_neg_${side}`;
  const placed = (side: 'a' | 'b') =>
    `if(y, (_neg_${side} - _tied_neg_${side} / 2) / greatest(_neg, 1), (_pos - _pos_${side} + _tied_pos_${side} / 2) / greatest(_pos, 1)) AS _v_${side}`;
  return `
    SELECT y, count() AS n, sum(_v_a) AS s_a, sum(_v_a * _v_a) AS s2_a, sum(_v_b) AS s_b, sum(_v_b * _v_b) AS s2_b,
      sum(_v_a - _v_b) AS d, sum(pow(_v_a - _v_b, 2)) AS d2
    FROM (
      SELECT y, ${placed('a')}, ${placed('b')} FROM (
        SELECT y, ${ranked('a')}, ${ranked('b')}, sum(_p) OVER () AS _pos, sum(_q) OVER () AS _neg
        FROM (SELECT y, score_a, score_b, toFloat64(y) AS _p, 1 - toFloat64(y) AS _q FROM (${scored}))
      )
    ) GROUP BY y`;
}
