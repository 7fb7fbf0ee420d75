import { type ComparedSamples, compareSamples } from '../distance/compare-samples.js';
import { firstAbove } from './edges.js';
import { binMeans, type NumericProfile } from './profile.js';

/**
 * What `compareSamples` says of the rows, from profiles on the same bins: Kolmogorov-Smirnov within the largest share of the reference in a bin
 * (1/250, so below 0.01), Mann-Whitney with rows of one bin as ties, Wasserstein with the rows of a bin at their mean, which keeps
 * the area under it and what lies outside the reference's range exact.
 *
 * Shapes: two profiles, their k inner edges. Domain: null when either is empty. Errors: RangeError for different bins.
 */
export function compareProfiles(
  ref: NumericProfile,
  cur: NumericProfile,
  edges: readonly number[],
): ComparedSamples | null {
  if (ref.counts.length !== edges.length + 1 || cur.counts.length !== ref.counts.length)
    throw new RangeError('profiles of different bins cannot be compared');
  const places = ref.counts.map((_, bin) => bin);
  const byRank = compareSamples({ values: places, counts: ref.counts }, { values: places, counts: cur.counts });
  const byValue = compareSamples(binMeans(ref, edges), binMeans(cur, edges));
  return byRank && byValue && { ...byRank, wasserstein: byValue.wasserstein, spread: byValue.spread };
}

/** Rows on coarser right-closed bins, whose inner edges are all among the profile's. Errors: RangeError for an edge that is not. */
export function coarser({ counts }: NumericProfile, edges: readonly number[], wanted: readonly number[]): number[] {
  let bin = 0;
  const upTo = (end: number) => {
    let sum = 0;
    for (; bin < end; bin++) sum += counts[bin]!;
    return sum;
  };
  const out = wanted.map((edge) => {
    const end = firstAbove(edges, edge);
    if (edges[end - 1] !== edge) throw new RangeError(`${edge} is not an edge of the profile`);
    return upTo(end);
  });
  return [...out, upTo(counts.length)];
}
