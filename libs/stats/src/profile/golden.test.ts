import { describe, expect, it } from 'vitest';
import { jsDistance } from '../distance/divergence.js';
import { psi } from '../distance/psi.js';
import { GOLDEN_SETS, inWindow, type PredictionRow, readPredictions, readSchema, readValues } from '../golden/read.js';
import { coarser, compareProfiles } from './compare.js';
import { firstAbove, profileEdges } from './edges.js';
import { mergeProfiles, profileOf, profileQuantile, profileStd } from './profile.js';

interface Golden {
  ref: { std_ddof0: number };
  cur: { n: number; mean: number; std_ddof0: number; min: number; max: number; quantiles: Record<string, number> };
  ks: { d: number };
  wasserstein: number;
  bins: { inner_edges: number[]; ref_counts: number[]; cur_counts: number[] };
  psi: number;
  js_distance_quantile_bins: number;
  mann_whitney: { auc: number } | null;
}
interface DriftGolden {
  windows: { name: string; start: string; end: string; features: Record<string, Golden> }[];
}

const cell = ({ features, prediction }: PredictionRow, name: string) =>
  name === 'prediction.score' ? prediction.score : name === 'prediction.value' ? prediction.value : features[name];
const values = (rows: readonly PredictionRow[], name: string) =>
  Float64Array.from(
    rows.flatMap((row) => (typeof cell(row, name) === 'number' ? [cell(row, name) as number] : [])),
  ).sort();
/** Rows by the hour of their time. */
function hoursOf(rows: readonly PredictionRow[]): PredictionRow[][] {
  const hours = new Map<string, PredictionRow[]>();
  for (const row of rows) hours.set(row.ts.slice(0, 13), [...(hours.get(row.ts.slice(0, 13)) ?? []), row]);
  return [...hours.values()];
}

describe('profiles of hours, merged, against values computed from the rows', () => {
  it.each(GOLDEN_SETS)('%s', (set) => {
    const reference = readPredictions(set, 'reference');
    const predictions = readPredictions(set, 'predictions');
    const numeric = readSchema(set).features.flatMap((f) => (f.type === 'numeric' ? [f.name] : []));
    let judged = 0;
    for (const { name: window, features, ...range } of readValues<DriftGolden>('drift', set).windows) {
      const hours = hoursOf(inWindow(predictions, range));
      for (const name of [...numeric, 'prediction.score', 'prediction.value']) {
        const golden = features[name];
        if (!golden || golden.cur.n === 0) continue;
        const where = `${window} ${name}`;
        const ref = values(reference, name);
        const edges = profileEdges(ref, golden.bins.inner_edges);
        const cur = mergeProfiles(hours.map((rows) => profileOf(values(rows, name), edges)))!;
        const all = profileOf(ref, edges);
        const counts = coarser(cur, edges, golden.bins.inner_edges);
        expect(counts, where).toEqual(golden.bins.cur_counts);
        expect(psi(golden.bins.ref_counts, counts)).toBeCloseTo(golden.psi, 9);
        expect(jsDistance(golden.bins.ref_counts, counts)).toBeCloseTo(golden.js_distance_quantile_bins, 7);
        const { ks, wasserstein, mannWhitney } = compareProfiles(all, cur, edges)!;
        expect(Math.abs(ks.d - golden.ks.d), where).toBeLessThanOrEqual(0.01);
        expect(Math.abs(wasserstein! - golden.wasserstein), where).toBeLessThanOrEqual(
          0.02 * golden.ref.std_ddof0 + 1e-12,
        );
        if (golden.mann_whitney)
          expect(Math.abs(mannWhitney.auc - golden.mann_whitney.auc), where).toBeLessThanOrEqual(0.002);
        expect(cur.n, where).toBe(golden.cur.n);
        expect(cur.min, where).toBeCloseTo(golden.cur.min, 6);
        expect(cur.max, where).toBeCloseTo(golden.cur.max, 6);
        expect(Math.abs(cur.mean - golden.cur.mean)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(golden.cur.mean)));
        expect(Math.abs(profileStd(cur)! - golden.cur.std_ddof0)).toBeLessThanOrEqual(
          1e-8 * Math.max(1, golden.cur.std_ddof0),
        );
        const rows = values(inWindow(predictions, range), name);
        for (const q of Object.keys(golden.cur.quantiles).map(Number)) {
          const at = profileQuantile(cur, q)!;
          const [upTo, below] = [firstAbove(rows, at) / rows.length, rows.findIndex((v) => v >= at) / rows.length];
          expect(upTo, where).toBeGreaterThanOrEqual(q - 0.01);
          expect(below, where).toBeLessThanOrEqual(q + 0.01);
        }
        judged += 1;
      }
    }
    expect(judged).toBeGreaterThan(20);
  });
});
