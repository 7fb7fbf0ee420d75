import { binaryLogLoss } from '../metrics/calibration.js';
import type { ByClass, CorrectedBinaryStats } from './binary.js';
import { addRow, noSums, type WeightedSums } from './sums.js';
import { type DelayWeights, weightAt } from './weights.js';

/** A labelled row with the age of its prediction now; `count` rows alike (a bin of ages, of scores) are one. */
export interface AgedBinaryRow {
  label: boolean;
  predicted?: boolean | null;
  score?: number | null;
  age: number;
  count?: number;
}

/** Rows that took part, and those that did not because their age is below `fromAge`. */
export interface RowsUsed {
  used: number;
  left: number;
}

/**
 * Sufficient statistics of the corrected binary metrics. O(n log n).
 *
 * Shapes: labelled rows, or groups of equal (label, class, score, age); classes of the weights are given by name.
 * Rows without a class are in no cell, rows without a finite score in no loss and no placement.
 */
export function correctedBinaryStats(
  rows: Iterable<AgedBinaryRow>,
  weights: DelayWeights,
  names: { pos: string; neg: string },
): CorrectedBinaryStats & RowsUsed {
  const cells = { tp: noSums(), fp: noSums(), tn: noSums(), fn: noSums() };
  const stats: CorrectedBinaryStats & RowsUsed = {
    cells,
    brier: byClass(),
    logLoss: byClass(),
    placements: byClass(),
    oneCurve: Object.keys(weights.byClass).length === 0,
    used: 0,
    left: 0,
  };
  const scored: ScoredRow[] = [];
  for (const { label, predicted, score, age, count = 1 } of rows) {
    const weight = weightAt(weights, label ? names.pos : names.neg, age);
    if (weight === null) {
      stats.left += count;
      continue;
    }
    stats.used += count;
    if (predicted !== null && predicted !== undefined)
      addRow(cells[predicted ? (label ? 'tp' : 'fp') : label ? 'fn' : 'tn'], count, weight);
    if (score === null || score === undefined || !Number.isFinite(score)) continue;
    const side = label ? 'pos' : 'neg';
    addRow(stats.brier[side], count, weight, (score - (label ? 1 : 0)) ** 2);
    addRow(stats.logLoss[side], count, weight, binaryLogLoss(score, label));
    scored.push({ score, label, count, ...weight });
  }
  stats.placements = weightedPlacements(scored);
  return stats;
}

/** A scored row, or `count` alike, with its weight. */
export interface ScoredRow {
  score: number;
  label: boolean;
  count: number;
  weight: number;
  relativeError: number;
}

/** Weighted placements by one sort; see CorrectedBinaryStats. Shapes: rows in any order. Domain: scores finite. */
export function weightedPlacements(rows: readonly ScoredRow[]): ByClass {
  const sorted = rows.toSorted((a, b) => a.score - b.score);
  const whole = { pos: 0, neg: 0 };
  for (const { label, count, weight } of sorted) whole[label ? 'pos' : 'neg'] += count * weight;
  const below = { pos: 0, neg: 0 };
  const sums = byClass();
  for (let start = 0; start < sorted.length; ) {
    const tied = { pos: 0, neg: 0 };
    let end = start;
    for (; end < sorted.length && sorted[end]!.score === sorted[start]!.score; end++) {
      const { label, count, weight } = sorted[end]!;
      tied[label ? 'pos' : 'neg'] += count * weight;
    }
    const v = whole.neg > 0 ? (below.neg + tied.neg / 2) / whole.neg : 0;
    const w = whole.pos > 0 ? (whole.pos - below.pos - tied.pos / 2) / whole.pos : 0;
    for (const row of sorted.slice(start, end))
      addRow(row.label ? sums.pos : sums.neg, row.count, row, row.label ? v : w);
    below.pos += tied.pos;
    below.neg += tied.neg;
    start = end;
  }
  return sums;
}

function byClass(): { pos: WeightedSums; neg: WeightedSums } {
  return { pos: noSums(), neg: noSums() };
}
