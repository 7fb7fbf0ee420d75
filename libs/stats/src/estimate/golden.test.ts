import { describe, expect, it } from 'vitest';
import { inWindow, readSchema, readValues } from '../golden/read.js';
import { binaryGroups, classGroups, pieces, readLabelled } from '../golden/scored.js';
import { expectClose } from '../golden/tolerance.js';
import { type BinaryEstimator, estimateBinary, fitBinaryEstimator, realisedMetrics } from './binary.js';
import { expectedCells, expectedMetrics } from './expected.js';
import { calibrate, isotonicCalibrator } from './isotonic.js';
import { estimateMulticlass, fitMulticlassEstimator, realisedMulticlass } from './multiclass.js';

type Numbers = Record<string, number>;

interface BinaryGolden {
  calibration: {
    knots: { x: number[]; y: number[] };
    map_at_distinct_reference_scores: { score: number[]; calibrated: number[] };
  };
  reference_estimates: { raw_scores: Numbers; isotonic: Numbers };
  chunks: {
    start: string;
    end: string;
    rows: number;
    raw_scores: Numbers;
    isotonic: Numbers;
    realized_with_arrived_labels: Numbers;
  }[];
  reference_chunks_realized: Numbers[];
}

interface ClassGolden {
  accuracy: number;
  macro_f1: number;
  macro_roc_auc_ovr: number;
  per_class: Record<string, Numbers>;
}

interface MulticlassGolden {
  calibration: { knots: Record<string, { x: number[]; y: number[] }> };
  reference_estimates: ClassGolden;
  chunks: { start: string; end: string; isotonic_renormalised: ClassGolden; realized_with_arrived_labels: Numbers }[];
}

interface Published {
  tables: Record<string, { columns: string[]; rows: number[][] }>;
}

/** Half of the sixth printed digit. */
const PRINTED = 6e-7;

describe('CBPE of car_loan', () => {
  const { reference, traffic } = readLabelled('car_loan');
  const golden = readValues<BinaryGolden>('cbpe', 'car_loan');
  const groups = binaryGroups(reference);
  const calibrator = isotonicCalibrator(groups)!;
  const estimator = fitBinaryEstimator(pieces(reference, 10).map(binaryGroups))!;

  function compare(rows: typeof groups, want: { raw_scores: Numbers; isotonic: Numbers }, where: string): void {
    for (const [kind, chanceOf] of [
      ['raw_scores', (score: number) => score],
      ['isotonic', (score: number) => calibrate(calibrator, score)],
    ] as const) {
      const chances = rows.map(({ score }) => chanceOf(score));
      const cells = expectedCells(rows, chances);
      const metrics = expectedMetrics(rows, chances);
      for (const [name, value] of Object.entries(want[kind])) {
        if (name === 'n') continue;
        const got = name in cells ? cells[name as keyof typeof cells] : metrics[name as keyof typeof metrics].value;
        expectClose(got, value, `${where} ${kind} ${name}`);
      }
    }
  }

  it('has the golden knots and map', () => {
    const { knots, map_at_distinct_reference_scores: map } = golden.calibration;
    expect(calibrator.x).toEqual(knots.x);
    calibrator.y.forEach((y, i) => {
      expectClose(y, knots.y[i]!, `knot ${i}`, 1e-15);
    });
    map.score.forEach((score, i) => {
      expectClose(calibrate(calibrator, score), map.calibrated[i]!, `map at ${score}`);
    });
    expect(JSON.parse(JSON.stringify(estimator))).toEqual(estimator);
    expect((estimator as BinaryEstimator).calibrator.x).toEqual(knots.x);
  });

  it('matches the golden expectations on the reference and in every chunk', () => {
    compare(groups, golden.reference_estimates, 'reference');
    for (const chunk of golden.chunks) compare(binaryGroups(inWindow(traffic, chunk)), chunk, chunk.start);
  });

  it('realised metrics come out of the same formula', () => {
    for (const chunk of golden.chunks) {
      const rows = inWindow(traffic, chunk).filter((row) => row.label !== undefined);
      const metrics = realisedMetrics(binaryGroups(rows));
      for (const [name, value] of Object.entries(chunk.realized_with_arrived_labels)) {
        if (name !== 'n') expectClose(metrics[name as keyof typeof metrics].value, value, `${chunk.start} ${name}`);
      }
    }
    pieces(reference, 10).forEach((rows, i) => {
      const metrics = realisedMetrics(binaryGroups(rows));
      for (const name of ['accuracy', 'f1', 'roc_auc'] as const)
        expectClose(metrics[name].value, golden.reference_chunks_realized[i]![name]!, `reference chunk ${i} ${name}`);
    });
  });

  it("matches NannyML's published tables to the last printed digit", () => {
    const { tables } = readValues<Published>('published_cbpe', 'car_loan');
    const { columns, rows } = tables.estimated_performance_cbpe!;
    const cell = (row: number[], column: string) => row[columns.indexOf(column)]!;
    for (const row of rows) {
      const [start, end] = [cell(row, 'chunk.start_index'), cell(row, 'chunk.end_index')];
      const { metrics } = estimateBinary(estimator, binaryGroups(traffic.slice(start, end + 1)));
      for (const name of ['roc_auc', 'accuracy', 'f1'] as const) {
        expectClose(metrics[name].value, cell(row, `${name}.value`), `chunk ${start} ${name}`, PRINTED);
      }
    }
    const confusion = tables.estimated_confusion_matrix_cbpe!;
    for (const row of confusion.rows) {
      const value = (name: string) => row[confusion.columns.indexOf(name)]!;
      const chunk = binaryGroups(traffic.slice(value('chunk.start_index'), value('chunk.end_index') + 1));
      const { cells, n } = estimateBinary(estimator, chunk);
      expectClose(cells.tp / n, value('true_positive.value'), 'tp', PRINTED);
      expectClose(cells.fn / n, value('false_negative.value'), 'fn', PRINTED);
    }
  });
});

describe('CBPE of credit_card', () => {
  const { reference, traffic } = readLabelled('credit_card');
  const golden = readValues<MulticlassGolden>('cbpe', 'credit_card');
  const classes = readSchema('credit_card').classes!.map(String);
  const estimator = fitMulticlassEstimator(
    classes,
    pieces(reference, 10).map((rows) => classGroups(rows, 'credit_card')),
  )!;

  function compare(rows: typeof traffic, want: ClassGolden, where: string): void {
    const { metrics, confusion, n } = estimateMulticlass(estimator, classGroups(rows, 'credit_card'));
    expectClose(metrics.accuracy!.value, want.accuracy, `${where} accuracy`);
    expectClose(metrics.f1_macro!.value, want.macro_f1, `${where} macro f1`);
    expectClose(metrics.roc_auc_ovr_macro!.value, want.macro_roc_auc_ovr, `${where} macro auc`);
    classes.forEach((name, c) => {
      const { tp, fp, fn, tn, ...rates } = want.per_class[name]!;
      const column = confusion.reduce((sum, row) => sum + row[c]!, 0);
      const support = confusion[c]!.reduce((sum, cell) => sum + cell, 0);
      expectClose(confusion[c]![c], tp!, `${where} ${name} tp`);
      expectClose(column - confusion[c]![c]!, fp!, `${where} ${name} fp`);
      expectClose(support - confusion[c]![c]!, fn!, `${where} ${name} fn`);
      expectClose(n - column - support + confusion[c]![c]!, tn!, `${where} ${name} tn`);
      for (const [rate, value] of Object.entries(rates)) {
        expectClose(metrics[`${rate}:${name}`]!.value, value, `${where} ${rate}:${name}`);
      }
    });
  }

  it('matches the golden calibration and expectations', () => {
    classes.forEach((name, c) => {
      const { x, y } = golden.calibration.knots[name]!;
      expect(estimator.calibrators[c]!.x).toEqual(x);
      estimator.calibrators[c]!.y.forEach((got, i) => {
        expectClose(got, y[i]!, `${name} knot ${i}`, 1e-15);
      });
    });
    compare(reference, golden.reference_estimates, 'reference');
    for (const chunk of golden.chunks) compare(inWindow(traffic, chunk), chunk.isotonic_renormalised, chunk.start);
    expect(JSON.parse(JSON.stringify(estimator))).toEqual(estimator);
  });

  it('realised metrics come out of the same formula', () => {
    for (const chunk of golden.chunks) {
      const rows = inWindow(traffic, chunk).filter((row) => row.label !== undefined);
      const metrics = realisedMulticlass(classes, classGroups(rows, 'credit_card'));
      const { accuracy, macro_f1, macro_roc_auc_ovr } = chunk.realized_with_arrived_labels;
      expectClose(metrics.accuracy!.value, accuracy!, `${chunk.start} accuracy`);
      expectClose(metrics.f1_macro!.value, macro_f1!, `${chunk.start} f1`);
      expectClose(metrics.roc_auc_ovr_macro!.value, macro_roc_auc_ovr!, `${chunk.start} auc`);
    }
  });

  it("matches NannyML's published tables (their AUC breaks ties by sort order: 2e-6)", () => {
    const { columns, rows } = readValues<Published>('published_cbpe', 'credit_card').tables.estimated_performance_cbpe!;
    for (const row of rows) {
      const value = (name: string) => row[columns.indexOf(name)]!;
      const chunk = traffic.slice(value('chunk.start_index'), value('chunk.end_index') + 1);
      const { metrics } = estimateMulticlass(estimator, classGroups(chunk, 'credit_card'));
      expectClose(metrics.f1_macro!.value, value('f1.value'), 'f1', PRINTED);
      expectClose(metrics.roc_auc_ovr_macro!.value, value('roc_auc.value'), 'auc', 2e-6);
    }
  });
});
