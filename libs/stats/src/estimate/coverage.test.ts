import { describe, expect, it } from 'vitest';
import { readSchema } from '../golden/read.js';
import { binaryGroups, classGroups, type LabelledRow, pieces, readLabelled } from '../golden/scored.js';
import { delongStandardError } from '../intervals/delong.js';
import { rankingStats } from '../metrics/ranking.js';
import { measured } from '../simulate/measured.js';
import { estimateBinary, fitBinaryEstimator, realisedMetrics } from './binary.js';
import { estimateMulticlass, fitMulticlassEstimator, realisedMulticlass } from './multiclass.js';

const CHUNKS = 10;
const known = (rows: readonly LabelledRow[]) => rows.filter((row) => row.label !== undefined);

function months(rows: readonly LabelledRow[]): LabelledRow[][] {
  const at = new Map<string, LabelledRow[]>();
  for (const row of rows) at.set(row.ts.slice(0, 7), [...(at.get(row.ts.slice(0, 7)) ?? []), row]);
  return [...at.values()];
}

/** Share of windows whose realised metric lies in the interval, and the mean width, for each metric. */
class Tally {
  private readonly seen: Record<string, { windows: number; covered: number; width: number }> = {};

  add(metric: string, low: number | null, high: number | null, realised: number | null): void {
    if (low === null || high === null || realised === null) return;
    this.seen[metric] ??= { windows: 0, covered: 0, width: 0 };
    const tally = this.seen[metric];
    tally.windows += 1;
    tally.width += high - low;
    if (low <= realised + 1e-12 && realised <= high + 1e-12) tally.covered += 1;
  }

  coverage(metric: string): number {
    const { covered, windows } = this.seen[metric]!;
    return covered / windows;
  }

  print(what: string): void {
    const pick = (f: (t: { windows: number; covered: number; width: number }) => number) =>
      Object.fromEntries(Object.entries(this.seen).map(([metric, tally]) => [metric, f(tally)]));
    measured(
      `coverage, ${what}`,
      pick(({ covered, windows }) => covered / windows),
    );
    measured(
      `width, ${what}`,
      pick(({ width, windows }) => width / windows),
    );
  }
}

/** NannyML's interval of the AUC: ± 3 standard errors, DeLong's of the reference scaled to the window's size. */
function sigmaThree(reference: LabelledRow[], rows: number): number {
  const ranks = rankingStats(
    reference.map((row) => row.prediction.score!),
    reference.map((row) => row.label === 1),
  );
  return 3 * delongStandardError(ranks)! * Math.sqrt(reference.length / rows);
}

describe('coverage of 95 % intervals on real traffic', () => {
  it.each([
    ['adult, no drift', 'adult', (rows: LabelledRow[]) => pieces(rows, 41), 0.9],
    ['adult, no drift, windows of 2,000', 'adult', (rows: LabelledRow[]) => pieces(rows, 10), 0.9],
    ['car_loan before its drift', 'car_loan', (rows: LabelledRow[]) => pieces(rows.slice(0, 25_000), 50), 0.9],
    ['car_loan after its drift', 'car_loan', (rows: LabelledRow[]) => pieces(rows.slice(25_000), 50), 0.9],
    ['california, months, strong drift', 'california', months, 0.9],
  ] as const)('%s', (what, name, cut, least) => {
    const { reference, traffic } = readLabelled(name);
    const estimator = fitBinaryEstimator(pieces(reference, CHUNKS).map(binaryGroups))!;
    const tally = new Tally();
    const theirs = new Tally();
    for (const window of cut(traffic)) {
      const { metrics } = estimateBinary(estimator, binaryGroups(window));
      const realised = realisedMetrics(binaryGroups(known(window)));
      for (const [metric, { low, high }] of Object.entries(metrics))
        tally.add(metric, low, high, realised[metric as keyof typeof realised].value);
      const half = sigmaThree(reference, window.length);
      const auc = metrics.roc_auc.value!;
      theirs.add('roc_auc', auc - half, auc + half, realised.roc_auc.value);
    }
    tally.print(what);
    theirs.print(`${what}, sampling alone at three sigma`);
    for (const metric of ['accuracy', 'f1', 'roc_auc'])
      expect(tally.coverage(metric), metric).toBeGreaterThanOrEqual(least);
    if (name === 'california') expect(tally.coverage('roc_auc')).toBeGreaterThan(theirs.coverage('roc_auc'));
  });

  it('california in March 2022, when the AUC fell where nothing without labels could see it', () => {
    const { reference, traffic } = readLabelled('california');
    const estimator = fitBinaryEstimator(pieces(reference, CHUNKS).map(binaryGroups))!;
    const march = traffic.filter((row) => row.ts.startsWith('2022-03'));
    const { value, low, high } = estimateBinary(estimator, binaryGroups(march)).metrics.roc_auc;
    const realised = realisedMetrics(binaryGroups(known(march))).roc_auc.value!;
    measured('california 2022-03 roc_auc', { value: value!, low: low!, high: high!, realised });
    expect(value).toBeCloseTo(0.829, 3);
    expect(low! < realised && realised < value! - 0.1).toBe(true);
    expect(high! - low!).toBeLessThan(0.35);
  });

  it.each([
    ['credit_card before its drift', 0, 0.9],
    ['credit_card after its drift', 30_000, 0.6],
  ] as const)('%s', (what, from, least) => {
    const { reference, traffic } = readLabelled('credit_card');
    const classes = readSchema('credit_card').classes!.map(String);
    const groups = (rows: readonly LabelledRow[]) => classGroups(rows, 'credit_card');
    const estimator = fitMulticlassEstimator(classes, pieces(reference, CHUNKS).map(groups))!;
    const tally = new Tally();
    for (const window of pieces(traffic.slice(from, from + 30_000), 30)) {
      const { metrics } = estimateMulticlass(estimator, groups(window));
      const realised = realisedMulticlass(classes, groups(known(window)));
      for (const [metric, { low, high }] of Object.entries(metrics))
        if (!metric.includes(':')) tally.add(metric, low, high, realised[metric]!.value);
    }
    tally.print(what);
    for (const metric of ['accuracy', 'f1_macro', 'roc_auc_ovr_macro'])
      expect(tally.coverage(metric), metric).toBeGreaterThanOrEqual(least);
  });
});
