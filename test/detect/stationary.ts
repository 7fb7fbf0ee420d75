import { schemaChanges } from '../../libs/monitors/src/kinds/checks.js';
import { judgeDrift } from '../../libs/monitors/src/kinds/drift.js';
import { judgeMissing } from '../../libs/monitors/src/kinds/missing.js';
import { breaks, contractOf } from './contract.js';
import type { Draws } from './draws.js';
import { type Feature, features, GRID, type Season, WEEKEND_MISSING } from './features.js';
import { alarmCounter, DAY_MS, isWeekend, MONTH_DAYS } from './month.js';
import { knowTogether, look, lookPsi, monitorOf, noPlain, PLAIN, type Reference, referenceOf, total } from './rules.js';

export const REFERENCE_DAYS = 28;
/** A reference is a sample: of a day it holds at most this many rows. */
export const REFERENCE_ROWS_MAX = 20_000;
/** Weekdays have this many times the rows of weekends. */
const WEEKDAY_TRAFFIC = 1.3;

/** Rows that the drift monitor needs. */
const ROWS_MIN = 50;

/** False alarms of a year in which nothing happens. */
export interface YearOfPeace {
  drift: number;
  missing: number;
  schema: number;
  /** The values of the data contract. */
  contract: number;
  /** Serving against training, where the training set is the same reference: the hardest case, both may ring. */
  skew: number;
  /** Alarms of drift and skew together: monitors of one family join one incident, and one incident is one page. */
  driftFamily: number;
  /** Days on which the rule rings for any feature; of the drift monitor too, since plain rules have no state. */
  ringingDays: Record<'ours' | (typeof PLAIN)[number], number>;
}

/** Rows of a day of a feature by cell, and how many lack it. */
export function drawDay(feature: Feature, rows: number, weekend: boolean, draws: Draws) {
  const missing = draws.binomial(rows, feature.missing * (weekend ? WEEKEND_MISSING : 1));
  return { missing, counts: draws.multinomial(rows - missing, weekend ? feature.weekend : feature.weekday) };
}

/** The rows of a day; weekends are the slack days if there is a season. */
export const rowsOf = (n: number, season: Season, day: number): number =>
  season === 'flat' || isWeekend(day) ? n : Math.round(n * WEEKDAY_TRAFFIC);

export type KnownFeature = { feature: Feature; reference: Reference; refMissing: number; refRows: number };

/** Four weeks of a model as its reference. */
export function knownFeatures(count: number, n: number, season: Season, draws: Draws): KnownFeature[] {
  const known = features(count, season, draws).map((feature) => {
    const days = Array.from({ length: REFERENCE_DAYS }, (_, day) =>
      drawDay(feature, Math.min(REFERENCE_ROWS_MAX, rowsOf(n, season, day)), isWeekend(day), draws),
    );
    const reference = referenceOf(
      days.map((d) => d.counts),
      feature.type === 'numeric' ? GRID : undefined,
    );
    const refMissing = total(days.map((d) => d.missing));
    return { feature, reference, refMissing, refRows: refMissing + reference.rows };
  });
  const references = knowTogether(known.map(({ reference }) => reference));
  return known.map((one, i) => ({ ...one, reference: references[i]! }));
}

/** Daily windows side by side, nothing ever happening; rates per model-month. */
export function yearOfPeace(
  { n, season, count, days }: { n: number; season: Season; count: number; days: number },
  draws: Draws,
): YearOfPeace {
  const known = knownFeatures(count, n, season, draws);
  const types = Object.fromEntries(
    known.map(({ feature, refMissing, refRows }) => [
      feature.name,
      { type: feature.type, missingRate: refMissing / refRows },
    ]),
  );
  const contracts = known.map(contractOf);
  const [drift, skew, missing] = [monitorOf('drift'), monitorOf('skew'), monitorOf('missing')];
  const alarms = {
    drift: alarmCounter(monitorOf('drift').body),
    skew: alarmCounter(monitorOf('skew').body),
    driftFamily: alarmCounter(monitorOf('drift').body),
    missing: alarmCounter(monitorOf('missing').body),
    schema: alarmCounter(monitorOf('schema').body),
    contract: alarmCounter(monitorOf('schema', 'values').body),
  };
  const ringing = noPlain();
  for (let day = REFERENCE_DAYS; day < REFERENCE_DAYS + days; day++) {
    const rows = rowsOf(n, season, day);
    const drawn = known.map(({ feature }) => drawDay(feature, rows, isWeekend(day), draws));
    const looks = drawn.map(({ counts }, f) => look(known[f]!.reference, counts));
    const end = (day + 1) * DAY_MS;
    const tell = (name: keyof typeof alarms, bad: boolean) => alarms[name].look(end, bad ? 'bad' : 'ok');
    const family = looks.map((l) => l.psi);
    const [drifted, skewed] = [drift, skew].map(({ level }) => judgeDrift(family, level).includes(true));
    tell('drift', drifted!);
    tell('skew', skewed!);
    tell('driftFamily', drifted! || skewed!);
    tell(
      'contract',
      known.some((k, f) => breaks(contracts[f]!, k, drawn[f]!.counts, drawn[f]!.missing)),
    );
    const surges = judgeMissing(
      drawn.map((d, f) => ({ missing: d.missing, rows, refMissing: known[f]!.refMissing, refRows: known[f]!.refRows })),
      { level: missing.level },
    );
    tell(
      'missing',
      surges.some((s) => s.bad),
    );
    const seen = Object.fromEntries(
      known.map(({ feature: { name, type } }, f) => {
        const present = rows - drawn[f]!.missing;
        return [name, type === 'numeric' ? { numeric: present, categorical: 0 } : { numeric: 0, categorical: present }];
      }),
    );
    tell('schema', schemaChanges(types, { rows, features: seen }).length > 0);
    for (const rule of PLAIN) if (looks.some((l) => l.plain[rule])) ringing[rule] += 1;
  }
  const perMonth = (times: number) => (times / days) * MONTH_DAYS;
  return {
    drift: perMonth(alarms.drift.counted.alarms),
    missing: perMonth(alarms.missing.counted.alarms),
    schema: perMonth(alarms.schema.counted.alarms),
    contract: perMonth(alarms.contract.counted.alarms),
    skew: perMonth(alarms.skew.counted.alarms),
    driftFamily: perMonth(alarms.driftFamily.counted.alarms),
    ringingDays: {
      ours: perMonth(alarms.drift.counted.bad),
      psi: perMonth(ringing.psi),
      ks: perMonth(ringing.ks),
      js: perMonth(ringing.js),
      sigma3: perMonth(ringing.sigma3),
    },
  };
}

/**
 * The drift monitor as it really looks: at the last 24 hours, every quarter of an hour. Its windows overlap, so a chance event is seen
 * again and again; the budget counts every look. Alarms per model-month.
 */
export function slidingDrift(
  { n, season, count, days }: { n: number; season: Season; count: number; days: number },
  draws: Draws,
): number {
  const known = knownFeatures(count, n, season, draws);
  const { body, level, everyMs } = monitorOf('drift');
  const perDay = Math.round(DAY_MS / everyMs);
  const alarms = alarmCounter(body);
  const drawPart = (day: number) => {
    const rows = draws.poisson(rowsOf(n, season, day) / perDay);
    return known.map(({ feature }) => draws.multinomial(rows, isWeekend(day) ? feature.weekend : feature.weekday));
  };
  const parts = Array.from({ length: perDay }, () => drawPart(REFERENCE_DAYS - 1));
  const windows = known.map((_, f) => parts[0]![f]!.map((_, i) => total(parts.map((part) => part[f]![i]!))));
  for (let at = 0; at < days * perDay; at++) {
    const fresh = drawPart(REFERENCE_DAYS + Math.floor(at / perDay));
    const old = parts[at % perDay]!;
    parts[at % perDay] = fresh;
    const looks = windows.map((counts, f) => {
      for (let i = 0; i < counts.length; i++) counts[i]! += fresh[f]![i]! - old[f]![i]!;
      return lookPsi(known[f]!.reference, counts);
    });
    const enough = total(windows[0]!) >= ROWS_MIN;
    alarms.look(at * everyMs, !enough ? 'no_data' : judgeDrift(looks, level).includes(true) ? 'bad' : 'ok');
  }
  return (alarms.counted.alarms / days) * MONTH_DAYS;
}
