import { describe, expect, it } from 'vitest';
import { inWindow, type PredictionRow, publishedKs, readPredictions } from '../golden/read.js';
import { expectClose } from '../golden/tolerance.js';
import { countValues } from './counted.js';
import { ks } from './two-sample.js';

/** Half of the sixth printed digit. */
const PRINTED = 6e-7;

const cellOf = (row: PredictionRow, column: string): number =>
  column === 'id' ? Number(row.prediction_id.slice('ca-'.length)) : (row.features[column] as number);

describe('California housing as NannyML publishes it', () => {
  const { columns, months } = publishedKs();
  const reference = readPredictions('california', 'reference');
  const everything = [...reference, ...readPredictions('california', 'predictions')];

  it('is twenty months and nine columns', () => {
    expect(months).toHaveLength(20);
    expect(Object.keys(columns)).toHaveLength(9);
    expect(months.reduce((rows, month) => rows + inWindow(everything, month).length, 0)).toBe(everything.length);
  });

  it.each(Object.entries(columns))('mean KS of %s is %d', (column, want) => {
    const values = (rows: readonly PredictionRow[]) => countValues(rows.map((row) => cellOf(row, column)));
    const past = values(reference);
    const distances = months.map((month) => ks(past, values(inWindow(everything, month)))!.d);
    expectClose(distances.reduce((a, b) => a + b, 0) / distances.length, want, column, PRINTED);
  });
});
