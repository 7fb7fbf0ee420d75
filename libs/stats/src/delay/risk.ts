/** One age at which labels became known: how many did, out of how many that could have. Ages ascend. */
export interface RiskStep {
  age: number;
  events: number;
  atRisk: number;
}

/**
 * A prediction as a delay sees it: `age` is the delay of its label if it has one (`labelled`), else its own age now.
 * `count` rows of the same kind (default 1), so that a histogram can be handed over instead of rows.
 */
export interface DelayObservation {
  age: number;
  labelled: boolean;
  count?: number;
}

/**
 * A label that is known: its delay, and the age of its prediction now (which the delay cannot exceed, or it would not be
 * known yet). `count` rows of the same kind (default 1).
 */
export interface KnownDelay {
  delay: number;
  age: number;
  count?: number;
}

/** Risk sets, the greatest age observed, and how many rows went into them. */
export interface RiskTable {
  steps: RiskStep[];
  rows: number;
  labelled: number;
  lastAge: number | null;
}

/**
 * Risk sets of right-censored delays: `atRisk(a)` = rows whose label or whose own age came at a or later.
 *
 * Ties: a label at age a comes before a censoring at a (the row was still at risk). A negative age counts as 0: an
 * outcome may be stamped before its prediction. Shapes: any number of observations in any order. Units: one unit of time.
 * Domain: count >= 0. Errors: RangeError for an age or count that is not finite, or a negative count.
 * Source: Kaplan and Meier (1958), JASA 53, 457-481.
 */
export function censoredRisk(observations: Iterable<DelayObservation>): RiskTable {
  const at = new Map<number, { events: number; leaving: number }>();
  const table: RiskTable = { steps: [], rows: 0, labelled: 0, lastAge: null };
  for (const { age, labelled, count = 1 } of observations) {
    if (!take(table, age, count)) continue;
    const group = groupAt(at, Math.max(0, age));
    group.leaving += count;
    if (!labelled) continue;
    group.events += count;
    table.labelled += count;
  }
  let atRisk = table.rows;
  for (const [age, { events, leaving }] of ascending(at)) {
    if (events > 0) table.steps.push({ age, events, atRisk });
    atRisk -= leaving;
  }
  return table;
}

/**
 * Risk sets of known labels alone, in reversed time: `atRisk(d)` = labels with delay <= d whose prediction is at least d
 * old, so that a delay of d could have been seen.
 *
 * What is known only of labelled rows (their class) has no censored rows to go with: the delay is right-truncated by the
 * age. Shapes and units: see censoredRisk. Domain: delay <= age; a delay above the age counts as the age.
 * Errors: see censoredRisk. Source: Lagakos, Barraj and De Gruttola (1988), Biometrika 75, 515-523.
 */
export function truncatedRisk(known: Iterable<KnownDelay>): RiskTable {
  const at = new Map<number, { events: number; leaving: number }>();
  const table: RiskTable = { steps: [], rows: 0, labelled: 0, lastAge: null };
  for (const { delay, age, count = 1 } of known) {
    if (!Number.isFinite(delay)) throw new RangeError(`a delay is a number, got ${delay}`);
    if (!take(table, age, count)) continue;
    table.labelled += count;
    groupAt(at, Math.max(0, Math.min(delay, age))).events += count;
    groupAt(at, Math.max(0, age)).leaving += count;
  }
  let atRisk = 0;
  for (const [age, { events, leaving }] of ascending(at)) {
    atRisk += events;
    if (events > 0) table.steps.push({ age, events, atRisk });
    atRisk -= leaving;
  }
  return table;
}

function take(table: RiskTable, age: number, count: number): boolean {
  if (!Number.isFinite(age) || !(count >= 0) || !Number.isFinite(count)) {
    throw new RangeError(`an age is a number and a count is not negative, got age ${age}, count ${count}`);
  }
  if (count === 0) return false;
  table.rows += count;
  table.lastAge = Math.max(table.lastAge ?? 0, age);
  return true;
}

function groupAt(at: Map<number, { events: number; leaving: number }>, age: number) {
  const found = at.get(age);
  if (found) return found;
  const group = { events: 0, leaving: 0 };
  at.set(age, group);
  return group;
}

function ascending<T>(at: Map<number, T>): [number, T][] {
  return [...at].sort(([a], [b]) => a - b);
}
