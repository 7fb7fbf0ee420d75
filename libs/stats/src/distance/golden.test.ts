import { describe, expect, it } from 'vitest';
import { GOLDEN_SETS, inWindow, type PredictionRow, readPredictions, readSchema, readValues } from '../golden/read.js';
import { expectClose } from '../golden/tolerance.js';
import { chiSquare } from './chi-square.js';
import { type CountedValues, countValues, orderStatistics, summarise } from './counted.js';
import { hellinger, jsDistance, lInfinity, totalVariation } from './divergence.js';
import { doaneBins, jsDistanceDoane } from './doane.js';
import { psi } from './psi.js';
import { binCounts, decileEdges, quantileOf } from './quantile.js';
import { ks, mannWhitney, wasserstein, wassersteinNormalised } from './two-sample.js';

type Numbers = Record<string, number | null>;

interface Moments {
  n: number;
  mean: number;
  std_ddof0: number;
  std_ddof1: number;
  min: number;
  max: number;
  quantiles: Record<string, number>;
}

interface NumericGolden {
  type: 'numeric';
  ref: Moments;
  cur: Moments;
  ks: { d: number; p_limit: number };
  wasserstein: number;
  wasserstein_over_ref_std_ddof0: number | null;
  bins: { inner_edges: number[]; ref_counts: number[]; cur_counts: number[] };
  psi: number;
  js_distance_quantile_bins: number;
  hellinger_quantile_bins: number;
  js_distance_doane: { value: number; n_bins: number } | null;
  mann_whitney: { u_ref: number; p: number; auc: number } | null;
}

interface CategoricalGolden {
  type: 'categorical';
  ref_counts: Record<string, number>;
  cur_counts: Record<string, number>;
  chi2: { statistic: number; dof: number; p: number };
  chi2_yates?: { statistic: number; p: number };
  total_variation: number;
  l_infinity: number;
  js_distance: number;
  hellinger: number;
  psi: number;
}

interface DriftGolden {
  windows: { name: string; start: string; end: string; features: Record<string, NumericGolden | CategoricalGolden> }[];
}

type Cell = string | number | boolean | null | undefined;

function column(rows: PredictionRow[], feature: string): Cell[] {
  if (feature === 'prediction.score') return rows.map((row) => row.prediction.score);
  if (feature === 'prediction.value') return rows.map((row) => row.prediction.value);
  if (feature === 'prediction.class') return rows.map((row) => row.prediction.class);
  return rows.map((row) => row.features[feature]);
}

function categories(rows: PredictionRow[], feature: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const cell of column(rows, feature)) {
    if (cell === null || cell === undefined) continue;
    counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  }
  return counts;
}

function checkMoments(sample: CountedValues, want: Moments, where: string): void {
  const got = summarise(sample)!;
  expect(got.n, where).toBe(want.n);
  for (const key of ['mean', 'min', 'max'] as const) expectClose(got[key], want[key], `${where} ${key}`);
  expectClose(got.std0, want.std_ddof0, `${where} std0`, 1e-8);
  expectClose(got.std1, want.std_ddof1, `${where} std1`, 1e-8);
  for (const [q, value] of Object.entries(want.quantiles)) {
    expectClose(quantileOf(orderStatistics(sample), Number(q)), value, `${where} q${q}`);
  }
}

function checkNumeric(ref: CountedValues, cur: CountedValues, want: NumericGolden, where: string): void {
  checkMoments(ref, want.ref, `${where} ref`);
  checkMoments(cur, want.cur, `${where} cur`);
  const edges = decileEdges(orderStatistics(ref));
  expect(edges, where).toEqual(want.bins.inner_edges);
  const refCounts = binCounts(edges, ref.values, ref.counts);
  const curCounts = binCounts(edges, cur.values, cur.counts);
  expect(refCounts, where).toEqual(want.bins.ref_counts);
  expect(curCounts, where).toEqual(want.bins.cur_counts);
  const rank = mannWhitney(ref, cur);
  const got: Numbers = {
    'ks.d': ks(ref, cur)!.d,
    'ks.p': ks(ref, cur)!.pLimit,
    psi: psi(refCounts, curCounts),
    'mw.u': rank?.u ?? null,
    'mw.p': rank?.p ?? null,
    'mw.auc': rank?.auc ?? null,
  };
  const expected: Numbers = {
    'ks.d': want.ks.d,
    'ks.p': want.ks.p_limit,
    psi: want.psi,
    'mw.u': want.mann_whitney?.u_ref ?? null,
    'mw.p': want.mann_whitney?.p ?? null,
    'mw.auc': want.mann_whitney?.auc ?? null,
  };
  for (const [key, value] of Object.entries(expected)) expectClose(got[key], value, `${where} ${key}`);
  expectClose(jsDistance(refCounts, curCounts), want.js_distance_quantile_bins, `${where} js`, 1e-7);
  expectClose(hellinger(refCounts, curCounts), want.hellinger_quantile_bins, `${where} hellinger`, 1e-7);
  expectClose(wasserstein(ref, cur), want.wasserstein, `${where} wasserstein`, 1e-8);
  expectClose(wassersteinNormalised(ref, cur), want.wasserstein_over_ref_std_ddof0, `${where} wasserstein/std`, 1e-8);
  expect(doaneBins(ref), where).toBe(want.js_distance_doane?.n_bins ?? null);
  expectClose(jsDistanceDoane(ref, cur), want.js_distance_doane?.value ?? null, `${where} js doane`, 1e-7);
}

function checkCategorical(
  ref: Map<string, number>,
  cur: Map<string, number>,
  want: CategoricalGolden,
  where: string,
): void {
  const names = Object.keys(want.ref_counts);
  expect(new Set([...ref.keys(), ...cur.keys()]), where).toEqual(new Set(names));
  const refCounts = names.map((name) => ref.get(name) ?? 0);
  const curCounts = names.map((name) => cur.get(name) ?? 0);
  expect(refCounts, where).toEqual(Object.values(want.ref_counts));
  expect(curCounts, where).toEqual(names.map((name) => want.cur_counts[name]));
  const pearson = chiSquare(refCounts, curCounts)!;
  expect(pearson.dof, where).toBe(want.chi2.dof);
  expectClose(pearson.statistic, want.chi2.statistic, `${where} chi2`);
  expectClose(pearson.p, want.chi2.p, `${where} chi2 p`);
  if (want.chi2_yates !== undefined) {
    const corrected = chiSquare(refCounts, curCounts, { yates: true })!;
    expectClose(corrected.statistic, want.chi2_yates.statistic, `${where} yates`);
    expectClose(corrected.p, want.chi2_yates.p, `${where} yates p`);
  }
  expectClose(totalVariation(refCounts, curCounts), want.total_variation, `${where} tv`);
  expectClose(lInfinity(refCounts, curCounts), want.l_infinity, `${where} linf`);
  expectClose(jsDistance(refCounts, curCounts), want.js_distance, `${where} js`, 1e-7);
  expectClose(hellinger(refCounts, curCounts), want.hellinger, `${where} hellinger`, 1e-7);
  expectClose(psi(refCounts, curCounts), want.psi, `${where} psi`);
}

describe.each(GOLDEN_SETS)('drift measures of %s', (name) => {
  it('match the golden values in every window and feature', () => {
    const reference = readPredictions(name, 'reference');
    const traffic = readPredictions(name, 'predictions');
    const golden = readValues<DriftGolden>('drift', name);
    const numericRef = new Map<string, CountedValues>();
    const numeric = (rows: PredictionRow[], feature: string) => countValues(column(rows, feature) as number[]);
    expect(golden.windows.length).toBeGreaterThan(4);
    for (const window of golden.windows) {
      const rows = inWindow(traffic, window);
      const features = Object.keys(window.features).filter((feature) => !feature.startsWith('prediction.'));
      expect(features).toEqual(readSchema(name).features.map((feature) => feature.name));
      for (const [feature, want] of Object.entries(window.features)) {
        const where = `${name} ${window.name} ${feature}`;
        if (want.type === 'categorical') {
          checkCategorical(categories(reference, feature), categories(rows, feature), want, where);
          continue;
        }
        const ref = numericRef.get(feature) ?? numeric(reference, feature);
        numericRef.set(feature, ref);
        checkNumeric(ref, numeric(rows, feature), want, where);
      }
    }
  });
});
