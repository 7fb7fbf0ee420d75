import { describe, expect, it } from 'vitest';
import { type GoldenSet, readValues } from '../golden/read.js';
import { benjaminiHochberg } from './benjamini-hochberg.js';
import { driftVerdictFromCounts } from './verdict.js';

interface Feature {
  bins?: { ref_counts: number[]; cur_counts: number[] };
  ref_counts: Record<string, number>;
  cur_counts: Record<string, number>;
}

interface DriftGolden {
  windows: { name: string; rows: number; features: Record<string, Feature> }[];
}

/** Which features ring in a window: the effect exceeds the floor and the no-drift p-value survives at 5 %. */
function ringing(features: Record<string, Feature>, measure: 'psi' | 'js_distance'): string[] {
  const names = Object.keys(features);
  const verdicts = names.map((name) => {
    const { bins, ref_counts, cur_counts } = features[name]!;
    const refCounts = bins?.ref_counts ?? Object.values(ref_counts);
    const curCounts = bins?.cur_counts ?? Object.keys(ref_counts).map((category) => cur_counts[category]!);
    return driftVerdictFromCounts({ measure, refCounts, curCounts, floor: 0.1 });
  });
  const { rejected } = benjaminiHochberg(
    verdicts.map((verdict) => verdict.pNoDrift),
    0.05,
  );
  return names.filter((_, i) => verdicts[i]!.exceeds && rejected[i]);
}

const windowsOf = (name: GoldenSet) => readValues<DriftGolden>('drift', name).windows;

describe('verdicts on real traffic', () => {
  it('a source without drift never rings, not even where PSI is above 0.1 by chance', () => {
    for (const measure of ['psi', 'js_distance'] as const) {
      for (const window of windowsOf('adult')) expect(ringing(window.features, measure), window.name).toEqual([]);
    }
  });

  it('car_loan rings from the sixth chunk on, for the features that changed and no other', () => {
    const changed = ['car_value', 'loan_length', 'repaid_loan_on_prev_car', 'salary_range'];
    const still = ['debt_to_income_ratio', 'driver_tenure', 'size_of_downpayment'];
    windowsOf('car_loan').forEach((window, chunk) => {
      const rings = ringing(window.features, 'psi');
      if (chunk < 5) expect(rings, window.name).toEqual([]);
      else {
        expect(rings, window.name).toEqual(expect.arrayContaining(changed));
        for (const feature of still) expect(rings, window.name).not.toContain(feature);
      }
    });
  });
});
