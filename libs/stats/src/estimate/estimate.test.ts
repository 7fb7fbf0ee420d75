import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INFERRED_BINARY_METRICS } from '../metrics/binary.js';
import { measured } from '../simulate/measured.js';
import { type Random, seededRandom } from '../simulate/random.js';
import { studentQuantile } from '../special/student.js';
import { estimateBinary, fitBinaryEstimator, type ReferenceGroup, rawEstimates, realisedMetrics } from './binary.js';
import { expectedMetrics } from './expected.js';
import { expectedMulticlass } from './expected-multiclass.js';
import { calibrate, isotonicCalibrator } from './isotonic.js';
import { CHUNKS_MIN, estimatedInterval, extrapolation } from './method-error.js';
import { estimateMulticlass, fitMulticlassEstimator } from './multiclass.js';
import { metricScale } from './scale.js';
import { scoreProfile, scoreShift } from './shift.js';

fc.configureGlobal({ seed: 20240229, numRuns: 100 });

const outcomes = fc.array(
  fc.record({ score: fc.integer({ min: 0, max: 12 }).map((s) => s / 12), positives: fc.nat(4), negatives: fc.nat(4) }),
  { minLength: 1, maxLength: 15 },
);

describe('isotonicCalibrator', () => {
  it('is the least-squares rising fit (min-max formula), whatever comes in', () => {
    fc.assert(
      fc.property(outcomes, (list) => {
        const groups = list.map(({ score, positives, negatives }) => ({
          score,
          positives,
          count: positives + negatives,
        }));
        const calibrator = isotonicCalibrator(groups);
        const scores = [...new Set(groups.filter((g) => g.count > 0).map((g) => g.score))].sort((a, b) => a - b);
        if (calibrator === null) {
          expect(scores).toEqual([]);
          return;
        }
        const mean = (low: number, high: number) => {
          const inside = groups.filter((g) => g.score >= low && g.score <= high);
          const sum = (f: (g: (typeof groups)[number]) => number) => inside.reduce((total, g) => total + f(g), 0);
          return sum((g) => g.positives) / sum((g) => g.count);
        };
        for (const score of scores) {
          const best = Math.max(
            ...scores
              .filter((a) => a <= score)
              .map((a) => Math.min(...scores.filter((b) => b >= score).map((b) => mean(a, b)))),
          );
          expect(calibrate(calibrator, score)).toBeCloseTo(best, 12);
        }
        calibrator.y.forEach((y, i) => {
          expect(i === 0 || (y >= calibrator.y[i - 1]! && calibrator.x[i]! > calibrator.x[i - 1]!)).toBe(true);
        });
      }),
    );
  });

  it('draws lines between knots, holds outside, and keeps to its size', () => {
    const calibrator = isotonicCalibrator([
      { score: 0.2, positives: 1, count: 10 },
      { score: 0.6, positives: 9, count: 10 },
    ])!;
    for (const [score, want] of [
      [-1, 0.1],
      [0.2, 0.1],
      [0.4, 0.5],
      [0.6, 0.9],
      [2, 0.9],
    ] as const)
      expect(calibrate(calibrator, score)).toBeCloseTo(want, 12);
    const steep = Array.from({ length: 500 }, (_, i) => ({ score: i, positives: i, count: 500 }));
    const small = isotonicCalibrator(steep, 40)!;
    expect(small.x.length).toBeLessThanOrEqual(40);
    expect(small.x.length).toBeGreaterThan(10);
    for (const { score } of steep) expect(Math.abs(calibrate(small, score) - score / 500)).toBeLessThan(0.06);
    expect(isotonicCalibrator([])).toBeNull();
    expect(() => isotonicCalibrator([{ score: 1, positives: 2, count: 1 }])).toThrow(RangeError);
    expect(() => isotonicCalibrator(steep, 2)).toThrow(RangeError);
  });
});

describe('expected metrics', () => {
  const groups = [0.1, 0.3, 0.3, 0.5, 0.8, 0.9].map((score, i) => ({ score, predicted: score > 0.4, count: i + 2 }));
  const chances = [0.15, 0.2, 0.4, 0.5, 0.7, 0.95];

  it('have the slopes that finite differences have', () => {
    const metrics = expectedMetrics(groups, chances);
    for (const name of INFERRED_BINARY_METRICS) {
      groups.forEach((group, g) => {
        const moved = (by: number) =>
          expectedMetrics(
            groups,
            chances.map((p, i) => (i === g ? p + by : p)),
          )[name].value!;
        expect(metrics[name].slopes[g]! * group.count, `${name} ${g}`).toBeCloseTo(
          (moved(1e-6) - moved(-1e-6)) / 2e-6,
          6,
        );
      });
    }
  });

  it('of classes too', () => {
    const classes = ['a', 'b', 'c'];
    const rows = [0, 1, 2, 0, 1].map((predicted, i) => ({ scores: [i / 5, 0.5, 1 - i / 5], predicted, count: i + 1 }));
    const table = [
      [0.5, 0.3, 0.2],
      [0.1, 0.7, 0.2],
      [0.3, 0.3, 0.4],
      [0.6, 0.3, 0.1],
      [0.25, 0.5, 0.25],
    ];
    const metrics = expectedMulticlass(rows, table, classes);
    for (const [name, { slope }] of Object.entries(metrics)) {
      // The areas' formula takes 1 - p for the other classes, so only changes that keep the sum are alike.
      const moved = (by: number) =>
        expectedMulticlass(
          rows,
          table.map((p, g) => (g === 2 ? [p[0]! + by, p[1]! - by, p[2]!] : p)),
          classes,
        )[name]!.value!;
      const want = (moved(1e-6) - moved(-1e-6)) / 2e-6;
      expect((slope(2, 0) - slope(2, 1)) * rows[2]!.count, name).toBeCloseTo(want, 6);
    }
  });

  it('are null where a denominator is 0, and leave out rows without a class', () => {
    const none = expectedMetrics([{ score: 0.2, predicted: null, count: 3 }], [0.2]);
    expect([none.accuracy.value, none.precision.value, none.mcc.value]).toEqual([null, null, null]);
    expect(none.base_rate.value).toBeCloseTo(0.2, 12);
    expect(expectedMetrics([], []).roc_auc.value).toBeNull();
  });
});

describe('scales, shift and intervals', () => {
  it('scales invert and have their slopes', () => {
    for (const [metric, value] of [
      ['accuracy', 0.9],
      ['mcc', -0.3],
      ['log_loss', 2],
      ['bias', -5],
    ] as const) {
      const { to, from, slope } = metricScale(metric);
      expect(from(to(value)), metric).toBeCloseTo(value, 12);
      expect(slope(value), metric).toBeCloseTo((to(value + 1e-6) - to(value - 1e-6)) / 2e-6, 5);
    }
  });

  it('the shift is about 0 without one, and grows', () => {
    const random = seededRandom(1);
    const sample = (mean: number) => Array.from({ length: 2000 }, () => ({ score: random.normal() + mean, count: 1 }));
    const profile = scoreProfile(sample(0));
    const [none, some, much] = [0, 0.5, 2].map((mean) => scoreShift(profile, sample(mean)));
    expect(none).toBeLessThan(0.05);
    expect(some! > 0.1 && some! < 0.25 && much! > 0.5 && much! < 0.8).toBe(true);
    expect(scoreShift(profile, [])).toBe(0);
    expect(extrapolation({ shift: 0.3, typicalShift: 0.02 })).toBeCloseTo(3, 12);
  });

  it('no limits from too few chunks, no width where labels do not matter, wider with excess and shift', () => {
    const error = { chunks: 10, excess: 0.001, noise: 0.001, bias: 0 };
    const home = { shift: 0, typicalShift: 0 };
    const width = (e: typeof error, moved = home) => {
      const { low, high } = estimatedInterval('accuracy', { value: 0.8, variance: 1e-4 }, e, moved);
      return high! - low!;
    };
    expect(
      estimatedInterval('accuracy', { value: 0.8, variance: 1e-4 }, { ...error, chunks: CHUNKS_MIN - 1 }, home).low,
    ).toBeNull();
    expect(estimatedInterval('accuracy', { value: 0.8, variance: 1e-4 }, undefined, home).low).toBeNull();
    expect(estimatedInterval('f1', { value: 0, variance: 0 }, error, home)).toEqual({ value: 0, low: 0, high: 0 });
    expect(width({ ...error, excess: 0 })).toBeCloseTo(2 * 1.96 * 0.01, 3);
    expect(width(error)).toBeGreaterThan(width({ ...error, excess: 0 }));
    expect(width(error, { shift: 0.4, typicalShift: 0.1 })).toBeGreaterThan(2 * width(error));
  });

  it('quantiles of the t law are those of the tables', () => {
    for (const [dof, want] of [
      [1, 12.7062],
      [2, 4.30265],
      [3, 3.18245],
      [4.5, 2.6585],
      [9, 2.262157],
      [30, 2.042272],
    ] as const)
      expect(Math.abs(studentQuantile(0.975, dof) / want - 1), `${dof}`).toBeLessThan(1e-3);
    expect(studentQuantile(0.025, 9)).toBeCloseTo(-studentQuantile(0.975, 9), 12);
    expect(studentQuantile(0.5, 3)).toBe(0);
    expect(() => studentQuantile(1, 3)).toThrow(RangeError);
  });
});

describe('calibration of the estimates', () => {
  const rows = (random: Random, n: number, bend: number): ReferenceGroup[] =>
    Array.from({ length: n }, () => {
      const x = random.normal();
      const score = Math.round(100 / (1 + Math.exp(-1.5 * x))) / 100;
      const truth = 1 / (1 + Math.exp(-x - bend));
      return { score, predicted: score >= 0.5, count: 1, positives: random.uniform() < truth ? 1 : 0 };
    });

  it.each([
    ['a reference and windows of one law', 0],
    ['a law that wanders from chunk to chunk', 0.3],
  ])('covers what will be realised: %s', (what, wander) => {
    const random = seededRandom(21);
    const trials = 120;
    const covered = Object.fromEntries(INFERRED_BINARY_METRICS.map((name) => [name, 0]));
    for (let trial = 0; trial < trials; trial++) {
      const chunks = Array.from({ length: 10 }, () => rows(random, 300, wander * random.normal()));
      const estimator = fitBinaryEstimator(chunks)!;
      const window = rows(random, 300, wander * random.normal());
      const { metrics } = estimateBinary(estimator, window);
      const realised = realisedMetrics(window);
      for (const name of INFERRED_BINARY_METRICS) {
        const { low, high } = metrics[name];
        if (low! <= realised[name].value! && realised[name].value! <= high!) covered[name]! += 1 / trials;
      }
    }
    measured(`coverage of estimates, ${what}`, covered);
    for (const name of INFERRED_BINARY_METRICS) expect(covered[name], name).toBeGreaterThan(0.9);
  });

  it('has an answer for empty, tiny and one-sided input', () => {
    expect(fitBinaryEstimator([])).toBeNull();
    const tiny = fitBinaryEstimator([[{ score: 0.4, predicted: false, count: 2, positives: 0 }]])!;
    const { metrics, n } = estimateBinary(tiny, []);
    expect(n).toBe(0);
    for (const { value, low } of Object.values(metrics)) expect([value, low]).toEqual([null, null]);
    expect(rawEstimates(tiny.calibrator, [{ score: 1, predicted: true, count: 5 }]).precision.value).toBe(0);
    expect(fitMulticlassEstimator(['a', 'b'], [])).toBeNull();
    expect(() => fitMulticlassEstimator(['a', 'b'], [[{ scores: [1], predicted: 0, count: 1, labels: [1] }]])).toThrow(
      RangeError,
    );
    const two = fitMulticlassEstimator(['a', 'b'], [[{ scores: [1, 0], predicted: 0, count: 1, labels: [1, 0] }]])!;
    expect(estimateMulticlass(two, [{ scores: [1, 0], predicted: 0, count: 4 }]).metrics.accuracy!.value).toBe(1);
  });
});
