import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countValues } from '../distance/counted.js';
import { readValues } from '../golden/read.js';
import { binaryGroups, readLabelled } from '../golden/scored.js';
import { expectClose } from '../golden/tolerance.js';
import { rankingStats } from '../metrics/ranking.js';
import { binaryStatsFromRows } from '../metrics/rows.js';
import { seededRandom } from '../simulate/random.js';
import { confusionTable } from './confusion.js';
import { reliability } from './reliability.js';
import { residuals } from './residuals.js';
import { prCurve, rocCurve, type ScoreBin } from './roc.js';
import { POINTS_MAX, thinPath, upperHull } from './thin.js';

fc.configureGlobal({ seed: 20240229, numRuns: 100 });

const scored = fc.array(fc.record({ score: fc.integer({ min: 0, max: 20 }).map((s) => s / 20), label: fc.boolean() }), {
  maxLength: 80,
});
const bins = (rows: readonly { score: number; label: boolean }[]): ScoreBin[] =>
  rows.map(({ score, label }) => ({ score, positives: label ? 1 : 0, negatives: label ? 0 : 1 }));

describe('roc and precision-recall curves', () => {
  it('have the exact areas, run the right way, and stay in the square', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const { pos, neg, sumV, ap } = rankingStats(
          rows.map((row) => row.score),
          rows.map((row) => row.label),
        );
        const roc = rocCurve(bins(rows));
        const pr = prCurve(bins(rows));
        if (pos === 0) expect(pr).toBeNull();
        else expect(pr!.averagePrecision).toBeCloseTo(ap!, 12);
        if (pos === 0 || neg === 0) {
          expect(roc).toBeNull();
          return;
        }
        expect(roc!.area).toBeCloseTo(sumV / pos, 12);
        roc!.points.forEach(({ x, y }, i) => {
          const before = roc!.points[i - 1] ?? { x: 0, y: 0 };
          expect(x >= before.x && y >= before.y && x <= 1 && y <= 1).toBe(true);
        });
        expect(roc!.points.at(-1)).toMatchObject({ x: 1, y: 1 });
      }),
    );
    expect(() => rocCurve([{ score: 1, positives: -1, negatives: 0 }])).toThrow(RangeError);
  });

  it('are thinned to few points that lie on the curve, the area kept', () => {
    const random = seededRandom(1);
    const rows = Array.from({ length: 5000 }, () => {
      const label = random.uniform() < 0.3;
      return { label, score: random.normal() + (label ? 1.5 : 0) };
    });
    const [full, thin] = [rocCurve(bins(rows), 1e6)!, rocCurve(bins(rows))!];
    expect(thin.points.length).toBeLessThanOrEqual(POINTS_MAX);
    expect(thin.points.length).toBeGreaterThan(80);
    expect(thin.area).toBe(full.area);
    const drawn = thin.points
      .slice(1)
      .reduce((sum, p, i) => sum + ((p.x - thin.points[i]!.x) * (p.y + thin.points[i]!.y)) / 2, 0);
    expect(Math.abs(drawn - full.area)).toBeLessThan(1e-3);
    const all = new Set(full.points.map(({ x, y }) => `${x} ${y}`));
    for (const { x, y } of thin.points) expect(all.has(`${x} ${y}`)).toBe(true);
    expect(prCurve(bins(rows))!.points.length).toBeLessThanOrEqual(POINTS_MAX);
    expect(() => thinPath([], 1)).toThrow(RangeError);
    const hull = upperHull(full.points);
    expect(hull.length).toBeLessThan(POINTS_MAX / 2);
    expect(upperHull(thin.points).map(({ x, y }) => [x, y])).toEqual(hull.map(({ x, y }) => [x, y]));
  });

  it('the hull is above every point, and convex', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const points = rocCurve(bins(rows), 1e6)?.points ?? [];
        const hull = upperHull(points);
        for (const point of points)
          for (let i = 1; i < hull.length; i++) {
            const [a, b] = [hull[i - 1]!, hull[i]!];
            expect((b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)).toBeLessThan(1e-12);
          }
        for (let i = 2; i < hull.length; i++) {
          const [a, b, c] = [hull[i - 2]!, hull[i - 1]!, hull[i]!];
          expect((b.y - a.y) * (c.x - a.x)).toBeGreaterThan((b.x - a.x) * (c.y - a.y));
        }
      }),
    );
  });

  it('many corners are thinned as well', () => {
    const arc = Array.from({ length: 3001 }, (_, i) => {
      const angle = (Math.PI / 2) * (i / 3000);
      return { x: 1 - Math.cos(angle), y: Math.sin(angle) };
    });
    expect(upperHull(arc).length).toBeGreaterThan(2500);
    expect(thinPath(arc, 200, upperHull(arc)).length).toBeLessThanOrEqual(200);
  });

  it('the bin error bounds what binning changes', () => {
    const random = seededRandom(2);
    const rows = Array.from({ length: 4000 }, () => ({ label: random.uniform() < 0.4, score: random.uniform() }));
    const exact = rocCurve(bins(rows))!.area;
    const coarse = rocCurve(bins(rows.map(({ label, score }) => ({ label, score: Math.floor(score * 20) }))))!;
    expect(Math.abs(coarse.area - exact)).toBeLessThanOrEqual(coarse.binError);
  });
});

describe('reliability', () => {
  it('has the golden bins and calibration error of car_loan', () => {
    const { reference } = readLabelled('car_loan');
    const rows = binaryGroups(reference).map(({ score, positives, count }) => ({
      score,
      positives,
      negatives: count - positives,
    }));
    const golden = readValues<{ reference_metrics: { ece: number } }>('performance', 'car_loan').reference_metrics;
    const { bins: ten, ece } = reliability(rows);
    expectClose(ece, golden.ece, 'ece');
    expect(ten).toHaveLength(10);
    expect(ten.reduce((sum, { n }) => sum + n, 0)).toBe(50_000);
    for (const { observed, low, high, meanScore } of reliability(rows, 'quantile', 8).bins) {
      expect(observed.low! <= observed.value! && observed.value! <= observed.high!).toBe(true);
      expect(low <= meanScore && meanScore <= high).toBe(true);
    }
  });

  it('agrees with the ece of the metrics, and has nothing to say about nothing', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const { eceSum, scored: n } = binaryStatsFromRows(rows);
        const { ece } = reliability(bins(rows));
        if (n === 0) expect(ece).toBeNull();
        else expect(ece).toBeCloseTo(eceSum / n, 12);
      }),
    );
    expect(reliability([])).toEqual({ bins: [], ece: null });
    expect(() => reliability([], 'quantile', 0)).toThrow(RangeError);
  });
});

describe('confusion and residuals', () => {
  it('folds rare classes, keeps the rows', () => {
    const classes = ['a', 'b', 'c', 'd'];
    const counts = [
      [5, 1, 0, 0],
      [2, 9, 0, 1],
      [0, 0, 1, 0],
      [1, 0, 0, 2],
    ];
    const table = confusionTable(classes, counts, 3);
    expect(table).toMatchObject({
      classes: ['b', 'a', 'other'],
      n: 22,
      counts: [
        [9, 2, 1],
        [1, 5, 0],
        [0, 1, 3],
      ],
    });
    expect(table.byTruth[0]![0]).toBeCloseTo(0.75, 12);
    expect(confusionTable(classes, counts).counts).toEqual(counts);
    expect(
      confusionTable(
        ['a', 'b'],
        [
          [0, 0],
          [1, 1],
        ],
      ).byTruth[0],
    ).toEqual([null, null]);
    expect(() => confusionTable(classes, [[1]])).toThrow(RangeError);
  });

  it('residuals: every row in a bin, few bins, tails apart', () => {
    const random = seededRandom(3);
    const drawn = residuals(
      countValues(Array.from({ length: 4000 }, () => random.normal() / (0.05 + random.uniform()))),
    )!;
    expect(drawn.counts.reduce((sum, count) => sum + count, 0)).toBe(4000);
    expect(drawn.counts.length).toBeLessThanOrEqual(62);
    expect(drawn.quantiles['0.5']! > drawn.quantiles['0.25']!).toBe(true);
    expect(residuals(countValues([2, 2, 2]))).toMatchObject({ n: 3, std: 0, edges: [], counts: [3] });
    expect(residuals(countValues([]))).toBeNull();
    expect(() => residuals(countValues([1]), 3)).toThrow(RangeError);
  });
});
