/** Sums of a bin of time: rows, their values, and the squares of those. */
export interface BinSums {
  n: number;
  sum: number;
  squares: number;
}

export interface ChangePoint {
  /** The first bin after the change. */
  at: number;
  /** Means before and after. */
  before: number;
  after: number;
  /** Squared standardised difference of the two means: twice the log-likelihood ratio of a shift, with the variance of all rows. */
  statistic: number;
  /** Share of the permutations of the bins whose largest statistic is as large. */
  p: number;
}

/** Rows that each side has at least. */
const ROWS_MIN = 30;
const PERMUTATIONS = 199;

/**
 * Where the mean of a series rose (or fell) once for good: the split of the bins with the largest likelihood ratio, and by how many
 * permutations of the bins it is reached.
 *
 * Formula: max over t of (x̄_after − x̄_before)² / (s² (1/n_before + 1/n_after)), of splits in the asked direction; s² is the variance of the bins'
 * means around the mean of all, per row, so that bins that vary by more than their rows explain ring no more often. p = (1 + #{permuted ≥
 * observed}) / (1 + permutations).
 * Shapes: bins in order of time; bins without rows may stand between. Domain: null without two sides of `rowsMin` rows, or if nothing varies.
 * The p-value holds for bins that are exchangeable without a change; a daily rhythm or a trend is a change to it. The same seed gives the same p.
 * Source: Worsley (1979), On the likelihood ratio test for a shift in location; Pesarin (2001) for permutations.
 */
export function changePoint(
  bins: readonly BinSums[],
  {
    direction = 'up',
    rowsMin = ROWS_MIN,
    permutations = PERMUTATIONS,
    seed = 1,
  }: { direction?: 'up' | 'down'; rowsMin?: number; permutations?: number; seed?: number } = {},
): ChangePoint | null {
  const filled = bins.map((bin, at) => ({ ...bin, at })).filter((bin) => bin.n > 0);
  const total = filled.reduce((all, { n, sum }) => ({ n: all.n + n, sum: all.sum + sum }), { n: 0, sum: 0 });
  const sign = direction === 'up' ? 1 : -1;
  const mean = total.sum / total.n;
  const variance = Math.max(rowVariance(filled, total.n, mean), betweenBins(filled, mean));
  if (!(variance > 0)) return null;
  const found = bestSplit(filled, total, sign, rowsMin);
  if (found === null) return null;
  const random = uniform(seed);
  const shuffled = [...filled];
  let reached = 1;
  for (let p = 0; p < permutations; p++) {
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    if ((bestSplit(shuffled, total, sign, rowsMin)?.gap ?? 0) >= found.gap * (1 - 1e-12)) reached++;
  }
  const { before } = found;
  const after = { n: total.n - before.n, sum: total.sum - before.sum };
  return {
    at: filled[found.split]!.at,
    before: before.sum / before.n,
    after: after.sum / after.n,
    statistic: found.gap / variance,
    p: reached / (1 + permutations),
  };
}

type Side = { n: number; sum: number };
type Split = { split: number; gap: number; before: Side };

function bestSplit(bins: readonly BinSums[], total: Side, sign: number, rowsMin: number): Split | null {
  let best: Split | null = null;
  let [n, sum] = [0, 0];
  for (let split = 1; split < bins.length; split++) {
    n += bins[split - 1]!.n;
    sum += bins[split - 1]!.sum;
    const rest = total.n - n;
    if (n < rowsMin || rest < rowsMin) continue;
    const difference = sign * ((total.sum - sum) / rest - sum / n);
    if (difference <= 0) continue;
    const gap = difference ** 2 / (1 / n + 1 / rest);
    if (best === null || gap > best.gap) best = { split, gap, before: { n, sum } };
  }
  return best;
}

const rowVariance = (bins: readonly BinSums[], n: number, mean: number): number =>
  bins.reduce((all, bin) => all + bin.squares, 0) / n - mean * mean;

/** Variance per row that the bins' means show. */
const betweenBins = (bins: readonly BinSums[], mean: number): number =>
  bins.reduce((all, { n, sum }) => all + n * (sum / n - mean) ** 2, 0) / Math.max(1, bins.length - 1);

/** mulberry32 */
function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
