import { type CountedValues, mergeCounted, summarise } from './counted.js';
import { jsDistance } from './divergence.js';

/**
 * Number of equal-width bins by Doane's rule, `ceil(1 + log2 n + log2(1 + |g1|/s))`, s = √(6(n-2)/((n+1)(n+3))), g1 the
 * skewness with ddof 0.
 *
 * Shapes: counted values. Domain: `null` when empty, constant or n < 3. Source: Doane (1976); numpy "doane".
 */
export function doaneBins(sample: CountedValues): number | null {
  const summary = summarise(sample);
  if (summary === null || summary.std0 === 0 || summary.n < 3) return null;
  const { n, mean, std0 } = summary;
  let skew = 0;
  for (let i = 0; i < sample.values.length; i++) skew += sample.counts[i]! * ((sample.values[i]! - mean) / std0) ** 3;
  const spread = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  return Math.ceil(1 + Math.log2(n) + Math.log2(1 + Math.abs(skew / n) / spread));
}

/**
 * Jensen-Shannon distance over equal-width bins of the reference's range, their number by Doane's rule.
 *
 * Edges lo + i (hi-lo)/bins, bins [e_i, e_(i+1)) and the last one closed; current values outside the range form one
 * more bin. Comparable with tools that bin so; blind by one outlier in the reference, so not our default.
 * Shapes: counted values. Domain: `null` when either sample is empty or the reference constant.
 */
export function jsDistanceDoane(ref: CountedValues, cur: CountedValues): number | null {
  const bins = doaneBins(ref);
  const summary = summarise(ref);
  if (bins === null || summary === null) return null;
  const width = (summary.max - summary.min) / bins;
  const edge = (i: number) => summary.min + i * width;
  const refCounts = new Array<number>(bins + 1).fill(0);
  const curCounts = new Array<number>(bins + 1).fill(0);
  for (const step of mergeCounted(ref, cur)) {
    let bin = bins;
    if (step.value >= summary.min && step.value <= summary.max) {
      bin = Math.min(bins - 1, Math.max(0, Math.floor((step.value - summary.min) / width)));
      if (bin + 1 < bins && step.value >= edge(bin + 1)) bin += 1;
      else if (step.value < edge(bin)) bin -= 1;
    }
    refCounts[bin]! += step.ref;
    curCounts[bin]! += step.cur;
  }
  return jsDistance(refCounts, curCounts);
}
