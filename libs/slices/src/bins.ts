/** Numbers as codes: 0 for none, 1 for missing, from 2 the bins that hold something. */
export type Binned = {
  codes: Uint8Array;
  /** Of code 2, 3, …: its bounds as they are meant, and the least number in it (null for the first bin). */
  bins: { low: number; high: number; from: number | null }[];
  /** Of other numbers: those out of range count to the first or last bin, those where nothing was are 0. */
  codeOf(x: number): number;
};

export type BinRule = { kind: 'equal_width' | 'quantile'; count: number };
/** Bins beyond are of no use to anybody, and codes take one byte. */
export const BINS_MAX = 50;

/**
 * Cuts numbers into bins: of equal width over their range, `min(⌊(x − min) / ((max − min) / count)⌋, count − 1)`, or right-closed at their
 * quantiles. NaN is missing. Empty bins get no code; all numbers equal are one bin.
 */
export function binned(values: Float64Array, { kind, count }: BinRule): Binned {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < values.length; row++) {
    const x = values[row]!;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  const codes = new Uint8Array(values.length).fill(1);
  if (min > max) return { codes, bins: [], codeOf: (x) => (Number.isNaN(x) ? 1 : 0) };
  const width = (max - min) / count;
  const edges = kind === 'quantile' ? quantileEdges(values, count) : null;
  const binOf = edges
    ? (x: number) => lowerBound(edges, x)
    : (x: number) => (width > 0 ? Math.max(0, Math.min(Math.floor((x - min) / width), count - 1)) : 0);
  const size = edges ? edges.length + 1 : count;
  const least = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  const raw = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const x = values[row]!;
    if (Number.isNaN(x)) continue;
    const bin = binOf(x);
    raw[row] = bin + 1;
    if (x < least[bin]!) least[bin] = x;
  }
  const codeOfBin = new Uint8Array(size + 1);
  codeOfBin[0] = 1;
  const bins: Binned['bins'] = [];
  for (let bin = 0; bin < size; bin++) {
    if (least[bin] === Number.POSITIVE_INFINITY) continue;
    const [low, high] = edges
      ? [edges[bin - 1] ?? min, edges[bin] ?? max]
      : [min + bin * width, bin === count - 1 ? max : min + (bin + 1) * width];
    codeOfBin[bin + 1] = bins.push({ low, high, from: bins.length === 0 ? null : least[bin]! }) + 1;
  }
  for (let row = 0; row < values.length; row++) codes[row] = codeOfBin[raw[row]!]!;
  return { codes, bins, codeOf: (x) => codeOfBin[Number.isNaN(x) ? 0 : binOf(x) + 1]! };
}

/** The inner quantiles, each once. */
function quantileEdges(values: Float64Array, count: number): number[] {
  const sorted = values.filter((x) => !Number.isNaN(x)).sort();
  const at = (p: number) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))]!;
  const edges = Array.from({ length: count - 1 }, (_, i) => at((i + 1) / count));
  return [...new Set(edges)].filter((edge) => edge < sorted.at(-1)!);
}

/** How many edges lie below x: bins are right-closed. */
function lowerBound(edges: readonly number[], x: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
