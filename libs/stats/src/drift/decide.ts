import { benjaminiHochberg } from './benjamini-hochberg.js';

/** Share of false discoveries over the features of one window, where nothing is said of time. */
export const FDR = 0.05;

const DAY_MS = 86_400_000;

/** What one member of a family (a feature, a slice) brings to the decision on its window. */
export interface Evidence {
  /** The true effect exceeds the practical floor, by its own one-sided test; `null` where nothing can be said. */
  exceeds: boolean | null;
  /** p-value of "nothing happened"; `null` where the measure has none: it is then decided by `exceeds` alone. */
  pNoDrift: number | null;
}

/**
 * Which members of one window's family ring: those whose effect exceeds the floor AND whose no-drift p-value survives
 * Benjamini-Hochberg at `level` over the whole family.
 *
 * If nothing happened to any of them, the chance that any rings is at most `level`, however many there are: with every null
 * true the false-discovery rate is the chance of a single rejection. The second condition can only make it smaller.
 * Shapes: K members, K decisions in the same order; `null` stays `null`. Domain: 0 < level < 1.
 * Errors: RangeError for a level or p-value out of range. Source: Benjamini and Hochberg (1995); decide.test.ts counts.
 */
export function decideFamily(family: readonly Evidence[], level: number = FDR): (boolean | null)[] {
  const { rejected } = benjaminiHochberg(
    family.map((member) => member.pNoDrift),
    level,
  );
  return family.map(({ exceeds, pNoDrift }, i) => (exceeds ? pNoDrift === null || rejected[i]! : exceeds));
}

/** How many false alarms are granted in how many days, and how a monitor looks. */
export interface AlarmBudget {
  alarms: number;
  days: number;
  /** Time between looks, and the length of the window that each looks at. */
  everyMs: number;
  windowMs: number;
  /** Consecutive bad looks that make an alarm. */
  forCount: number;
}

/**
 * Level of a single look at which a monitor stays within its false-alarm budget.
 *
 * `(alarms / looks)^(1/d)`, looks = days / every, at most `levelMax`; d = floor((for - 1) every / window) + 1 windows among
 * the `for` consecutive ones share no row. An alarm starts with a bad look, so the expected number of alarms is at most looks x level
 * by linearity, whatever the overlap of the windows. Consecutive looks at the same rows say the same thing: they
 * do not loosen the level, only separate windows do. That part supposes separate windows to err independently, which
 * the common reference spoils when it is much smaller than a window.
 * Shapes: scalars. Domain: all positive, `forCount` a whole number >= 1. Errors: RangeError otherwise.
 */
export function alarmLevel(budget: AlarmBudget, levelMax: number = FDR): number {
  const { alarms, days, everyMs, windowMs, forCount } = budget;
  const bad = Object.entries(budget).find(([, x]) => !(x > 0 && Number.isFinite(x)));
  if (bad) throw new RangeError(`a false-alarm budget needs positive numbers, got ${bad[0]} = ${bad[1]}`);
  if (!Number.isInteger(forCount)) throw new RangeError(`an alarm takes a whole number of looks, got ${forCount}`);
  const looks = (days * DAY_MS) / everyMs;
  const separate = Math.floor(((forCount - 1) * everyMs) / windowMs) + 1;
  return Math.min(levelMax, (alarms / looks) ** (1 / separate));
}
