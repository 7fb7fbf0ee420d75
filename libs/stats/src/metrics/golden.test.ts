import { describe, expect, it } from 'vitest';
import type { Estimate } from '../estimate.js';
import {
  GOLDEN_SETS,
  type GoldenSet,
  inWindow,
  type PredictionRow,
  readOutcomes,
  readPredictions,
  readSchema,
  readValues,
} from '../golden/read.js';
import { expectClose } from '../golden/tolerance.js';
import { Z95 } from '../special/normal.js';
import { deriveBinary } from './binary.js';
import { deriveMulticlass } from './multiclass.js';
import { deriveRegression } from './regression.js';
import { binaryStatsFromRows, multiclassStatsFromRows, regressionStatsFromRows } from './rows.js';

type GoldenMetrics = Record<string, unknown> & { n: number };

interface PerformanceGolden {
  reference_metrics: GoldenMetrics;
  windows: {
    name: string;
    start: string;
    end: string;
    predictions: number;
    labelled: number;
    metrics: GoldenMetrics;
  }[];
}

interface CoverageGolden {
  as_of: {
    as_of: string;
    windows: { name: string; start: string; end: string; labelled: number; metrics: GoldenMetrics }[];
  }[];
}

/** Our name of a golden metric where it differs. */
const OUR_NAME: Record<string, string> = {
  median_absolute_error: 'medae',
  max_absolute_error: 'max_error',
  macro_f1: 'f1_macro',
  micro_f1: 'f1_micro',
  weighted_f1: 'f1_weighted',
  macro_precision: 'precision_macro',
  macro_recall: 'recall_macro',
  macro_roc_auc_ovr: 'roc_auc_ovr_macro',
  ece_top_label: 'ece',
  roc_auc_ovr: 'roc_auc',
};

/** Golden keys that are not metrics of ours. */
const NOT_METRICS = new Set([
  'n',
  'calibration_bins',
  'per_class',
  'confusion_rows_true_cols_predicted',
  'mape_rows',
  'mean_label',
  'mean_prediction',
  'weighted_precision',
  'weighted_recall',
  'support',
  'predicted',
]);

interface Labelled extends PredictionRow {
  label: string | number;
}

function derive(name: GoldenSet, rows: Labelled[]): { n: number; metrics: Record<string, Estimate> } {
  const { task, classes } = readSchema(name);
  if (task === 'regression') {
    const stats = regressionStatsFromRows(
      rows.map((row) => ({ label: Number(row.label), predicted: row.prediction.value! })),
    );
    return { n: stats.n, metrics: deriveRegression(stats) };
  }
  if (task === 'multiclass') {
    const stats = multiclassStatsFromRows(
      rows.map((row) => ({ ...row.prediction, label: String(row.label), predicted: String(row.prediction.class) })),
      classes!.map(String),
    );
    return { n: stats.n, metrics: deriveMulticlass(stats) };
  }
  const stats = binaryStatsFromRows(
    rows.map((row) => ({ label: row.label === 1, predicted: row.prediction.class === 1, score: row.prediction.score })),
  );
  return { n: stats.n, metrics: deriveBinary(stats) };
}

function compare(got: Record<string, Estimate>, golden: Record<string, unknown>, where: string, suffix = ''): number {
  let checked = 0;
  for (const [key, want] of Object.entries(golden)) {
    if (NOT_METRICS.has(key)) continue;
    const bare = key.replace(/_(ci|se)$/, '');
    const estimate = got[(OUR_NAME[bare] ?? bare) + suffix];
    expect(estimate, `${where} ${key}`).toBeDefined();
    checked += 1;
    if (key.endsWith('_ci')) {
      const limits = (want ?? [null, null]) as (number | null)[];
      expectClose(estimate!.low, limits[0]!, `${where} ${key} low`);
      expectClose(estimate!.high, limits[1]!, `${where} ${key} high`);
    } else if (key === 'roc_auc_se') {
      if (estimate!.high! < 1 && estimate!.low! > 0) {
        expectClose((estimate!.high! - estimate!.low!) / (2 * Z95), want as number, `${where} ${key}`);
      }
    } else expectClose(estimate!.value, want as number | null, `${where} ${key}`);
  }
  return checked;
}

function compareAll(name: GoldenSet, rows: Labelled[], golden: GoldenMetrics, where: string): void {
  const { n, metrics } = derive(name, rows);
  expect(n, where).toBe(golden.n);
  expect(compare(metrics, golden, where)).toBeGreaterThan(3);
  for (const [cls, values] of Object.entries((golden.per_class ?? {}) as Record<string, Record<string, unknown>>)) {
    compare(metrics, values, `${where} ${cls}`, `:${cls}`);
  }
  for (const [metric, { value, low, high }] of Object.entries(metrics)) {
    if (low === null || high === null) continue;
    expect(low <= value! && value! <= high, `${where} ${metric} ${low} ${value} ${high}`).toBe(true);
  }
}

describe.each(GOLDEN_SETS)('performance metrics of %s', (name) => {
  const traffic = readPredictions(name, 'predictions');
  const outcomes = readOutcomes(name).map((outcome) => ({ ...outcome, knownMs: Date.parse(outcome.ts) }));

  function labelled(window: { start: string; end: string }, asOf?: string): Labelled[] {
    const knownAt = asOf === undefined ? Number.POSITIVE_INFINITY : Date.parse(asOf);
    const known = new Map<string, string | number>();
    for (const outcome of outcomes) if (outcome.knownMs <= knownAt) known.set(outcome.prediction_id, outcome.label);
    return inWindow(traffic, window).flatMap((row) => {
      const label = known.get(row.prediction_id);
      return label !== undefined && Date.parse(row.ts) <= knownAt ? [{ ...row, label }] : [];
    });
  }

  it('match the golden values on the reference', () => {
    const golden = readValues<PerformanceGolden>('performance', name);
    compareAll(name, readPredictions(name, 'reference') as Labelled[], golden.reference_metrics, `${name} reference`);
  });

  it('match the golden values in every window', () => {
    for (const window of readValues<PerformanceGolden>('performance', name).windows) {
      const rows = labelled(window);
      expect(rows.length).toBe(window.labelled);
      compareAll(name, rows, window.metrics, `${name} ${window.name}`);
    }
  });

  it('match the golden values as of earlier times, while labels are arriving', () => {
    for (const { as_of, windows } of readValues<CoverageGolden>('coverage', name).as_of) {
      for (const window of windows) {
        const rows = labelled(window, as_of);
        expect(rows.length).toBe(window.labelled);
        if (rows.length > 0) compareAll(name, rows, window.metrics, `${name} ${window.name} as of ${as_of}`);
      }
    }
  });
});
