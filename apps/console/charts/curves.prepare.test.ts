import type { CurveSet } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { curvesOption } from './curves.option';
import {
  nearest,
  prepareCalibration,
  preparePrecisionRecall,
  preparePredicted,
  prepareResiduals,
  prepareRoc,
  tableOfPlane,
} from './curves.prepare';
import type { Tokens } from './theme';

const names = { current: 'this range', reference: 'training' };
const classifier: CurveSet = {
  n: 100,
  labelled: 90,
  roc: {
    points: [
      { threshold: null, fpr: 0, tpr: 0 },
      { threshold: 0.7, fpr: 0.1, tpr: 0.6 },
      { threshold: 0.2, fpr: 1, tpr: 1 },
    ],
    auc: 0.8,
  },
  precision_recall: {
    points: [{ threshold: 0.7, recall: 0.6, precision: 0.9 }],
    average_precision: 0.8,
    base_rate: 0.4,
  },
  calibration: {
    bins: [{ from: 0.2, to: 0.3, n: 40, mean_score: 0.25, observed: 0.2, low: 0.1, high: 0.35 }],
    ece: 0.05,
  },
  confusion: {
    classes: ['0', '1'],
    counts: [
      [45, 5],
      [10, 30],
    ],
    folded: 0,
  },
};
const nothing: CurveSet = {
  n: 3,
  labelled: 0,
  roc: { points: [], auc: null },
  precision_recall: { points: [], average_precision: null, base_rate: null },
  calibration: { bins: [], ece: null },
};
const regression: CurveSet = {
  n: 10,
  labelled: 10,
  residuals: {
    n: 10,
    mean: -1,
    std: 2,
    quantiles: {},
    histogram: { edges: [-4, -2, 0], counts: [1, 6, 2, 1] },
    predicted_vs_actual: [
      { from: 1, to: 3, n: 5, mean_predicted: 2, mean_actual: 3, low: 2, high: 4 },
      { from: 4, to: 6, n: 1, mean_predicted: 5, mean_actual: 7, low: null, high: null },
    ],
  },
};

describe('curves to draw', () => {
  it('a ROC curve has its points, chance, and where the decisions lie', () => {
    const plane = prepareRoc({ current: classifier, reference: nothing });
    expect(plane.lines.map((l) => [l.role, l.points.length])).toEqual([['current', 3]]);
    expect(plane.lines[0]!.points.map((p) => p.said)).toEqual([
      '0\u202f% at none positive',
      '60\u202f% at score ≥ 0.7',
      '100\u202f% at score ≥ 0.2',
    ]);
    expect(plane.mark).toMatchObject({ x: 0.1, y: 0.75 });
    expect(nearest(plane.lines[0]!, 0.2, 'line')!.y).toBe(0.6);
  });

  it('precision by recall has the base rate, calibration its intervals', () => {
    const pr = preparePrecisionRecall({ current: classifier });
    expect(pr.guide).toMatchObject({ from: [0, 0.4], to: [1, 0.4] });
    expect(pr.mark!.x).toBeCloseTo(0.75, 12);
    expect(pr.mark!.y).toBeCloseTo(30 / 35, 12);
    const calibration = prepareCalibration({ current: classifier, reference: classifier });
    expect(calibration.lines[1]!.points[0]).toMatchObject({ x: 0.25, y: 0.2, low: 0.1, high: 0.35 });
    const table = tableOfPlane(calibration, names);
    expect(table.columns.map((c) => c.header)).toEqual(['Point', 'Mean score', 'Came true', 'Low', 'High', 'Rows']);
    expect(table.rows.map((r) => r[0])).toEqual(['this range 1', 'training 1']);
  });

  it('of nothing there are no lines', () => {
    for (const prepare of [
      prepareRoc,
      preparePrecisionRecall,
      prepareCalibration,
      preparePredicted,
      prepareResiduals,
    ]) {
      const plane = prepare({ current: nothing });
      expect(plane.lines).toEqual([]);
      expect([plane.x, plane.y].every((a) => Number.isFinite(a.min) && Number.isFinite(a.max))).toBe(true);
    }
  });

  it('residuals are densities without their open tails', () => {
    const plane = prepareResiduals({ current: regression });
    expect(plane.lines[0]!.points.map((p) => [p.x, p.y])).toEqual([
      [-4, 0.3],
      [-2, 0.1],
      [0, 0],
    ]);
    expect(nearest(plane.lines[0]!, -3, 'steps')!.said).toContain('60\u202f%');
    expect(nearest(plane.lines[0]!, -9, 'steps')).toBeUndefined();
  });

  it('predicted and actual share one scale', () => {
    const plane = preparePredicted({ current: regression });
    expect([plane.x.min, plane.x.max]).toEqual([plane.y.min, plane.y.max]);
    expect(plane.lines[0]!.points[1]).toMatchObject({ x: 5, y: 7, low: null });
  });

  it('the option draws reference under range, intervals only where they are known', () => {
    const tokens = new Proxy({}, { get: () => 'rgb(1, 2, 3)' }) as Tokens;
    const { series } = curvesOption(
      preparePredicted({ current: regression, reference: regression }),
      names,
      tokens,
      400,
    ) as {
      series: { type: string; data: unknown[] }[];
    };
    expect(series.map((s) => [s.type, s.data.length])).toEqual([
      ['custom', 2],
      ['custom', 2],
      ['custom', 1],
      ['custom', 2],
      ['custom', 1],
    ]);
  });
});
