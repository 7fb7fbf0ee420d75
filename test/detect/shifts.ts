import { judgeMissing } from '../../libs/monitors/src/kinds/missing.js';
import type { Draws } from './draws.js';
import { categoricalLaw, GRID, numericLaw } from './features.js';
import { ringsAmongMany } from './power.js';
import { knowAlone, look, monitorOf, OTHERS, PLAIN, type Plain, referenceOf } from './rules.js';
import { REFERENCE_DAYS, REFERENCE_ROWS_MAX } from './stationary.js';

/** Days that are watched after a change before it counts as not found. */
const WATCHED_DAYS = 14;
const GRADUAL_DAYS = 7;
const CATEGORIES = 30;
/** A unit change multiplies by this: metres to centimetres, euros to cents. */
const UNIT = 100;

/** What happens to one feature of 200; `law(day)` is its distribution that many days after the change began. */
interface Shift {
  name: string;
  type: 'numeric' | 'categorical';
  law(day: number): Float64Array;
  /** Missing rate before and after, where that is what changes. */
  missing?: [number, number];
  /** Share of the rows that the monitor looks at. */
  rowsShare?: number;
}

const number = (name: string, after: Float64Array): Shift => ({ name, type: 'numeric', law: () => after });
/** Categories in order, and one of them grown to `factor` times its share at the others' cost. */
const mix = (factor: number): Shift => {
  const tilt = Array.from({ length: CATEGORIES }, (_, k) => (k === 1 ? 1 : 0));
  return {
    name: `category mix: one share times ${factor} in odds`,
    type: 'categorical',
    law: () => categoricalLaw(CATEGORIES, tilt, Math.log(factor)),
  };
};

export function shifts(): Shift[] {
  return [
    ...[0.1, 0.2, 0.3, 0.4, 0.5].map((shift) => number(`mean +${shift} sigma`, numericLaw({ shift }))),
    ...[1.5, 2].map((scale) => number(`scale times ${scale}`, numericLaw({ scale }))),
    mix(2),
    mix(4),
    { name: 'null surge: 1 % to 5 %', type: 'numeric', law: () => numericLaw(), missing: [0.01, 0.05] },
    { name: 'null surge: 5 % to 20 %', type: 'numeric', law: () => numericLaw(), missing: [0.05, 0.2] },
    number(`unit change: times ${UNIT}`, numericLaw({ scale: UNIT })),
    number(`one slice (10 % of rows): unit change`, numericLaw({ scale: UNIT, share: 0.1 })),
    number(`one slice (10 % of rows): mean +2 sigma`, numericLaw({ shift: 2, share: 0.1 })),
    { ...number(`the same, a monitor of that slice`, numericLaw({ shift: 2 })), rowsShare: 0.1 },
    gradual(),
  ];
}

function gradual(): Shift {
  const laws = Array.from({ length: GRADUAL_DAYS }, (_, day) => numericLaw({ shift: (day + 1) / GRADUAL_DAYS }));
  return {
    name: 'gradual: mean +1 sigma over a week',
    type: 'numeric',
    law: (day) => laws[Math.min(day, GRADUAL_DAYS - 1)]!,
  };
}

/** How a rule fared: share of changes found in the first daily window, found at all, and mean days until then. */
export interface Fared {
  first_window: number;
  found: number;
  delay_days: number | null;
}

/** Every rule on the same rows: the starter set (drift and missing monitors together) and the plain rules. */
export function followShift(
  shift: Shift,
  { n: rows, runs }: { n: number; runs: number },
  draws: Draws,
): Record<'ours' | keyof Plain, Fared> {
  const n = Math.round(rows * (shift.rowsShare ?? 1));
  const names = ['ours', ...PLAIN] as const;
  const days: Record<(typeof names)[number], number[]> = { ours: [], psi: [], ks: [], js: [], sigma3: [] };
  const { level } = monitorOf('drift');
  const [before, after] = shift.missing ?? [0, 0];
  const plainLaw =
    shift.type === 'numeric' ? numericLaw() : categoricalLaw(CATEGORIES, new Float64Array(CATEGORIES), 0);
  const perDay = Math.min(REFERENCE_ROWS_MAX, n);
  for (let run = 0; run < runs; run++) {
    const reference = knowAlone(
      referenceOf(
        Array.from({ length: REFERENCE_DAYS }, () => draws.multinomial(perDay, plainLaw)),
        shift.type === 'numeric' ? GRID : undefined,
      ),
    );
    const refRows = perDay * REFERENCE_DAYS;
    const refMissing = draws.binomial(refRows, before);
    const open = new Set<(typeof names)[number]>(names);
    for (let day = 0; day < WATCHED_DAYS && open.size > 0; day++) {
      const missing = draws.binomial(n, after);
      const { psi, plain } = look(reference, draws.multinomial(n - missing, shift.law(day)));
      const surge = judgeMissing([{ missing, rows: n, refMissing, refRows }, ...QUIET], {
        level: monitorOf('missing').level,
      })[0]!.bad;
      for (const rule of open)
        if (rule === 'ours' ? surge || ringsAmongMany(psi, level) : plain[rule]) {
          days[rule].push(day + 1);
          open.delete(rule);
        }
    }
  }
  return Object.fromEntries(
    names.map((rule) => [
      rule,
      {
        first_window: days[rule].filter((day) => day === 1).length / runs,
        found: days[rule].length / runs,
        delay_days: days[rule].length > 0 ? days[rule].reduce((a, b) => a + b, 0) / days[rule].length : null,
      },
    ]),
  ) as Record<'ours' | keyof Plain, Fared>;
}

const QUIET = Array.from({ length: OTHERS }, () => ({ missing: 0, rows: 100, refMissing: 0, refRows: 100 }));
