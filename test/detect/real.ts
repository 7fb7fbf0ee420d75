import { binIndex, countValues } from '@plumbline/stats';
import { judgeDrift } from '../../libs/monitors/src/kinds/drift.js';
import { judgeMissing } from '../../libs/monitors/src/kinds/missing.js';
import { type GoldenSet, type PredictionRow, readPredictions, readSchema } from '../../libs/stats/src/golden/read.js';
import type { Draws } from './draws.js';
import { alarmCounter, DAY_MS, MONTH_DAYS } from './month.js';
import {
  knowTogether,
  type Look,
  look,
  monitorOf,
  noPlain,
  PLAIN,
  type Plain,
  type Reference,
  referenceOf,
} from './rules.js';

/** Real rows: the reference is a sample of them and so are the windows, so that nothing drifts unless it is put there. */

type Value = string | number | boolean | null;
type Rows = readonly Readonly<Record<string, Value>>[];
interface RealFeature {
  name: string;
  /** Values of the grid for numbers, names of categories otherwise. */
  values: number[] | null;
  categories: Map<string, number> | null;
  reference: Reference;
  refMissing: number;
  refRows: number;
}

/** Numbers are counted on this many steps of their ranks, which keeps real ties and shapes. */
const GRID_MAX = 512;

const readRows = (set: GoldenSet, kind: 'reference' | 'predictions'): PredictionRow[] => readPredictions(set, kind);

/** Columns of a data set with their types. */
const typesOf = (set: GoldenSet): Map<string, 'numeric' | 'categorical'> =>
  new Map(readSchema(set).features.map(({ name, type }) => [name, type]));

/**
 * Grids over all values that occur, so that every window is counted alike; a value beyond the grid falls into its last step. The
 * reference is cut into windows as large as those that are judged.
 */
function knowFeatures(
  types: ReadonlyMap<string, 'numeric' | 'categorical'>,
  rows: Rows,
  everything: Rows,
  perWindow: number,
): RealFeature[] {
  const chunks = Array.from({ length: Math.ceil(rows.length / perWindow) }, (_, i) =>
    rows.slice(i * perWindow, (i + 1) * perWindow),
  );
  const known = [...types].map(([name, type]) => {
    const base: Pick<RealFeature, 'name' | 'values' | 'categories'> =
      type === 'numeric'
        ? { name, values: gridOf(everything.map((row) => row[name] as number | null)), categories: null }
        : {
            name,
            values: null,
            // The last place is for what nobody has seen before.
            categories: new Map(
              [...new Set(everything.flatMap((row) => (row[name] === null ? [] : [String(row[name])])))]
                .sort()
                .map((category, i) => [category, i]),
            ),
          };
    const reference = referenceOf(
      chunks.map((chunk) => countRows(base, chunk).counts),
      base.values ?? undefined,
    );
    return { ...base, reference, refMissing: rows.length - reference.rows, refRows: rows.length };
  });
  const references = knowTogether(known.map(({ reference }) => reference));
  return known.map((one, i) => ({ ...one, reference: references[i]! }));
}

function gridOf(numbers: readonly (number | null)[]): number[] {
  const { values, counts } = countValues(numbers);
  if (values.length <= GRID_MAX) return values;
  const step = counts.reduce((a, b) => a + b, 0) / GRID_MAX;
  let seen = 0;
  return values.filter((_, i) => {
    const before = Math.floor(seen / step);
    seen += counts[i]!;
    return Math.floor(seen / step) > before || i === values.length - 1;
  });
}

/** Rows of a window per step of the grid or category, and how many have no value. */
function countRows({ name, values, categories }: Pick<RealFeature, 'name' | 'values' | 'categories'>, rows: Rows) {
  const counts = new Array<number>(values?.length ?? categories!.size + 1).fill(0);
  let missing = 0;
  for (const row of rows) {
    const value = row[name];
    if (value === null || value === undefined) missing += 1;
    else if (values) counts[Math.min(binIndex(values, value as number), values.length - 1)]! += 1;
    else counts[categories!.get(String(value)) ?? categories!.size]! += 1;
  }
  return { counts, missing };
}

/** What the starter set and the plain rules say of a window of rows. */
function judgeRows(known: readonly RealFeature[], rows: Rows): { drifted: string[]; surged: string[]; looks: Look[] } {
  const counted = known.map((feature) => countRows(feature, rows));
  const looks = counted.map(({ counts }, f) => look(known[f]!.reference, counts));
  const drifted = judgeDrift(
    looks.map((l) => l.psi),
    monitorOf('drift').level,
  );
  const surges = judgeMissing(
    counted.map(({ missing }, f) => ({
      missing,
      rows: rows.length,
      refMissing: known[f]!.refMissing,
      refRows: known[f]!.refRows,
    })),
    { level: monitorOf('missing').level },
  );
  const names = known.map(({ name }) => name);
  return { drifted: names.filter((_, f) => drifted[f]), surged: names.filter((_, f) => surges[f]!.bad), looks };
}

function shuffled<T>(rows: readonly T[], { random }: Draws): T[] {
  const out = [...rows];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** Each `count` rows drawn without replacement, again for every window. */
function sampled<T>(rows: readonly T[], count: number, { random }: Draws): T[] {
  const picked = new Map<number, T>();
  return Array.from({ length: count }, (_, i) => {
    const j = i + Math.floor(random.uniform() * (rows.length - i));
    const at = (k: number) => picked.get(k) ?? rows[k]!;
    const drawn = at(j);
    picked.set(j, at(i));
    return drawn;
  });
}

/** A fault put into real rows, where the feature has it. */
interface Fault {
  name: string;
  feature: string;
  missing?: boolean;
  change(row: Readonly<Record<string, Value>>): Readonly<Record<string, Value>>;
}

export const FAULTS: Partial<Record<GoldenSet, Fault[]>> = {
  adult: [
    { name: 'age: five years more', feature: 'age', change: (row) => ({ ...row, age: Number(row.age) + 5 }) },
    {
      name: 'hours per week become hours per month',
      feature: 'hours_per_week',
      change: (row) => ({ ...row, hours_per_week: Number(row.hours_per_week) * 4.35 }),
    },
    {
      name: 'workclass: another spelling of the most frequent one',
      feature: 'workclass',
      change: (row) => (row.workclass === 'Private' ? { ...row, workclass: 'private' } : row),
    },
    {
      name: 'one slice (the self-employed): occupation lost',
      feature: 'occupation',
      missing: true,
      change: (row) => (row.workclass === 'Self-emp-not-inc' ? { ...row, occupation: null } : row),
    },
  ],
  california: [
    {
      name: 'incomes in thousands instead of tens of thousands',
      feature: 'MedInc',
      change: (row) => ({ ...row, MedInc: Number(row.MedInc) * 10 }),
    },
    {
      name: 'one slice (houses older than 45 years): population lost',
      feature: 'Population',
      missing: true,
      change: (row) => (Number(row.HouseAge) > 45 ? { ...row, Population: null } : row),
    },
  ],
  bike: [
    {
      name: 'temperature in degrees instead of a share of 41',
      feature: 'temp',
      change: (row) => ({ ...row, temp: Number(row.temp) * 41 }),
    },
    {
      name: 'one slice (nights): humidity lost',
      feature: 'hum',
      missing: true,
      change: (row) => (Number(row.hr) < 3 ? { ...row, hum: null } : row),
    },
  ],
};

/** All rows of a data set, in an order that a shuffle will take away. */
export const allRows = (set: GoldenSet): Rows =>
  (['reference', 'predictions'] as const).flatMap((kind) => readRows(set, kind).map((row) => row.features));

interface RealStory {
  set: GoldenSet;
  /** Rows that come from one law once they are shuffled. */
  rows: Rows;
  faults: readonly Fault[];
}

/** Peace and faults on shuffled real rows: false alarms per model-month, and the share of windows in which each fault rings. */
export function realStory(
  { set, rows, faults }: RealStory,
  { n, days, runs }: { n: number; days: number; runs: number },
  draws: Draws,
) {
  const mixed = shuffled(rows, draws);
  const half = Math.floor(mixed.length / 2);
  const [past, present] = [mixed.slice(0, half), mixed.slice(half)];
  const known = knowFeatures(typesOf(set), past, rows, n);
  const alarms = { drift: alarmCounter(monitorOf('drift').body), missing: alarmCounter(monitorOf('missing').body) };
  const ringing = { ours: 0, ...noPlain() };
  for (let day = 0; day < days; day++) {
    const { drifted, surged, looks } = judgeRows(known, sampled(present, n, draws));
    alarms.drift.look(day * DAY_MS, drifted.length > 0 ? 'bad' : 'ok');
    alarms.missing.look(day * DAY_MS, surged.length > 0 ? 'bad' : 'ok');
    if (drifted.length + surged.length > 0) ringing.ours += 1;
    for (const rule of PLAIN) if (looks.some((l) => l.plain[rule])) ringing[rule] += 1;
  }
  const perMonth = (times: number) => (times / days) * MONTH_DAYS;
  const power = faults.map((fault) => {
    const found: Record<'ours' | keyof Plain, number> = { ours: 0, ...noPlain() };
    const at = known.findIndex((feature) => feature.name === fault.feature);
    for (let run = 0; run < runs; run++) {
      const { drifted, surged, looks } = judgeRows(known, sampled(present, n, draws).map(fault.change));
      if ((fault.missing ? surged : drifted).includes(fault.feature)) found.ours += 1;
      for (const rule of PLAIN) if (looks[at]!.plain[rule]) found[rule] += 1;
    }
    for (const rule of ['ours', ...PLAIN] as const) found[rule] /= runs;
    return { fault: fault.name, ...found };
  });
  return {
    false_alarms: perMonth(alarms.drift.counted.alarms + alarms.missing.counted.alarms),
    ringing_days: Object.fromEntries(Object.entries(ringing).map(([rule, times]) => [rule, perMonth(times)])),
    power,
  };
}

/** A known change point in the real order of rows: daily windows by timestamp, before and after it. */
export function realChange(set: GoldenSet, changeAt: string) {
  const past = readRows(set, 'reference').map((row) => row.features);
  const stream = readRows(set, 'predictions');
  const days = new Map<number, Readonly<Record<string, Value>>[]>();
  for (const { ts, features } of stream) {
    const day = Math.floor(Date.parse(ts) / DAY_MS);
    if (!days.has(day)) days.set(day, []);
    days.get(day)!.push(features);
  }
  const perDay = Math.round(stream.length / days.size);
  const known = knowFeatures(typesOf(set), past, [...past, ...stream.map((row) => row.features)], perDay);
  const change = Date.parse(changeAt);
  const before = { days: 0, ours: 0, ...noPlain() };
  const after: Record<'ours' | keyof Plain, number | null> = {
    ours: null,
    psi: null,
    ks: null,
    js: null,
    sigma3: null,
  };
  let subjects: string[] = [];
  for (const [day, rows] of [...days].sort(([a], [b]) => a - b)) {
    if (rows.length < 50) continue;
    const { drifted, surged, looks } = judgeRows(known, rows);
    const rings = {
      ours: drifted.length + surged.length > 0,
      ...Object.fromEntries(PLAIN.map((rule) => [rule, looks.some((l) => l.plain[rule])])),
    } as Record<'ours' | keyof Plain, boolean>;
    const isBefore = (day + 1) * DAY_MS <= change;
    if (isBefore) before.days += 1;
    for (const rule of ['ours', ...PLAIN] as const) {
      if (isBefore && rings[rule]) before[rule] += 1;
      if (!isBefore && rings[rule] && after[rule] === null) {
        after[rule] = Math.max(1, day - Math.floor(change / DAY_MS) + 1);
        if (rule === 'ours') subjects = [...drifted, ...surged];
      }
    }
  }
  return { days_before: before.days, ringing_before: before, delay_days: after, subjects };
}
