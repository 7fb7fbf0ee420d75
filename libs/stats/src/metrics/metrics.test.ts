import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Estimate } from '../estimate.js';
import { seededRandom } from '../simulate/random.js';
import { type BinaryStats, deriveBinary } from './binary.js';
import { binaryLogLoss, eceBin, logLoss } from './calibration.js';
import { metricBounds, metricDirection, metricFamily, metricHasInterval } from './direction.js';
import { deriveMulticlass } from './multiclass.js';
import { rankingStats } from './ranking.js';
import { deriveRegression } from './regression.js';
import { type BinaryRow, binaryStatsFromRows, multiclassStatsFromRows, regressionStatsFromRows } from './rows.js';

fc.configureGlobal({ seed: 20240229, numRuns: 200 });

const binaryRows: fc.Arbitrary<(BinaryRow & { score: number })[]> = fc.array(
  fc.record({
    label: fc.boolean(),
    predicted: fc.boolean(),
    score: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
  }),
  { maxLength: 60 },
);

function expectSane(metrics: Record<string, Estimate>): void {
  for (const [name, { value, low, high }] of Object.entries(metrics)) {
    const { min, max } = metricBounds(name);
    for (const x of [value, low, high]) {
      if (x === null) continue;
      expect(Number.isFinite(x) && x >= min - 1e-12 && x <= max + 1e-12, `${name} ${x}`).toBe(true);
    }
    expect(low === null, name).toBe(high === null);
    if (low === null || high === null) continue;
    expect(low <= value! + 1e-12 && value! <= high + 1e-12, `${name} ${low} ${value} ${high}`).toBe(true);
    expect(metricHasInterval(name), name).toBe(true);
  }
}

describe('binary metrics', () => {
  it('are finite, inside their bounds and their intervals, whatever the rows', () => {
    fc.assert(fc.property(binaryRows, (rows) => expectSane(deriveBinary(binaryStatsFromRows(rows)))));
  });

  it('do not care about the order of rows', () => {
    fc.assert(
      fc.property(binaryRows, (rows) => {
        const one = deriveBinary(binaryStatsFromRows(rows));
        const two = deriveBinary(binaryStatsFromRows(rows.toReversed()));
        for (const [name, { value }] of Object.entries(one)) {
          const other = two[name as keyof typeof two].value;
          if (value === null) expect(other, name).toBeNull();
          else expect(other, name).toBeCloseTo(value, 10);
        }
      }),
    );
  });

  it('mirror when the classes change places, and when scores change sign', () => {
    fc.assert(
      fc.property(binaryRows, (rows) => {
        const one = binaryStatsFromRows(rows);
        const two = binaryStatsFromRows(
          rows.map((row) => ({ label: !row.label, predicted: !row.predicted, score: 1 - row.score })),
        );
        expect([two.tp, two.fp, two.tn, two.fn]).toEqual([one.tn, one.fn, one.tp, one.fp]);
        const auc = deriveBinary(one).roc_auc;
        const labels = rows.map((row) => row.label);
        const negated = rankingStats(
          rows.map((row) => -row.score),
          labels,
        );
        if (auc.value !== null) expect(negated.sumV / negated.pos).toBeCloseTo(1 - auc.value, 12);
        expect(deriveBinary(two).mcc.value ?? 0).toBeCloseTo(deriveBinary(one).mcc.value ?? 0, 10);
        expect(two.brierSum).toBeCloseTo(one.brierSum, 10);
      }),
    );
  });

  it('a zero denominator gives null, not 0', () => {
    const { precision, recall, mcc, roc_auc } = deriveBinary(
      binaryStatsFromRows([
        { label: false, predicted: false, score: 0.1 },
        { label: false, predicted: false, score: 0.2 },
      ]),
    );
    for (const metric of [precision, recall, mcc, roc_auc])
      expect(metric).toEqual({ value: null, low: null, high: null });
    for (const estimate of Object.values(deriveBinary(binaryStatsFromRows([])))) expect(estimate.value).toBeNull();
  });

  it('rows may lack a class or a score', () => {
    const stats = binaryStatsFromRows([
      { label: true, predicted: true },
      { label: true, score: 0.9 },
      { label: false, score: null, predicted: null },
      { label: false, score: 0.3, predicted: false },
    ]);
    expect(stats).toMatchObject({ n: 2, tp: 1, tn: 1, scored: 2, pos: 1, neg: 1 });
    const scoreOnly = deriveBinary(binaryStatsFromRows([{ label: true, score: 1 }]));
    expect(scoreOnly.base_rate.value).toBe(1);
    expect(scoreOnly.tp.value).toBeNull();
    expect(scoreOnly.average_precision.low).toBeGreaterThan(0);
  });

  it('f1 agrees with the delta method in large samples and keeps limits at 0 and 1', () => {
    const stats = { tp: 4000, fp: 1000, tn: 9000, fn: 2000, n: 16000 };
    const { f1 } = deriveBinary({ ...binaryStatsFromRows([]), ...stats });
    // Var(f1) by the delta method: f1 is a function of J = tp/(tp+fp+fn), df1/dJ = 2/(1+J)².
    const jaccard = 4000 / 7000;
    const se = (2 / (1 + jaccard) ** 2) * Math.sqrt((jaccard * (1 - jaccard)) / 7000);
    expect((f1.high! - f1.low!) / (2 * 1.959963984540054)).toBeCloseTo(se, 5);
    const perfect = deriveBinary({ ...binaryStatsFromRows([]), n: 20, tp: 10, fp: 0, tn: 10, fn: 0 }).f1;
    expect(perfect.high).toBe(1);
    expect(perfect.low).toBeLessThan(0.9);
  });

  it('intervals of f1, mcc, roc_auc and average precision cover the truth', () => {
    const random = seededRandom(7);
    const separation = 1.2;
    // Truth from a large sample of the same source.
    const draw = (n: number): BinaryStats =>
      binaryStatsFromRows(
        Array.from({ length: n }, () => {
          const label = random.uniform() < 0.3;
          const z = random.normal() + (label ? separation : 0);
          return { label, score: 1 / (1 + Math.exp(-z)), predicted: z > 0.8 };
        }),
      );
    const truth = deriveBinary(draw(200_000));
    const names = ['f1', 'mcc', 'roc_auc', 'average_precision', 'log_loss', 'brier'] as const;
    const covered = Object.fromEntries(names.map((name) => [name, 0])) as Record<(typeof names)[number], number>;
    const runs = 600;
    for (let i = 0; i < runs; i++) {
      const metrics = deriveBinary(draw(300));
      for (const name of names) {
        if (metrics[name].low! <= truth[name].value! && truth[name].value! <= metrics[name].high!) covered[name] += 1;
      }
    }
    for (const name of names) expect(covered[name] / runs, name).toBeGreaterThan(0.92);
    for (const name of ['f1', 'mcc', 'roc_auc', 'log_loss', 'brier'] as const) {
      expect(covered[name] / runs, name).toBeLessThan(0.98);
    }
  });
});

describe('scores on edges', () => {
  it('two-decimal scores fall into the bin of 10 s in doubles', () => {
    expect([0, 0.1, 0.29, 0.3, 0.6, 0.7, 0.99, 1, -0.2].map(eceBin)).toEqual([0, 1, 2, 3, 6, 7, 9, 9, 0]);
  });

  it('a score of exactly 0 or 1 costs at most -ln 1e-15', () => {
    expect(logLoss(0)).toBeCloseTo(34.538776394910684, 12);
    expect(binaryLogLoss(1, false)).toBeCloseTo(-Math.log(1 - (1 - 1e-15)), 12);
    expect(binaryLogLoss(1, true)).toBeLessThan(1e-14);
  });
});

describe('regression metrics', () => {
  const rows = fc.array(
    fc.record({
      label: fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      predicted: fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    }),
    { maxLength: 40 },
  );

  it('are finite and ordered, whatever the rows', () => {
    fc.assert(
      fc.property(rows, (data) => {
        const metrics = deriveRegression(regressionStatsFromRows(data));
        const sane = Object.entries(metrics).filter(([name]) => name !== 'r2' && name !== 'mape');
        expectSane(Object.fromEntries(sane));
        if (data.length === 0) expect(metrics.mae.value).toBeNull();
        else expect(metrics.mae.value!).toBeLessThanOrEqual(metrics.rmse.value! + 1e-9);
      }),
    );
  });

  it('r2 is undefined for constant labels, mape for labels of 0', () => {
    const constant = regressionStatsFromRows([0.1, 0.1, 0.1].map((label) => ({ label, predicted: 1 })));
    expect(deriveRegression(constant).r2.value).toBeNull();
    const zeros = regressionStatsFromRows([0, 0].map((label) => ({ label, predicted: 1 })));
    expect(deriveRegression(zeros).mape.value).toBeNull();
  });

  it('intervals of r2, rmse and mae cover the truth; r2 has none without its sums', () => {
    const random = seededRandom(11);
    const draw = (n: number) =>
      regressionStatsFromRows(
        Array.from({ length: n }, () => {
          const x = random.normal();
          return { label: 50 + 10 * x + 5 * random.normal(), predicted: 50 + 10 * x };
        }),
      );
    const truth = { r2: 1 - 25 / 125, rmse: 5, mae: 5 * Math.sqrt(2 / Math.PI) };
    const covered = { r2: 0, rmse: 0, mae: 0 };
    for (let i = 0; i < 800; i++) {
      const metrics = deriveRegression(draw(300));
      for (const name of ['r2', 'rmse', 'mae'] as const) {
        if (metrics[name].low! <= truth[name] && truth[name] <= metrics[name].high!) covered[name] += 1;
      }
    }
    for (const name of ['r2', 'rmse', 'mae'] as const) {
      expect(covered[name] / 800, name).toBeGreaterThan(0.925);
      expect(covered[name] / 800, name).toBeLessThan(0.975);
    }
    expect(deriveRegression({ ...draw(50), sumQuadDevY: undefined }).r2.low).toBeNull();
  });
});

describe('multiclass metrics', () => {
  const classes = ['a', 'b', 'c'];
  const rows = fc.array(
    fc.record({
      label: fc.constantFrom('a', 'b'),
      predicted: fc.constantFrom(...classes),
      scores: fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100)).map(([a, b, c]) => {
        const sum = a + b + c + 1;
        return { a: a / sum, b: b / sum, c: c / sum };
      }),
    }),
    { maxLength: 50 },
  );

  it('are finite, inside their bounds and their intervals, whatever the rows', () => {
    fc.assert(
      fc.property(rows, (data) => {
        const metrics = deriveMulticlass(multiclassStatsFromRows(data, classes));
        expectSane(metrics);
        expect(metrics.roc_auc_ovr_macro!.value).toBeNull();
        expect(metrics.f1_micro).toEqual(metrics.accuracy);
      }),
    );
  });

  it('a class that does not occur is left out of macro averages; one that is never right counts as 0', () => {
    const stats = multiclassStatsFromRows(
      [
        { label: 'a', predicted: 'a' },
        { label: 'b', predicted: 'a' },
      ],
      classes,
    );
    const metrics = deriveMulticlass(stats);
    expect(metrics.recall_macro!.value).toBeCloseTo(0.5, 12);
    expect(metrics.precision_macro!.value).toBeCloseTo(0.25, 12);
    expect(metrics['precision:b']!.value).toBeNull();
    expect(metrics['recall:c']!.value).toBeNull();
    expect(metrics.ece!.value).toBeNull();
    expect(() => multiclassStatsFromRows([{ label: 'x', predicted: 'a' }], classes)).toThrow(RangeError);
    expect(() => deriveMulticlass({ ...stats, confusion: [[1]] })).toThrow(RangeError);
  });

  it('gradients of the averages are those of numerical differences', () => {
    const confusion = [
      [50, 8, 3],
      [5, 60, 9],
      [7, 2, 30],
    ];
    const base = { classes, perClassAuc: [], logLossSum: 0, logLossSumSq: 0, logLossN: 0, eceSum: null };
    const size = (cells: number[][]) => cells.flat().reduce((sum, cell) => sum + cell, 0);
    const at = (cells: number[][]) => deriveMulticlass({ ...base, confusion: cells, n: size(cells) });
    const n = size(confusion);
    for (const name of ['f1_macro', 'f1_weighted', 'precision_macro', 'recall_macro']) {
      let variance = 0;
      let mean = 0;
      const step = 1e-4;
      confusion.forEach((row, i) => {
        row.forEach((cell, j) => {
          const bumped = confusion.map((other, k) =>
            other.map((count, l) => (k === i && l === j ? count + step : count)),
          );
          // Influence of one more row in this cell, already centred because shares add up to 1.
          const influence = (n * (at(bumped)[name]!.value! - at(confusion)[name]!.value!)) / step;
          mean += (cell / n) * influence;
          variance += (cell / n) * influence ** 2;
        });
      });
      const se = Math.sqrt((variance - mean ** 2) / n);
      const { low, high } = at(confusion)[name]!;
      expect((high! - low!) / (2 * 1.959963984540054), name).toBeCloseTo(se, 5);
    }
  });
});

describe('traits of metrics', () => {
  it('know the good direction, also for one class', () => {
    expect(metricDirection('accuracy')).toBe('higher');
    expect(metricDirection('recall:prepaid:card')).toBe('higher');
    expect(metricDirection('log_loss')).toBe('lower');
    expect(metricDirection('bias')).toBe('none');
    expect(metricDirection('toString')).toBe('none');
    expect(metricFamily('f1:x')).toBe('f1');
    expect(metricBounds('mcc')).toEqual({ min: -1, max: 1 });
    expect(metricBounds('mae').max).toBe(Number.POSITIVE_INFINITY);
    expect(metricHasInterval('ece')).toBe(false);
    expect(metricHasInterval('custom')).toBe(false);
  });
});
