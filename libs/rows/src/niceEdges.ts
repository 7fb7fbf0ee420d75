/** Inner bounds of bins as a person would write them: as few digits as leave every bin about where it was. */
export function niceEdges(edges: readonly number[], min: number, max: number): number[] {
  const inner = [...new Set(edges)].filter((e) => e > min && e <= max).sort((a, b) => a - b);
  for (let digits = 1; digits < 16; digits++) {
    const rounded = inner.map((e) => Number(e.toPrecision(digits)));
    if (rounded.every((e, i) => near(e, inner, i, min, max) && (i === 0 || e > rounded[i - 1]!))) return rounded;
  }
  return inner;
}

/** Moved by less than a fifth of the way to its neighbours. */
function near(edge: number, inner: readonly number[], i: number, min: number, max: number): boolean {
  const at = inner[i]!;
  const room = Math.min(
    at - (inner[i - 1] ?? min),
    (inner[i + 1] ?? Math.max(max, at)) - at || Number.POSITIVE_INFINITY,
  );
  return edge > min && edge <= max && Math.abs(edge - at) <= room / 5;
}

/** Inner bounds of about so many bins of equal width, on round numbers. */
export function widthEdges(min: number, max: number, count: number): number[] {
  const raw = (max - min) / count;
  if (!(raw > 0) || !Number.isFinite(raw)) return [];
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = size * ([1, 2, 2.5, 5, 10].find((m) => m * size >= raw * 0.999) ?? 10);
  const out: number[] = [];
  const first = Math.floor(min / step) + 1;
  // Numbers so large that the step is lost in them would never get beyond the first.
  for (let i = 0; i <= count + 1 && out.length < count; i++) {
    const edge = Number(((first + i) * step).toPrecision(12));
    if (edge > max) break;
    if (edge > (out.at(-1) ?? min)) out.push(edge);
  }
  return out;
}
