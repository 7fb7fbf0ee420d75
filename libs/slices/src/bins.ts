/** Numbers as codes: 0 for what is no number (infinite), 1 for missing (NaN), from 2 the bins that hold something. */
export type Binned = {
  codes: Uint8Array;
  bins: Bin[];
  /** Of other numbers: those out of range count to the first or last bin, those where nothing was are 0. */
  codeOf(x: number): number;
};
/** A bin of code 2, 3, …: its bounds as they are meant (null: open), and the least number in it (null for the first bin). */
export type Bin = { low: number | null; high: number | null; from: number | null };

export type BinRule = { kind: 'equal_width' | 'quantile' | 'round'; count: number };
/** Bins beyond are of no use to anybody, and codes take one byte. */
export const BINS_MAX = 50;
const OTHER = Number.POSITIVE_INFINITY;
/** Numbers from which the quantiles of `round` are taken. */
const SAMPLE_MAX = 20_000;
/** Shares of the numbers that lie below and above all round edges. */
const TAIL = 0.05;

/**
 * Cuts numbers into bins: of equal width over their range, `min(⌊(x − min) / ((max − min) / count)⌋, count − 1)`, right-closed at their
 * quantiles, or at round numbers (`roundEdges`). Empty bins get no code; all numbers equal are one bin. `edgesFrom`: the numbers
 * that say where round edges lie.
 */
export function binned(values: Float64Array, rule: BinRule, edgesFrom: () => Float64Array = () => values): Binned {
  const [min, max] = rangeOf(values);
  const codes = new Uint8Array(values.length);
  if (min > max) {
    const codeOf = (x: number) => Number(Number.isNaN(x));
    return { codes: Uint8Array.from(values, codeOf), bins: [], codeOf };
  }
  const { size, binOf, boundsOf } = cut(values, rule, min, max, edgesFrom);
  const least = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  const width = (max - min) / rule.count;
  if (rule.kind === 'equal_width' && width > 0) cutEvenly(values, min, width, rule.count, codes, least);
  else
    for (let row = 0; row < values.length; row++) {
      const x = values[row]!;
      const bin = x === OTHER ? -2 : Number.isNaN(x) ? -1 : binOf(x);
      codes[row] = bin + 2;
      if (x < least[bin]!) least[bin] = x;
    }
  const codeOfBin = new Uint8Array(size + 2);
  codeOfBin[1] = 1;
  const bins: Bin[] = [];
  for (let bin = 0; bin < size; bin++) {
    if (least[bin] === Number.POSITIVE_INFINITY) continue;
    const { low, high } = boundsOf(bin);
    // A round edge is the same in every window, the least number of one is not.
    const from = bins.length === 0 ? null : rule.kind === 'round' ? low : least[bin]!;
    codeOfBin[bin + 2] = bins.push({ low, high, from }) + 1;
  }
  if (bins.length < size) for (let row = 0; row < codes.length; row++) codes[row] = codeOfBin[codes[row]!]!;
  return { codes, bins, codeOf: (x) => (x === OTHER ? 0 : codeOfBin[Number.isNaN(x) ? 1 : binOf(x) + 2]!) };
}

/** The same as by `binOf`, without a call per number. */
function cutEvenly(
  values: Float64Array,
  min: number,
  width: number,
  count: number,
  codes: Uint8Array,
  least: Float64Array,
): void {
  const last = count - 1;
  for (let row = 0; row < values.length; row++) {
    const x = values[row]!;
    if (x >= min) {
      let bin = Math.floor((x - min) / width);
      if (x === OTHER) continue;
      if (bin > last) bin = last;
      codes[row] = bin + 2;
      if (x < least[bin]!) least[bin] = x;
    } else codes[row] = 1;
  }
}

type Cut = {
  size: number;
  binOf(x: number): number;
  boundsOf(bin: number): { low: number | null; high: number | null };
};

function cut(
  values: Float64Array,
  { kind, count }: BinRule,
  min: number,
  max: number,
  edgesFrom: () => Float64Array,
): Cut {
  if (kind === 'equal_width') {
    const width = (max - min) / count;
    return {
      size: count,
      binOf: (x) => (width > 0 ? Math.max(0, Math.min(Math.floor((x - min) / width), count - 1)) : 0),
      boundsOf: (bin) => ({ low: min + bin * width, high: bin === count - 1 ? max : min + (bin + 1) * width }),
    };
  }
  if (kind === 'round') {
    const edges = roundEdges(edgesFrom(), count);
    return {
      size: edges.length + 1,
      binOf: (x) => upperBound(edges, x),
      boundsOf: (bin) => ({ low: edges[bin - 1] ?? null, high: edges[bin] ?? null }),
    };
  }
  const edges = quantileEdges(values, count);
  return {
    size: edges.length + 1,
    binOf: (x) => lowerBound(edges, x),
    boundsOf: (bin) => ({ low: edges[bin - 1] ?? min, high: edges[bin] ?? max }),
  };
}

/**
 * At most `count − 1` multiples of 1, 2 or 5 times a power of ten that lie between the outer twentieths of the numbers: edges that people would
 * choose, and that hardly differ from one window to the next.
 */
export function roundEdges(values: Float64Array, count: number): number[] {
  const every = Math.max(1, Math.floor(values.length / SAMPLE_MAX));
  const sample = new Float64Array(Math.ceil(values.length / every));
  for (let i = 0; i < sample.length; i++) sample[i] = values[i * every]!;
  const sorted = sample.filter(Number.isFinite).sort();
  if (sorted.length === 0) return [];
  const [low, high] = [TAIL, 1 - TAIL].map((p) => sorted[Math.floor(p * (sorted.length - 1))]!) as [number, number];
  if (!(high > low)) return low < sorted.at(-1)! ? [nextAbove(sorted, low)] : [];
  const power = 10 ** Math.floor(Math.log10((high - low) / count));
  for (const step of [1, 2, 5, 10, 20, 50].map((s) => s * power)) {
    const first = Math.floor(low / step) + 1;
    const last = Math.floor(high / step);
    if (last - first + 1 <= count - 1)
      // Multiplied and divided so that 0.3 is 0.3.
      return Array.from({ length: last - first + 1 }, (_, i) =>
        step < 1 ? (first + i) / Math.round(1 / step) : (first + i) * step,
      );
  }
  return [];
}

const nextAbove = (sorted: Float64Array, x: number): number => sorted[sorted.findLastIndex((v) => v <= x) + 1]!;

function rangeOf(values: Float64Array): [min: number, max: number] {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < values.length; row++) {
    const x = values[row]!;
    if (x < min) min = x;
    if (x > max && x !== OTHER) max = x;
  }
  return [min, max];
}

/** The inner quantiles, each once. */
function quantileEdges(values: Float64Array, count: number): number[] {
  const sorted = values.filter(Number.isFinite).sort();
  const at = (p: number) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))]!;
  const edges = Array.from({ length: count - 1 }, (_, i) => at((i + 1) / count));
  return [...new Set(edges)].filter((edge) => edge < sorted.at(-1)!);
}

/** How many edges lie below x: bins are right-closed. */
const lowerBound = (edges: readonly number[], x: number): number => rank(edges, (edge) => edge < x);
/** How many edges lie at or below x: bins hold their lower edge. */
const upperBound = (edges: readonly number[], x: number): number => rank(edges, (edge) => edge <= x);

function rank(edges: readonly number[], before: (edge: number) => boolean): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(edges[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
