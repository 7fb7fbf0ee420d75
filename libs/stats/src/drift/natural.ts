/**
 * Threshold from natural variation: an upper limit of the measures that windows of the good past had.
 *
 * The order statistic of rank ceil((k+1) level) of the k values: a new window of the same kind exceeds it with
 * probability at most 1 - level, whatever the distribution (conformal). When k is too small for the level, the largest
 * value seen. Shapes: measures of past windows, each against the rest; `null` and NaN are skipped.
 * Domain: 0 < level < 1; fewer than `windowsMin` values give `null` (nothing is known of the variation).
 * Errors: RangeError for a level outside (0, 1). Source: Vovk, Gammerman and Shafer (2005).
 */
export function naturalVariation(
  measures: readonly (number | null)[],
  { level = 0.95, windowsMin = 5 }: { level?: number; windowsMin?: number } = {},
): number | null {
  if (!(level > 0 && level < 1)) throw new RangeError(`the level is ${level}, not between 0 and 1`);
  const seen = measures
    .filter((value): value is number => value !== null && !Number.isNaN(value))
    .sort((a, b) => a - b);
  if (seen.length < windowsMin || seen.length === 0) return null;
  const rank = Math.ceil((seen.length + 1) * level);
  return seen[Math.min(rank, seen.length) - 1]!;
}
