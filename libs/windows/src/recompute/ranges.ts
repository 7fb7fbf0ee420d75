/** Windows computed by one question: bounds its memory and its answer. */
const RANGE_WINDOWS_MAX = 2_000;

export type Range = { from: number; to: number };

/** Runs of windows that lie close together, so that a backfill is a few questions and not thousands. */
export function ranges(starts: readonly number[], step: number): Range[] {
  const sorted = [...starts].sort((a, b) => a - b);
  const out: Range[] = [];
  for (const start of sorted) {
    const last = out.at(-1);
    if (last && start - last.to <= 24 * step && (start + step - last.from) / step <= RANGE_WINDOWS_MAX)
      last.to = start + step;
    else out.push({ from: start, to: start + step });
  }
  return out;
}
