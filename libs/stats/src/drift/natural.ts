import { psi } from '../distance/psi.js';
import { total } from '../distance/shares.js';
import { chiSquareSf } from '../special/chi-square.js';
import { benjaminiHochberg } from './benjamini-hochberg.js';
import { testedCounts } from './sparse.js';

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

/** Rows below which a window of the past says nothing of its variation: three to each decile. */
const NATURAL_ROWS_MIN = 30;
/** With fewer than the usual five windows the largest is a rough limit, but a better one than none: it only quiets. */
const NATURAL_WINDOWS_MIN = 3;
/**
 * Share of the names held to vary that may not. A name too many loses some power in small windows, one too few rings every week: of a
 * season half may be wrong, of a burst, which most pasts do not have, one in five.
 */
const SEASON_FDR = 0.5;
const BURST_FDR = 0.2;
const LEVEL_MAX = 0.99;

/** What the windows of one name's past differ by. */
export interface PastVariation {
  /** Upper limit of the windows' PSI against the rest, less what sampling adds at each one's size. */
  limit: number;
  /** p-values of "all windows come from one law": by all of them together, and by the farthest one. */
  together: number;
  farthest: number;
}

/**
 * How far the windows of the past lie from one another, beyond sampling.
 *
 * Window k against the rest, on counts made fit for the laws (testedCounts): S_k with h_k S_k ~ χ²(B_k-1) if all come from one law
 * (driftVerdict), so that S_k - (B_k-1)/h_k is the effect without its noise, however many rows the window has. `limit` is naturalVariation
 * of these. `together` is the test of all windows, Σ h_k S_k ~ χ²(Σ(B_k-1)), which sees a season; `farthest` is Bonferroni's of the
 * farthest window, which sees a burst.
 * Shapes: rows per bin (in an order that no count decides) of all of the past, and of each of its windows. Units: PSI.
 * Domain: windows of fewer than 30 rows are left out; `null` with fewer than three. Errors: RangeError for bad counts.
 */
export function pastVariation(all: ArrayLike<number>, windows: readonly ArrayLike<number>[]): PastVariation | null {
  const effects: number[] = [];
  let [statistic, freedom, farthest] = [0, 0, 1];
  for (const window of windows) {
    const m = total(window);
    const rest = Array.from(all, (rows, i) => Math.max(0, rows - window[i]!));
    const n = total(rest);
    if (m < NATURAL_ROWS_MIN || n === 0) continue;
    const counts = testedCounts(rest, window);
    const dof = counts.ref.length - 1;
    const h = (n / (n + m)) * m;
    const here = dof > 0 ? h * psi(counts.ref, counts.cur)! : 0;
    effects.push((here - dof) / h);
    statistic += here;
    freedom += dof;
    if (dof > 0) farthest = Math.min(farthest, chiSquareSf(here, dof));
  }
  const limit = naturalVariation(effects, { windowsMin: NATURAL_WINDOWS_MIN });
  if (limit === null) return null;
  return {
    limit: Math.max(0, limit),
    together: freedom > 0 ? chiSquareSf(statistic, freedom) : 1,
    farthest: Math.min(1, farthest * effects.length),
  };
}

/**
 * The effect that each name's own past had beyond sampling; 0 where sampling alone explains its windows, `null` where too few are known.
 *
 * Which names vary is decided over all of them by Benjamini-Hochberg: by the farthest window, and by all windows together, this in
 * proportion to the share that does not vary, which is estimated from the p-values above one half, π0 = 2 (1 + #{p > 1/2}) / K. Where most names
 * have a season, one whose season hides in the noise of small windows is taken to have it too; where none has, chance makes none.
 * Shapes: one PastVariation a name, results in the same order. Units: PSI, what `natural` of a verdict takes.
 * Source: Storey, Taylor and Siegmund (2004), JRSS B 66, 187-205.
 */
export function naturalEffects(past: readonly (PastVariation | null)[]): (number | null)[] {
  const known = past.filter((one) => one !== null);
  const still = (2 * (1 + known.filter(({ together }) => together > 0.5).length)) / Math.max(1, known.length);
  const season = benjaminiHochberg(
    past.map((one) => one?.together ?? null),
    Math.min(LEVEL_MAX, SEASON_FDR / Math.min(1, still)),
  );
  const burst = benjaminiHochberg(
    past.map((one) => one?.farthest ?? null),
    BURST_FDR,
  );
  return past.map((one, i) => one && (season.rejected[i] || burst.rejected[i] ? one.limit : 0));
}
