/** So many rows in `[start, start + stepMs)`. */
export type Bucket = { start: number; n: number };
/** Rows between two times; `large`: more than fit, and it is a single bucket. */
export type Span = { from: number; to: number; n: number; large: boolean };

/** Buckets in the order of time, gathered into spans of at most `rowsMax` rows, cut to the range. */
export function gather(
  buckets: readonly Bucket[],
  stepMs: number,
  rowsMax: number,
  range: { from: number; to: number },
): Span[] {
  const spans: Span[] = [];
  for (const { start, n } of buckets) {
    const from = Math.max(start, range.from);
    const to = Math.min(start + stepMs, range.to);
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
