import { describe, expect, it } from 'vitest';
import { delayCurve, truncatedDelayCurve } from '../delay/curve.js';
import { truncatedGroups } from '../delay/differ.js';
import { wilson } from '../intervals/proportion.js';
import { deriveBinary, INFERRED_BINARY_METRICS } from '../metrics/binary.js';
import { deriveRegression } from '../metrics/regression.js';
import { binaryStatsFromRows, regressionStatsFromRows } from '../metrics/rows.js';
import { measured } from '../simulate/measured.js';
import { type Random, seededRandom } from '../simulate/random.js';
import { deriveCorrectedBinary } from './binary.js';
import { correctedMulticlassStats, deriveCorrectedMulticlass } from './multiclass.js';
import { correctedRegressionStats, deriveCorrectedRegression } from './regression.js';
import { correctedBinaryStats } from './rows.js';
import { delayWeights } from './weights.js';

interface Simulated {
  label: boolean;
  predicted: boolean;
  score: number;
  age: number;
  delay: number;
}

/** Labels of positives (frauds) take 12 days on average, those of negatives 3; one label in ten never comes. */
function simulate(random: Random, rows: number, youngest: number, oldest: number): Simulated[] {
  return Array.from({ length: rows }, () => {
    const label = random.uniform() < 0.3;
    const x = random.normal() + (label ? 1 : -0.5);
    const score = 1 / (1 + Math.exp(-x));
    const never = random.uniform() < 0.1;
    const delay = never ? Number.POSITIVE_INFINITY : -(label ? 12 : 3) * Math.log(1 - random.uniform());
    return { label, predicted: score >= 0.5, score, age: youngest + (oldest - youngest) * random.uniform(), delay };
  });
}

const arrived = (rows: Simulated[]) => rows.filter(({ age, delay }) => delay <= age);

describe('correction for labels that depend on the class', () => {
  it.each([2000, 300])(
    'covers the truth at about the nominal rate where the naive metric is far off, %i rows',
    (rows) => {
      const random = seededRandom(11);
      const everything = deriveBinary(binaryStatsFromRows(simulate(random, 300_000, 0, 1)));
      const trials = 200;
      const covered = Object.fromEntries(INFERRED_BINARY_METRICS.map((name) => [name, 0]));
      const naive = { ...covered };
      const bias = { ...covered };
      const naiveBias = { ...covered };
      for (let trial = 0; trial < trials; trial++) {
        // Curves come from 60 days of history, the window is a week that ended two days ago.
        const history = arrived(simulate(random, 5000, 0, 60));
        const { differ, curves } = truncatedGroups({
          '1': history.filter((row) => row.label),
          '0': history.filter((row) => !row.label),
        });
        expect(differ).toBe(true);
        const window = arrived(simulate(random, rows, 2, 9));
        const weights = delayWeights(curves, truncatedDelayCurve(history))!;
        const usable = window.filter((row) => row.age >= weights.fromAge);
        const corrected = deriveCorrectedBinary(correctedBinaryStats(window, weights, { pos: '1', neg: '0' }));
        const plain = deriveBinary(binaryStatsFromRows(usable));
        for (const name of INFERRED_BINARY_METRICS) {
          const truth = everything[name].value!;
          if (corrected[name].low! <= truth && truth <= corrected[name].high!) covered[name]! += 1 / trials;
          if (plain[name].low! <= truth && truth <= plain[name].high!) naive[name]! += 1 / trials;
          bias[name]! += (corrected[name].value! - truth) / trials;
          naiveBias[name]! += (plain[name].value! - truth) / trials;
        }
      }
      measured(`coverage of the corrected metrics, ${rows} rows`, covered);
      measured(`coverage of the naive metrics, ${rows} rows`, naive);
      measured(`bias of the corrected metrics, ${rows} rows`, bias);
      measured(`bias of the naive metrics, ${rows} rows`, naiveBias);
      for (const name of INFERRED_BINARY_METRICS) {
        expect(covered[name], name).toBeGreaterThan(0.89);
        expect(Math.abs(bias[name]!), name).toBeLessThan(rows > 1000 ? 0.01 : 0.03);
      }
      for (const name of ['precision', 'base_rate', 'f1'] as const) expect(naive[name]).toBeLessThan(0.3);
    },
  );
});

describe('correction of classes and of numbers', () => {
  it('covers the truth for three classes with delays of their own', () => {
    const random = seededRandom(12);
    const classes = ['a', 'b', 'c'];
    const draw = (rows: number, oldest: number) =>
      Array.from({ length: rows }, () => {
        const label = Math.floor(3 * random.uniform());
        const predicted = random.uniform() < 0.9 - 0.2 * label ? label : (label + 1) % 3;
        const delay = -(2 + 5 * label) * Math.log(1 - random.uniform());
        return { label: classes[label]!, predicted: classes[predicted]!, age: 1 + oldest * random.uniform(), delay };
      }).filter(({ age, delay }) => delay <= age);
    // Recall of the classes is 0.9, 0.7 and 0.5.
    const trials = 200;
    const covered = { corrected: 0, naive: 0 };
    for (let trial = 0; trial < trials; trial++) {
      const history = draw(4000, 60);
      const { curves } = truncatedGroups(
        Object.fromEntries(classes.map((c) => [c, history.filter((r) => r.label === c)])),
      );
      const window = draw(800, 8);
      const stats = correctedMulticlassStats(window, delayWeights(curves, null)!, classes);
      const { low, high } = deriveCorrectedMulticlass(stats).accuracy!;
      const naive = wilson(window.filter((r) => r.label === r.predicted).length, window.length);
      if (low! <= 0.7 && 0.7 <= high!) covered.corrected += 1 / trials;
      if (naive.low! <= 0.7 && 0.7 <= naive.high!) covered.naive += 1 / trials;
    }
    measured('coverage of multiclass accuracy, 800 rows', covered);
    expect(covered.corrected).toBeGreaterThan(0.9);
    expect(covered.naive).toBeLessThan(0.5);
  });

  it('covers the truth of a regression that got worse while its newest labels are missing', () => {
    const random = seededRandom(13);
    const draw = (rows: number, oldest: number) =>
      Array.from({ length: rows }, () => {
        const age = 1 + oldest * random.uniform();
        const delay = -4 * Math.log(1 - random.uniform());
        // Errors were of size 1 more than five days ago, and are of size 2 since.
        const label = (age < 5 ? 2 : 1) * random.normal();
        return { label, predicted: 0, age, delay };
      });
    const truth = Math.sqrt((4 * 4 + 4 * 1) / 8);
    const trials = 200;
    const covered = { corrected: 0, naive: 0 };
    for (let trial = 0; trial < trials; trial++) {
      const history = draw(3000, 40).map(({ age, delay }) => ({ age: Math.min(age, delay), labelled: delay <= age }));
      const window = draw(600, 8).filter(({ age, delay }) => delay <= age);
      const corrected = deriveCorrectedRegression(
        correctedRegressionStats(window, delayWeights({}, delayCurve(history))!),
      );
      const naive = deriveRegression(regressionStatsFromRows(window)).rmse;
      if (corrected.rmse.low! <= truth && truth <= corrected.rmse.high!) covered.corrected += 1 / trials;
      if (naive.low! <= truth && truth <= naive.high!) covered.naive += 1 / trials;
    }
    measured('coverage of rmse, 600 rows', covered);
    expect(covered.corrected).toBeGreaterThan(0.9);
    expect(covered.naive).toBeLessThan(0.6);
  });
});
