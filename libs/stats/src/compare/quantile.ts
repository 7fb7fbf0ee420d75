import { median } from 'simple-statistics';
import { wilson } from '../intervals/proportion.js';
import { robustSpread } from '../intervals/robust.js';
import { studentQuantile } from '../special/student.js';

/** What a quantile of a positive quantity (a response time) was in earlier windows, and up to where it is as usual. */
export interface UsualQuantile {
  usual: number;
  limit: number;
}
export interface UsualQuantileOptions {
  /** Relative growth that does not matter. */
  tolerance?: number;
  /** Chance with which a window of the same kind may lie above the limit. */
  level?: number;
}

const WINDOWS_MIN = 3;
/** Windows from which a trend among them can be told. */
const TREND_MIN = 5;
/** Windows farther from their group's median than this many robust standard deviations count as that far: one bad day blinds nobody. */
const CLIPPED_SDS = 4;
/** Two-sided 99 %. */
const Z99 = 2.5758293035489004;

/**
 * The usual quantile and its limit, from the same quantile of groups of earlier windows: how much they differ among themselves is part
 * of the limit, because rows of one window are not independent and an interval from its rows alone is too narrow.
 *
 * On the logarithmic scale: c = median of a group; s² = Σ d² / f over the distances d of all windows from the median of their
 * group, clipped at four robust standard deviations, f = their number less one for each group; limit = exp(c + max(ln(1 + tolerance),
 * t_f(1 - level) s √(1 + π/2n))) with n windows in the group: the prediction limit of a normal law, π/2 for the median in the place of the mean.
 * A steady trend within a group of five or more is taken off its distances first (Theil and Sen's slope; f is less by one more): what
 * grows a little every day must not hide behind its own growth.
 * Shapes: per group the quantile of each of its windows in order of time; a result for each group, `null` with fewer than three.
 * Units: those of the values. Domain: values > 0, 0 < level < 1/2. Errors: RangeError for a value that is not positive, or such a level.
 * quantile.test.ts counts how often a window of the same kind lies above it.
 */
export function usualQuantiles(
  groups: readonly (readonly number[])[],
  { tolerance = 0.1, level = 0.005 }: UsualQuantileOptions = {},
): (UsualQuantile | null)[] {
  const bad = groups.flat().find((q) => !(q > 0) || !Number.isFinite(q));
  if (bad !== undefined) throw new RangeError(`not a positive value: ${bad}`);
  if (!(level > 0 && level < 0.5)) throw new RangeError(`the level is ${level}, not between 0 and 1/2`);
  const known = groups.filter((group) => group.length >= WINDOWS_MIN).map((group) => steady(group.map(Math.log)));
  const robust = known.map(robustSpread);
  const away = known.flatMap((group, g) => group.map((x) => Math.abs(x - robust[g]!.centre)));
  const most = CLIPPED_SDS * Math.max(0, ...robust.map(({ spread }) => spread));
  const dof = known.reduce((sum, { length: n }) => sum + n - (n < TREND_MIN ? 1 : 2), 0);
  const spread = Math.sqrt(away.reduce((sum, d) => sum + Math.min(d, most) ** 2, 0) / dof);
  return groups.map((group) => {
    const n = group.length;
    if (n < WINDOWS_MIN) return null;
    const { centre } = robustSpread(group.map(Math.log));
    const noise = studentQuantile(1 - level, dof) * spread * Math.sqrt(1 + Math.PI / 2 / n);
    return { usual: Math.exp(centre), limit: Math.exp(centre + Math.max(Math.log1p(tolerance), noise)) };
  });
}

/** The values without their trend: the median of all slopes between two of them. */
function steady(values: readonly number[]): number[] {
  if (values.length < TREND_MIN) return [...values];
  const slope = median(values.flatMap((x, i) => values.slice(i + 1).map((y, k) => (y - x) / (k + 1))));
  return values.map((x, i) => x - slope * i);
}

/**
 * Whether the quantile at `level` lies above a limit beyond doubt: more than 1 - level of the rows do, by the whole interval.
 *
 * Formula: Wilson's lower limit (default 99 %, two-sided) of beyond / n > 1 - level. A sign test: distribution-free.
 * Shapes: rows above the limit, rows. Domain: no rows: false. Errors: RangeError as in wilson, and for a level not within (0, 1).
 */
export function quantileAbove(beyond: number, n: number, level: number, z: number = Z99): boolean {
  if (!(level > 0 && level < 1)) throw new RangeError(`the level is between 0 and 1, got ${level}`);
  const { low } = wilson(beyond, n, z);
  return low !== null && low > 1 - level;
}
