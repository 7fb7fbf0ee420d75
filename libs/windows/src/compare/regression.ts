import { deriveRegression, pairedMeans, pairedRmse } from '@plumbline/stats';
import { compared, type PairedTask, sums } from './task.js';

const SIDES = ['a', 'b'] as const;
const SUMS = [
  'n',
  ...(['abs', 'err', 'sq'] as const).flatMap((loss) => [`${loss}_a`, `${loss}_b`, `${loss}_d`, `${loss}_d2`] as const),
  'q_a',
  'q_b',
  'q_ab',
] as const;

/** Two regressions on the same rows: sums of both errors, of their differences and of their products. */
export const regression: PairedTask = {
  columns: ['value'],
  values: () => ({ value: 'ifNull(value, nan)' }),
  async read({ pairs, metrics, read }) {
    const of = {
      abs: (s: string) => `abs(_e_${s})`,
      err: (s: string) => `_e_${s}`,
      sq: (s: string) => `_e_${s} * _e_${s}`,
    };
    const columns = Object.entries(of).flatMap(([name, x]) => [
      ...SIDES.map((s) => `sum(${x(s)}) AS ${name}_${s}`),
      `sum(${x('a')} - ${x('b')}) AS ${name}_d`,
      `sum(pow(${x('a')} - ${x('b')}, 2)) AS ${name}_d2`,
    ]);
    const [found] = await read<Record<string, unknown>>(
      `SELECT count() AS n, ${columns.join(', ')}, sum(pow(_e_a, 4)) AS q_a, sum(pow(_e_b, 4)) AS q_b, sum(pow(_e_a * _e_b, 2)) AS q_ab
       FROM (SELECT value_a - label_num AS _e_a, value_b - label_num AS _e_b FROM (${pairs}) WHERE isFinite(value_a) AND isFinite(value_b) AND isFinite(label_num))`,
    );
    const s = sums(found, SUMS);
    const [a, b] = SIDES.map((side) =>
      deriveRegression({
        n: s.n,
        sumAbs: s[`abs_${side}`],
        sumErr: s[`err_${side}`],
        sumSq: s[`sq_${side}`],
        sumSqSq: s[`q_${side}`],
        sumSqDevY: 0,
        apeRows: 0,
        sumApe: 0,
        sumApeSq: 0,
        medae: null,
        maxError: null,
      }),
    );
    const mean = (loss: 'abs' | 'err' | 'sq') =>
      pairedMeans({ n: s.n, sumDifference: s[`${loss}_d`], sumSquaredDifference: s[`${loss}_d2`] });
    const differences = {
      mae: mean('abs'),
      mse: mean('sq'),
      bias: mean('err'),
      rmse: pairedRmse({ n: s.n, sumA: s.sq_a, sumB: s.sq_b, sumA2: s.q_a, sumB2: s.q_b, sumAB: s.q_ab }),
    };
    return Object.fromEntries(
      metrics.map((m) => {
        const name = m as keyof typeof differences;
        return [m, compared(a![name], b![name], differences[name])];
      }),
    );
  },
};
