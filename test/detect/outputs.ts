import type { ContractView, FeatureProfile } from '@plumbline/contracts';
import { normalQuantile, normalSf } from '@plumbline/stats';
import { inferContract } from '../../libs/monitors/src/contract/infer.js';
import { NOTHING_SEEN, type Seen } from '../../libs/monitors/src/contract/seen.js';
import type { Windows } from '../../libs/monitors/src/probes.js';
import type { Draws } from './draws.js';
import { DAY_MS, isWeekend } from './month.js';
import { shareOfDay, trafficOf } from './schedule.js';
import { REFERENCE_DAYS, REFERENCE_ROWS_MAX } from './stationary.js';
import { fared, startsOf, watcher } from './watcher.js';

/** What a model puts out: a score with a class, or a log-normal number. Only counted, because the monitor only counts. */
export type Output = 'score' | 'number';
export const OUTPUTS: readonly Output[] = ['score', 'number'];

const PART_MS = 900_000;
const PER_DAY = DAY_MS / PART_MS;
/** Windows before the judged one in which a constant must have varied. */
const EARLIER_DAYS = 28;
/** Every output stands under this mark among the profiles of a reference. */
const MARK = '\u0001';
const LEVELS = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/** Shares of the rows: without an output, refused for one that is not finite, of the commoner class; and the number's factor. */
interface Law {
  absent: number;
  refused: number;
  negative: number;
  factor: number;
}
/** The commoner class is as common as a class may be that still counts as one of two. */
const USUAL: Law = { absent: 0.005, refused: 0.0003, negative: 0.87, factor: 1 };
const WEEKEND: Law = { absent: 0.0055, refused: 0.0003, negative: 0.93, factor: 1.2 };

/** A fault in what the model puts out, from one moment to the next. */
export interface OutputFault extends Partial<Law> {
  name: string;
  output: Output;
  constant?: boolean;
}
export const OUTPUT_FAULTS: readonly OutputFault[] = [
  { name: 'the score is constant', output: 'score', constant: true },
  { name: '0.5 % of the scores are not finite', output: 'score', refused: 0.005 },
  { name: '5 % of the scores are not finite', output: 'score', refused: 0.05 },
  { name: '5 % of the scores are absent', output: 'score', absent: 0.05 },
  { name: 'the number is a hundred times as large', output: 'number', factor: 100 },
];

/** The contract that four weeks of the output let one expect. */
function contractOf(output: Output, n: number, draws: Draws): ContractView {
  const rows = REFERENCE_DAYS * Math.min(REFERENCE_ROWS_MAX, n);
  const missing = draws.binomial(rows, USUAL.absent);
  const profile = (type: FeatureProfile['type'], more: Partial<FeatureProfile>): FeatureProfile => ({
    ...{ type, n: rows - missing, missing, missing_rate: missing / rows },
    ...more,
  });
  const quantiles = (of: (p: number) => number) => Object.fromEntries(LEVELS.map((p) => [String(p), of(p)]));
  // The largest of many values lies where the law has left u^(1/n) behind.
  const largest = Math.exp(-normalQuantile(-Math.expm1(Math.log(draws.random.uniform()) / rows)));
  const negative = draws.binomial(rows - missing, USUAL.negative);
  const profiles: Record<string, FeatureProfile> =
    output === 'number'
      ? {
          'prediction.value': profile('numeric', {
            ...{ min: 1 / largest, max: largest },
            quantiles: quantiles((p) => Math.exp(normalQuantile(p))),
          }),
        }
      : {
          'prediction.score': profile('numeric', { min: 0.001, max: 0.999, quantiles: quantiles((p) => p) }),
          'prediction.class': profile('categorical', {
            distinct: 2,
            categories: [
              { value: 'no', count: negative },
              { value: 'yes', count: rows - missing - negative },
            ],
          }),
        };
  const marked = Object.fromEntries(Object.entries(profiles).map(([name, p]) => [MARK + name, p]));
  const body = inferContract(marked, {}, output === 'number' ? 'regression' : 'binary');
  return { ...body, revision: 0, origin: 'inferred', reference: null } as unknown as ContractView;
}

const COUNTED = ['rows', 'absent', 'refused', 'outside', 'negative', 'varied'] as const;
type Counts = Record<(typeof COUNTED)[number], number>;

/** A stream of quarter hours; what any day held is the difference of two sums. */
function stream(
  { output, n, days }: { output: Output; n: number; days: number },
  fault: (OutputFault & { day: number }) | null,
  draws: Draws,
) {
  const contract = contractOf(output, n, draws);
  const limit = contract.outputs['prediction.value']?.max ?? Number.POSITIVE_INFINITY;
  const sums = Object.fromEntries(COUNTED.map((key) => [key, [0]])) as Record<keyof Counts, number[]>;
  for (let at = 0; at < days * PER_DAY; at++) {
    const day = Math.floor(at / PER_DAY);
    const now = fault && at / PER_DAY >= fault.day ? fault : null;
    const law: Law = { ...(isWeekend(day) ? WEEKEND : USUAL), ...now };
    const sent = draws.poisson(n * shareOfDay(at % PER_DAY, PER_DAY) * trafficOf(day));
    const refused = draws.binomial(sent, law.refused);
    const rows = sent - refused;
    const absent = draws.binomial(rows, law.absent);
    const present = rows - absent;
    const here: Counts = {
      ...{ rows, absent, refused },
      outside: output === 'number' ? draws.binomial(present, normalSf(Math.log(limit / law.factor))) : 0,
      negative: now?.constant ? present : draws.binomial(present, law.negative),
      varied: now?.constant ? 0 : present,
    };
    for (const key of COUNTED) sums[key].push(sums[key].at(-1)! + here[key]);
  }
  const dayFrom = (startMs: number): Counts => {
    const at = Math.round(startMs / PART_MS);
    return Object.fromEntries(
      COUNTED.map((key) => [key, sums[key][at + PER_DAY]! - sums[key][at]!]),
    ) as unknown as Counts;
  };
  const seen = (startMs: number): Seen => {
    const { rows, absent, outside, negative, varied } = dayFrom(startMs);
    const n = rows - absent;
    const value = { numeric: n, text: 0, outside, min: 0.5, max: varied > 0 ? 0.9 : 0.5 };
    if (output === 'number') return { ...NOTHING_SEEN, rows, outputs: new Map([['prediction.value', value]]) };
    const classes = Object.entries({ no: negative, yes: n - negative }).filter(([, count]) => count > 0);
    const categories = { n, distinct: classes.length, counts: new Map(classes) };
    return {
      ...{ ...NOTHING_SEEN, rows },
      outputs: new Map([
        ['prediction.score', value],
        ['prediction.class', { ...value, numeric: 0, text: n, outside: 0 }],
      ]),
      outputCategories: new Map([['prediction.class', categories]]),
    };
  };
  return {
    contract: async () => contract,
    values: async (_model: unknown, windows: Windows) => new Map(startsOf(windows).map((s) => [s, seen(s)])),
    refused: async (_model: unknown, windows: Windows) =>
      new Map(startsOf(windows).map((s) => [s, { outputs: dayFrom(s).refused, features: new Map<string, number>() }])),
  };
}

/** Alarms per model-month of the monitor of outputs. */
export function peacefulOutputs(
  { output, n, days }: { output: Output; n: number; days: number },
  draws: Draws,
): Promise<number> {
  const probes = stream({ output, n, days: EARLIER_DAYS + 1 + days }, null, draws);
  return watcher('outputs', probes).inPeace((EARLIER_DAYS + 1) * DAY_MS, (EARLIER_DAYS + 1 + days) * DAY_MS);
}

/** How soon a fault of the outputs rings, watched for three days. */
export async function afterOutputFault(
  fault: OutputFault,
  { n, runs }: { n: number; runs: number },
  draws: Draws,
): Promise<ReturnType<typeof fared>> {
  const WATCHED_DAYS = 3;
  const day = EARLIER_DAYS + 1;
  const times: (number | null)[] = [];
  for (let run = 0; run < runs; run++) {
    const probes = stream({ output: fault.output, n, days: day + WATCHED_DAYS }, { ...fault, day }, draws);
    times.push(await watcher('outputs', probes).after(day * DAY_MS, (day + WATCHED_DAYS) * DAY_MS));
  }
  return fared(times);
}
