import { quantileSorted } from '../distance/quantile.js';
import { firstAbove } from './edges.js';

/** Points that stand for the distribution of a sample: quantiles read off them err by less than 1 % of the rows, also after merging. */
export const RANKS = 128;

/** What a numeric sample amounts to, on fixed bins. Two of the same bins merge into that of both samples together. */
export interface NumericProfile {
  n: number;
  mean: number;
  /** Sum of squared deviations from the mean. */
  m2: number;
  min: number;
  max: number;
  /** Rows per right-closed bin, and the sum of their distances from its upper edge (of the last bin, from its lower one). */
  counts: Float64Array;
  offsets: Float64Array;
  /** Up to RANKS rows all of them, otherwise the values at ranks (i + 1/2) n / RANKS; ascending. */
  ranks: Float64Array;
}

const finite = (x: number) => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, x));

/**
 * The profile of ascending values.
 *
 * Shapes: n ascending finite values, k inner edges -> k + 1 bins. Domain: without values a profile of nothing (n = 0, mean 0).
 * Sums that overflow are held at the largest double.
 */
export function profileOf(sorted: Float64Array, edges: readonly number[]): NumericProfile {
  const n = sorted.length;
  const counts = new Float64Array(edges.length + 1);
  const offsets = new Float64Array(edges.length + 1);
  for (let bin = 0, from = 0; bin < counts.length; bin++) {
    const to = bin < edges.length ? firstAbove(sorted, edges[bin]!, from) : n;
    const anchor = anchorOf(edges, bin);
    let sum = 0;
    for (let i = from; i < to; i++) sum += sorted[i]! - anchor;
    counts[bin] = to - from;
    offsets[bin] = finite(sum);
    from = to;
  }
  const mean = meanOf(sorted);
  let m2 = 0;
  for (let i = 0; i < n; i++) m2 += (sorted[i]! - mean) ** 2;
  const constant = n > 0 && sorted[0] === sorted[n - 1];
  return {
    n,
    mean: constant ? sorted[0]! : finite(mean),
    m2: constant ? 0 : finite(m2),
    min: sorted[0] ?? 0,
    max: sorted[n - 1] ?? 0,
    counts,
    offsets,
    ranks: n <= RANKS ? sorted.slice() : Float64Array.from({ length: RANKS }, (_, i) => sorted[rank(i, n)]!),
  };
}

/** The plain sum is the more exact one, but that of very large values overflows. */
function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  if (Number.isFinite(sum)) return values.length > 0 ? sum / values.length : 0;
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  return mean;
}

const rank = (i: number, n: number) => Math.min(n - 1, Math.floor(((i + 0.5) * n) / RANKS));
const anchorOf = (edges: readonly number[], bin: number) => edges[bin] ?? edges[bin - 1] ?? 0;

/**
 * The profile of several samples together: as if it had been made of all rows, but for quantiles (rank error below 1 %).
 *
 * Shapes: profiles on the same bins. Errors: RangeError for different bins. Source: Chan, Golub and LeVeque (1983) for the moments.
 */
export function mergeProfiles(profiles: readonly NumericProfile[]): NumericProfile | null {
  const some = profiles.filter((p) => p.n > 0);
  const [first] = some;
  if (!first || some.length === 1) return first ?? profiles[0] ?? null;
  const counts = new Float64Array(first.counts.length);
  const offsets = new Float64Array(first.counts.length);
  let [n, mean, m2, min, max] = [0, 0, 0, first.min, first.max];
  for (const p of some) {
    if (p.counts.length !== counts.length) throw new RangeError('profiles of different bins do not merge');
    const all = n + p.n;
    const delta = finite(p.mean - mean);
    m2 = finite(m2 + p.m2 + (n === 0 ? 0 : delta * delta * n * (p.n / all)));
    mean = finite(mean + delta * (p.n / all));
    n = all;
    min = Math.min(min, p.min);
    max = Math.max(max, p.max);
    for (let i = 0; i < counts.length; i++) {
      counts[i]! += p.counts[i]!;
      offsets[i] = finite(offsets[i]! + p.offsets[i]!);
    }
  }
  const constant = min === max;
  return {
    n,
    mean: constant ? min : mean,
    m2: constant ? 0 : m2,
    min,
    max,
    counts,
    offsets,
    ranks: mergeRanks(some, n),
  };
}

function mergeRanks(profiles: readonly NumericProfile[], n: number): Float64Array {
  const size = profiles.reduce((sum, p) => sum + p.ranks.length, 0);
  const values = new Float64Array(size);
  const weights = new Float64Array(size);
  let at = 0;
  for (const p of profiles) {
    values.set(p.ranks, at);
    weights.fill(p.n / p.ranks.length, at, at + p.ranks.length);
    at += p.ranks.length;
  }
  if (n <= RANKS) return values.sort();
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const out = new Float64Array(RANKS);
  let below = 0;
  let next = 0;
  for (const i of order) {
    below += weights[i]!;
    while (next < RANKS && ((next + 0.5) * n) / RANKS < below) out[next++] = values[i]!;
  }
  return out.fill(values[order.at(-1)!]!, next);
}

/** A quantile of the sample: exact (type 7) up to RANKS rows, otherwise with a rank error below 1 %; null for no rows. */
export function profileQuantile({ n, ranks, min, max }: NumericProfile, q: number): number | null {
  if (n <= RANKS) return quantileSorted(ranks, q);
  // Ranks stand in the middle of their part, so the extremes lie half a part beyond.
  const at = q * RANKS - 0.5;
  if (at < 0) return q === 0 ? min : ranks[0]!;
  if (at > RANKS - 1) return q === 1 ? max : ranks[RANKS - 1]!;
  return quantileSorted(ranks, at / (RANKS - 1));
}

/** Standard deviation with ddof 0; exactly 0 for a constant sample. */
export const profileStd = ({ n, m2 }: NumericProfile): number | null => (n > 0 ? Math.sqrt(m2 / n) : null);

/** Means of the occupied bins, ascending, with their rows: the sample as if each bin's rows were in one place. */
export function binMeans({ counts, offsets }: NumericProfile, edges: readonly number[]) {
  const means: number[] = [];
  const rows: number[] = [];
  for (let bin = 0; bin < counts.length; bin++) {
    if (counts[bin] === 0) continue;
    const mean = anchorOf(edges, bin) + offsets[bin]! / counts[bin]!;
    // Rounding must not carry a mean out of its bin, nor out of order.
    means.push(Math.max(means.at(-1) ?? -Number.MAX_VALUE, Math.min(edges[bin] ?? Number.MAX_VALUE, mean)));
    rows.push(counts[bin]!);
  }
  return { values: means, counts: rows };
}
