/** Round axis limits and step for a span of values: at most `ticks` steps, all labels short. */
export function niceDomain(
  low: number,
  high: number,
  ticks = 4,
  bounds: [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): { min: number; max: number; step: number } {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { min: 0, max: 1, step: 0.25 };
  let span = high - low;
  if (span <= 0) {
    span = Math.abs(high) * 0.2 || 1;
    low -= span / 2;
    high += span / 2;
  }
  const raw = span / ticks;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = size * ([1, 2, 2.5, 5, 10].find((m) => m * size >= raw * 0.999) ?? 10);
  const clean = (v: number) => Number(v.toPrecision(12));
  return {
    min: clean(Math.max(bounds[0], Math.floor(low / step) * step)),
    max: clean(Math.min(bounds[1], Math.ceil(high / step) * step)),
    step: clean(step),
  };
}

/**
 * What a line chart shows of its values and their intervals: all values, and intervals as far as they do not squeeze
 * the line flat (the wide intervals of near-empty windows are cut at the edge).
 */
export function lineDomain(
  values: number[],
  edges: number[],
  bounds?: [number, number],
): { min: number; max: number; step: number } {
  if (values.length === 0) return niceDomain(bounds?.[0] ?? 0, bounds?.[1] ?? 1, 4, bounds);
  const [low, high] = [least(values), most(values)];
  const room = (high - low || Math.abs(high) * 0.1 || 1) * 0.25;
  return niceDomain(
    Math.max(low - room, Math.min(low, least(edges))),
    Math.min(high + room, Math.max(high, most(edges))),
    5,
    bounds,
  );
}

// Not Math.min(...values): 10,000 windows times three are too many arguments on some engines.
export const least = (values: number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
export const most = (values: number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
