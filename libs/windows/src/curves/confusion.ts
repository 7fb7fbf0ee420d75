import type { CurveSet } from '@plumbline/contracts';
import { OTHER_CLASSES } from '@plumbline/stats';

export type Cell = { actual: number; predicted: number; n: number };

/** Who was taken for whom among the most frequent classes; all others are class 0 here, named `other`, and come last. */
export const topClassesSql = (rows: string, max: string): string => `
  SELECT _class AS class, count() AS n, count() OVER () AS distinct FROM (SELECT arrayJoin([actual, predicted]) AS _class FROM (${rows}))
  GROUP BY _class ORDER BY n DESC, class LIMIT ${max}`;

export const cellsSql = (rows: string, top: string): string => `
  SELECT indexOf(${top}, actual) AS actual_at, indexOf(${top}, predicted) AS predicted_at, count() AS n FROM (${rows})
  GROUP BY actual_at, predicted_at`;

/** The classes to show, in the order declared when all fit, and how many are folded into one. */
export function shownClasses(
  found: readonly { class: string; distinct: number }[],
  declared: readonly string[],
  max: number,
): { classes: string[]; folded: number } {
  const distinct = Number(found[0]?.distinct ?? 0);
  const frequent = found.map((f) => f.class);
  const all = new Set([...declared, ...frequent]);
  if (distinct <= max && all.size <= max) {
    const rest = frequent.filter((c) => !declared.includes(c)).sort();
    return { classes: [...declared, ...rest], folded: 0 };
  }
  const classes = distinct <= max ? frequent : frequent.slice(0, max - 1);
  return { classes, folded: distinct - classes.length };
}

export function matrix(
  { classes, folded }: { classes: readonly string[]; folded: number },
  cells: readonly { actual_at: number; predicted_at: number; n: number }[],
): NonNullable<CurveSet['confusion']> {
  const size = classes.length + (folded > 0 ? 1 : 0);
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const { actual_at, predicted_at, n } of cells)
    counts[(Number(actual_at) || size) - 1]![(Number(predicted_at) || size) - 1]! += Number(n);
  const rest = classes.includes(OTHER_CLASSES) ? `(${OTHER_CLASSES})` : OTHER_CLASSES;
  return { classes: folded > 0 ? [...classes, rest] : [...classes], counts, folded };
}
