import { deriveRegression } from '@plumbline/stats';
import type { Task } from './task.js';

type Sums = Record<'n' | 'sa' | 'se' | 's2' | 's4' | 'dy' | 'dy4' | 'ey' | 'an' | 'ap' | 'ap2' | 'med' | 'top', number>;

/** Regression: e = value − label. Deviations of the label are taken from the window's own mean, in a second pass. */
export const regression: Task = {
  columns: ['value'],
  async read({ store, rows, keys, binds, options }) {
    const base = `SELECT ${keys.select}, assumeNotNull(value) - assumeNotNull(label_num) AS e, assumeNotNull(label_num) AS y
      FROM (${rows}) WHERE has_label AND isNotNull(value) AND isNotNull(label_num)`;
    const found = await store.query<Sums & Record<string, unknown>>(
      `SELECT ${keys.names}, count() AS n, sum(abs(e)) AS sa, sum(e) AS se, sum(e * e) AS s2, sum(pow(e, 4)) AS s4,
         sum(pow(y - m, 2)) AS dy, sum(pow(y - m, 4)) AS dy4, sum(e * e * pow(y - m, 2)) AS ey,
         countIf(y != 0) AS an, sumIf(abs(e / y), y != 0) AS ap, sumIf(pow(e / y, 2), y != 0) AS ap2, quantileExactInclusive(0.5)(abs(e)) AS med, max(abs(e)) AS top
       FROM (SELECT *, avg(y) OVER (PARTITION BY ${keys.names}) AS m FROM (${base})) GROUP BY ${keys.names}`,
      binds.params,
      options,
    );
    return new Map(
      found.map((r) => {
        const n = (v: unknown) => Number(v ?? 0);
        const estimates = deriveRegression({
          n: n(r.n),
          sumAbs: n(r.sa),
          sumErr: n(r.se),
          sumSq: n(r.s2),
          sumSqSq: n(r.s4),
          sumSqDevY: n(r.dy),
          sumQuadDevY: n(r.dy4),
          sumSqErrSqDevY: n(r.ey),
          apeRows: n(r.an),
          sumApe: n(r.ap),
          sumApeSq: n(r.ap2),
          medae: n(r.med),
          maxError: n(r.top),
        });
        return [keys.of(r), { estimates }];
      }),
    );
  },
};
