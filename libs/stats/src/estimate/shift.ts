import { type CountedValues, orderStatistics } from '../distance/counted.js';
import { hellinger } from '../distance/divergence.js';
import { binCounts, decileEdges } from '../distance/quantile.js';
import { occupiedBins, total } from '../distance/shares.js';

/** Where the reference's scores lay: counts in its decile bins. JSON-able. */
export interface ScoreProfile {
  edges: number[];
  counts: number[];
}

/** Profile of scores with counts. Shapes: scores in any order; equal ones may come apart. */
export function scoreProfile(scores: readonly { score: number; count: number }[]): ScoreProfile {
  const sample = counted(scores);
  const edges = total(sample.counts) > 0 ? decileEdges(orderStatistics(sample)) : [];
  return { edges, counts: binCounts(edges, sample.values, sample.counts) };
}

/**
 * How far scores have moved from a profile: Hellinger distance over its bins, less what sampling alone would give.
 *
 * Formula: √max(0, H² - (B-1)/8 (1/n + 1/m)). Units: none, in [0, 1]; 0.11 is about a PSI of 0.1.
 * Shapes: a profile and scores with counts. Domain: an empty side gives 0.
 */
export function scoreShift(profile: ScoreProfile, scores: readonly { score: number; count: number }[]): number {
  const { values, counts } = counted(scores);
  const now = binCounts(profile.edges, values, counts);
  const [n, m] = [total(profile.counts), total(now)];
  const distance = hellinger(profile.counts, now);
  if (distance === null) return 0;
  const noise = ((occupiedBins(profile.counts, now) - 1) / 8) * (1 / n + 1 / m);
  return Math.sqrt(Math.max(0, distance ** 2 - noise));
}

function counted(scores: readonly { score: number; count: number }[]): CountedValues & { counts: number[] } {
  const sorted = scores.toSorted((a, b) => a.score - b.score);
  return { values: sorted.map(({ score }) => score), counts: sorted.map(({ count }) => count) };
}
