import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DelayCurve, delayCurve } from '../delay/curve.js';
import { deriveBinary } from '../metrics/binary.js';
import { deriveMulticlass } from '../metrics/multiclass.js';
import { deriveRegression } from '../metrics/regression.js';
import { binaryStatsFromRows, multiclassStatsFromRows, regressionStatsFromRows } from '../metrics/rows.js';
import { deriveCorrectedBinary } from './binary.js';
import { correctedMulticlassStats, deriveCorrectedMulticlass } from './multiclass.js';
import { correctedRegressionStats, deriveCorrectedRegression } from './regression.js';
import { type AgedBinaryRow, correctedBinaryStats } from './rows.js';
import { delayWeights, weightAt } from './weights.js';

fc.configureGlobal({ seed: 20240229, numRuns: 100 });

const NAMES = { pos: '1', neg: '0' };
/** Everything is known at once. */
const AT_ONCE = delayCurve([{ age: 0, labelled: true, count: 1000 }]);
/** Half is known at 1, all at 2. */
const HALVES: DelayCurve = {
  known: 'censored',
  ages: [1, 2],
  shares: [0.5, 1],
  errors: [0, 0],
  rows: 1e6,
  labelled: 1e6,
  lastAge: 3,
};

const binaryRows: fc.Arbitrary<(AgedBinaryRow & { score: number; predicted: boolean })[]> = fc.array(
  fc.record({
    label: fc.boolean(),
    predicted: fc.boolean(),
    score: fc.integer({ min: 0, max: 20 }).map((step) => step / 20),
    age: fc.constantFrom(1, 2),
  }),
  { maxLength: 60 },
);

describe('delayWeights', () => {
  it('weighs by 1/F of the class, leaves out what is too young, and is bounded', () => {
    const weights = delayWeights({ '1': { ...HALVES, shares: [0.04, 0.8] } }, HALVES, 0.1)!;
    expect(weights).toMatchObject({ fromAge: 2, absolute: true });
    expect(weightAt(weights, '1', 1.5)).toBeNull();
    expect(weightAt(weights, '1', 2)!.weight).toBeCloseTo(1 / 0.8, 12);
    expect(weightAt(weights, '0', 2)!.weight).toBe(1);
    expect(weightAt(delayWeights({}, HALVES, 0.5)!, 'anything', 1)!.weight).toBe(2);
    expect(weightAt(delayWeights({ a: HALVES }, null)!, 'b', 1)).toBeNull();
  });

  it('is relative as soon as one curve is, and knows when a class cannot be seen', () => {
    const truncated: DelayCurve = { ...HALVES, known: 'truncated' };
    const weights = delayWeights({ '1': truncated }, { ...HALVES, shares: [0.4, 0.8] })!;
    expect(weights.absolute).toBe(false);
    expect(weightAt(weights, '0', 1)!.weight).toBeCloseTo(2, 12);
    expect(delayWeights({ '1': delayCurve([{ age: 5, labelled: false }]) }, null)).toBeNull();
    expect(delayWeights({}, null)).toBeNull();
    expect(() => delayWeights({}, HALVES, 0)).toThrow(RangeError);
  });
});

describe('corrected binary metrics', () => {
  it('are the plain ones, and their intervals too, when every label is known', () => {
    fc.assert(
      fc.property(binaryRows, (rows) => {
        const weights = delayWeights({}, AT_ONCE)!;
        const corrected = deriveCorrectedBinary(correctedBinaryStats(rows, weights, NAMES));
        const plain = deriveBinary(binaryStatsFromRows(rows));
        for (const [name, { value, low, high, effective }] of Object.entries(corrected)) {
          const want = plain[name as keyof typeof corrected];
          if (want.value === null) {
            expect(value, name).toBeNull();
            continue;
          }
          expect(value, name).toBeCloseTo(want.value, 9);
          expect(effective! > 0 && effective! <= rows.length + 1e-9, name).toBe(true);
          // Wilson's size is n - 1 where the variance is estimated with ddof 1.
          if (low === null || want.low === null || rows.length < 20) continue;
          expect(Math.abs(low - want.low) + Math.abs(high! - want.high!), name).toBeLessThan(0.08);
        }
      }),
    );
  });

  it('count a row of weight two as two rows', () => {
    fc.assert(
      fc.property(binaryRows, (rows) => {
        const corrected = deriveCorrectedBinary(correctedBinaryStats(rows, delayWeights({}, HALVES)!, NAMES));
        const doubled = deriveBinary(binaryStatsFromRows(rows.flatMap((row) => (row.age === 1 ? [row, row] : [row]))));
        for (const [name, { value }] of Object.entries(corrected)) {
          const want = doubled[name as keyof typeof corrected].value;
          if (want === null) expect(value, name).toBeNull();
          else expect(value, name).toBeCloseTo(want, 9);
        }
      }),
    );
  });

  it('take groups for rows, keep limits around the value, and tell what was left out', () => {
    fc.assert(
      fc.property(binaryRows, (rows) => {
        const weights = delayWeights({ '1': { ...HALVES, errors: [0.05, 0] } }, HALVES)!;
        const one = correctedBinaryStats([...rows, ...rows, { label: true, age: 0.5 }], weights, NAMES);
        const two = correctedBinaryStats([...rows.map((row) => ({ ...row, count: 2 }))], weights, NAMES);
        expect([one.left, one.used, two.used]).toEqual([1, 2 * rows.length, 2 * rows.length]);
        const derived = deriveCorrectedBinary(two);
        for (const [name, { value, low, high }] of Object.entries(deriveCorrectedBinary(one))) {
          const other = derived[name as keyof typeof derived].value;
          if (value === null) expect(other).toBeNull();
          else expect(other, name).toBeCloseTo(value, 9);
          if (low === null || high === null) continue;
          expect(low <= value! + 1e-12 && value! <= high + 1e-12, name).toBe(true);
        }
      }),
    );
  });

  it('are wider when the delay curve is uncertain', () => {
    const row = (label: boolean, predicted: boolean, count: number) => ({ label, predicted, age: 1, count });
    const rows = [row(true, true, 300), row(false, false, 300), row(true, false, 100), row(false, true, 50)];
    const width = (error: number) => {
      const weights = delayWeights({ '1': { ...HALVES, errors: [error, 0] } }, HALVES)!;
      const { accuracy, recall } = deriveCorrectedBinary(correctedBinaryStats(rows, weights, NAMES));
      return { accuracy: accuracy.high! - accuracy.low!, recall: recall.high! - recall.low! };
    };
    expect(width(0.1).accuracy).toBeGreaterThan(width(0).accuracy * 1.05);
    // All positives weigh the same: the curve's error cancels from recall.
    expect(width(0.1).recall).toBeCloseTo(width(0).recall, 12);
  });
});

describe('corrected multiclass and regression metrics', () => {
  const classes = ['a', 'b', 'c'];
  const rows = fc.array(
    fc.record({
      label: fc.constantFrom(...classes),
      predicted: fc.constantFrom(...classes),
      age: fc.constantFrom(1, 2),
    }),
    { maxLength: 60 },
  );

  it('count a row of weight two as two rows', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const stats = correctedMulticlassStats(list, delayWeights({}, HALVES)!, classes);
        const doubled = list.flatMap((row) => (row.age === 1 ? [row, row] : [row]));
        const want = deriveMulticlass(multiclassStatsFromRows(doubled, classes));
        for (const [name, { value, low, high }] of Object.entries(deriveCorrectedMulticlass(stats))) {
          if (want[name]!.value === null) expect(value, name).toBeNull();
          else expect(value, name).toBeCloseTo(want[name]!.value!, 9);
          if (low !== null) expect(low <= value! + 1e-12 && value! <= high! + 1e-12, name).toBe(true);
        }
      }),
    );
    expect(() =>
      correctedMulticlassStats([{ label: 'z', predicted: 'a', age: 1 }], delayWeights({}, HALVES)!, ['a']),
    ).toThrow(RangeError);
  });

  it('regression as well, and with everything known the plain interval', () => {
    const numbers = fc.array(
      fc.record({
        label: fc.integer({ min: -9, max: 9 }),
        predicted: fc.integer({ min: -9, max: 9 }),
        age: fc.constantFrom(1, 2),
      }),
      { minLength: 2, maxLength: 40 },
    );
    fc.assert(
      fc.property(numbers, (list) => {
        const weighted = deriveCorrectedRegression(correctedRegressionStats(list, delayWeights({}, HALVES)!));
        const doubled = deriveRegression(
          regressionStatsFromRows(list.flatMap((row) => (row.age === 1 ? [row, row] : [row]))),
        );
        const plain = deriveRegression(regressionStatsFromRows(list));
        const known = deriveCorrectedRegression(correctedRegressionStats(list, delayWeights({}, AT_ONCE)!));
        for (const name of ['mae', 'rmse', 'mse', 'bias'] as const) {
          expect(weighted[name].value, name).toBeCloseTo(doubled[name].value!, 9);
          expect(known[name].low, name).toBeCloseTo(plain[name].low!, 6);
        }
      }),
    );
    expect(deriveCorrectedRegression(correctedRegressionStats([], delayWeights({}, HALVES)!)).mae.value).toBeNull();
  });
});
