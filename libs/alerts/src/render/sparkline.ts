const LEVELS = '▁▂▃▄▅▆▇█';

/**
 * A picture one character high, oldest first; a gap is a space, never a zero. `marks` (threshold, baseline) stretch the
 * scale, so that noise far from the threshold looks small. Only the last `width` values are drawn; '' if there are none.
 */
export function sparkline(
  values: readonly (number | null)[],
  options: { width?: number; marks?: readonly (number | null)[] } = {},
): string {
  const drawn = values.slice(-(options.width ?? 40));
  const real = drawn.filter((v): v is number => v !== null && Number.isFinite(v));
  if (real.length === 0) return '';
  const scale = [...real, ...(options.marks ?? []).filter((v): v is number => v !== null && Number.isFinite(v))];
  const low = Math.min(...scale);
  const high = Math.max(...scale);
  // Halves keep the difference of the two largest doubles finite.
  const range = high / 2 - low / 2;
  return drawn
    .map((value) => {
      if (value === null || !Number.isFinite(value)) return ' ';
      return LEVELS[range === 0 ? 3 : Math.min(7, Math.floor(((value / 2 - low / 2) / range) * 8))];
    })
    .join('');
}
