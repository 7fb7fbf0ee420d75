/** So many rows in `[start, start + size)`. */
export type Bucket = { start: bigint; n: number };
/** Rows in `[from, to)`; `large`: more than fit, and it is a single bucket. */
export type Span = { from: bigint; to: bigint; n: number; large: boolean };

/** Buckets in their order, gathered into spans of at most `rowsMax` rows, cut to the range. */
export function gather(
  buckets: readonly Bucket[],
  size: bigint,
  rowsMax: number,
  range: { from: bigint; to: bigint },
): Span[] {
  const spans: Span[] = [];
  for (const { start, n } of buckets) {
    const from = start > range.from ? start : range.from;
    const to = start + size < range.to ? start + size : range.to;
    const last = spans.at(-1);
    if (last && !last.large && last.n + n <= rowsMax) {
      last.to = to;
      last.n += n;
    } else spans.push({ from, to, n, large: n > rowsMax });
  }
  return spans;
}

const HASHES = 2n ** 64n;

/** All 64-bit hashes in so many ranges of one size, each with its first and last. */
export function hashRanges(count: number): [first: string, last: string][] {
  const at = (i: number) => (HASHES * BigInt(i)) / BigInt(count);
  return Array.from({ length: count }, (_, i) => [String(at(i)), String(at(i + 1) - 1n)]);
}
