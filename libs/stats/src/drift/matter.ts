/** What the rows of a bin or category amount to: their number, the loss of those with a known label, and the model's output. */
export interface BinFacts {
  /** Labelled rows, the sum of their losses and of the squares of these. */
  labelled: number;
  loss: number;
  lossSquares: number;
  /** Rows with an output, the sum of outputs and of their squares. */
  rows: number;
  output: number;
  outputSquares: number;
}

/** Change of a mean, with its 95 % interval. */
export interface ShiftEffect {
  value: number;
  low: number;
  high: number;
}

const Z95 = 1.959963984540054;

/**
 * By how much the mean loss changes if nothing but the mix of this feature's bins does: `Σ (q_b - p_b) m_b`, m_b the
 * reference's mean loss in bin b, with variance `Σ (q_b - p_b)² s_b²/n_b`.
 *
 * Shapes: counts of reference and window over the same bins, and the reference's facts of each. Units: those of the loss.
 * Domain: a bin without labelled rows counts with the mean of all; `null` without labels or with an empty side.
 * Errors: none. Source: the mix term of a Kitagawa (1955) decomposition; features that move together share one effect.
 */
export function effectOfShift(
  refCounts: ArrayLike<number>,
  curCounts: ArrayLike<number>,
  facts: readonly (BinFacts | undefined)[],
): ShiftEffect | null {
  const n = sum(refCounts);
  const m = sum(curCounts);
  const labelled = facts.reduce((total, f) => total + (f?.labelled ?? 0), 0);
  if (n === 0 || m === 0 || labelled === 0) return null;
  const mean = facts.reduce((total, f) => total + (f?.loss ?? 0), 0) / labelled;
  let value = 0;
  let variance = 0;
  for (let b = 0; b < refCounts.length; b++) {
    const shift = curCounts[b]! / m - refCounts[b]! / n;
    const fact = facts[b];
    if (!fact || fact.labelled === 0) {
      value += shift * mean;
      continue;
    }
    const own = fact.loss / fact.labelled;
    value += shift * own;
    variance += (shift * shift * Math.max(0, fact.lossSquares / fact.labelled - own * own)) / fact.labelled;
  }
  const half = Z95 * Math.sqrt(variance);
  return { value, low: value - half, high: value + half };
}

/**
 * How much of the model's output a feature goes along with: the correlation ratio `η = √(Σ n_b (ō_b - ō)² / Σ (o - ō)²)`
 * between its bins and the output.
 *
 * Shapes: facts of each bin. Units: none, 0 (unrelated) to 1 (the output is a function of the bin). Domain: `null` without outputs; a
 * constant output: 0. Errors: none. Source: Pearson (1905); on average k - 1 of n of pure chance, which is taken off.
 */
export function correlationRatio(facts: readonly (BinFacts | undefined)[]): number | null {
  const bins = facts.filter((f): f is BinFacts => f !== undefined && f.rows > 0);
  const n = bins.reduce((total, f) => total + f.rows, 0);
  if (n === 0) return null;
  const mean = bins.reduce((total, f) => total + f.output, 0) / n;
  const total = bins.reduce((t, f) => t + f.outputSquares, 0) - n * mean * mean;
  if (!(total > 1e-12 * n * mean * mean) || n <= bins.length) return 0;
  const between = bins.reduce((t, f) => t + f.rows * (f.output / f.rows - mean) ** 2, 0);
  const share = (between - ((bins.length - 1) / (n - bins.length)) * Math.max(0, total - between)) / total;
  return Math.sqrt(Math.min(1, Math.max(0, share)));
}

const sum = (xs: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < xs.length; i++) total += xs[i]!;
  return total;
};
