export type ByteRange = { from: number; to: number };

/**
 * The one range of a `Range` header as bytes `[from, to)`; null: the whole file is asked for, because there is no range, it is of another unit, or
 * there are several (which a server may answer with everything); `unsatisfiable`: it begins behind the end.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | null | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const [first, last] = [match[1]!, match[2]!];
  if (first === '') {
    const count = Math.min(size, Number(last));
    return count === 0 ? 'unsatisfiable' : { from: size - count, to: size };
  }
  if (last !== '' && Number(last) < Number(first)) return null;
  if (Number(first) >= size) return 'unsatisfiable';
  return { from: Number(first), to: last === '' ? size : Math.min(size, Number(last) + 1) };
}
