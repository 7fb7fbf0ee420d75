import { normalCdf } from '@plumbline/stats';
import type { Windows } from '../../libs/monitors/src/probes.js';
import type { Draws } from './draws.js';
import { DAY_MS, isWeekend } from './month.js';
import { HOUR_MS, shareOfDay, trafficOf } from './schedule.js';
import { fared, startsOf, watcher } from './watcher.js';

/** Response times: log-normal, counted per hour on a grid of logarithms, so that any day's quantiles are sums of hours. */

const DAY_HOURS = 24;
/** Windows before the judged one that the monitor may look at, and one more for the first to be whole. */
const EARLIER_DAYS = 15;
const CELLS = 256;
const [LEAST_MS, MOST_MS] = [2, 5000];
const MEDIAN_MS = 50;
const SPREAD = 0.6;
/** At noon requests take a tenth longer than at night, at weekends a twentieth less; hours differ by 10 %, days by 3 % (log-normal). */
const DAILY_SWING = 0.05;
const WEEKEND = 0.95;
const HOUR_NOISE = 0.1;
const DAY_NOISE = 0.03;

const STEP = Math.log(MOST_MS / LEAST_MS) / CELLS;
const upperMs = (cell: number): number => LEAST_MS * Math.exp((cell + 1) * STEP);

/** What happens to requests: how many times as long the share `of` of them takes, so many days after the change. */
export interface Slowdown {
  name: string;
  of: number;
  factor(day: number): number;
}
const LEAK = 1.015;
export const SLOWDOWNS: readonly Slowdown[] = [
  { name: 'a fifth slower', of: 1, factor: () => 1.2 },
  { name: 'half as slow again', of: 1, factor: () => 1.5 },
  { name: 'twice as slow', of: 1, factor: () => 2 },
  { name: 'the slowest tenth three times as slow', of: 0.1, factor: () => 3 },
  { name: '1.5 % slower every day', of: 1, factor: (day) => LEAK ** day },
];

/** Adds log-normal response times with this median to the cells. */
function addTimes(cells: Float64Array, median: number, share: number): void {
  let below = 0;
  for (let i = 0; i < CELLS; i++) {
    const upTo = i === CELLS - 1 ? 1 : normalCdf(Math.log(upperMs(i) / median) / SPREAD);
    cells[i]! += share * (upTo - below);
    below = upTo;
  }
}

/** Rows per cell of each day that begins with an hour; from `changeDay` on some requests are slower. */
function drawDays(n: number, days: number, change: (Slowdown & { changeDay: number }) | null, draws: Draws) {
  const hours: number[][] = [];
  const sums: Float64Array[] = [];
  let mood = 1;
  for (let hour = 0; hour < days * DAY_HOURS; hour++) {
    const day = Math.floor(hour / DAY_HOURS);
    if (hour % DAY_HOURS === 0) mood = Math.exp(DAY_NOISE * draws.random.normal());
    const usual = MEDIAN_MS * mood * (isWeekend(day) ? WEEKEND : 1) * Math.exp(HOUR_NOISE * draws.random.normal());
    const median = usual * (1 - DAILY_SWING * Math.cos((2 * Math.PI * hour) / DAY_HOURS));
    const since = change ? hour / DAY_HOURS - change.changeDay : -1;
    const slow = change && since >= 0 ? change : null;
    const law = new Float64Array(CELLS);
    addTimes(law, median, 1 - (slow?.of ?? 0));
    if (slow) addTimes(law, median * slow.factor(since), slow.of);
    hours.push(draws.multinomial(draws.poisson(n * shareOfDay(hour % DAY_HOURS, DAY_HOURS) * trafficOf(day)), law));
    const [before, left] = [sums.at(-1), hours[hour - DAY_HOURS]];
    sums.push(Float64Array.from(hours[hour]!, (c, i) => c + (before?.[i] ?? 0) - (left?.[i] ?? 0)));
  }
  return sums.slice(DAY_HOURS - 1);
}

/** What the latency monitor asks of a stream. */
function probesOf(days: readonly Float64Array[]) {
  const dayFrom = (startMs: number) => days[Math.round(startMs / HOUR_MS)]!;
  const known = new Map<number, { n: number; quantiles: number[] }>();
  const summary = (startMs: number, levels: readonly number[]) => {
    const counts = dayFrom(startMs);
    const n = counts.reduce((a, b) => a + b, 0);
    const quantile = (level: number) => {
      let below = 0;
      for (let i = 0; i < CELLS; i++) {
        const here = counts[i]!;
        if (here > 0 && below + here >= level * n) return upperMs(i - 1 + (level * n - below) / here);
        below += here;
      }
      return MOST_MS;
    };
    const found = known.get(startMs) ?? { n, quantiles: levels.map(quantile) };
    known.set(startMs, found);
    return found;
  };
  const above = (startMs: number, limit: number | null) => {
    if (limit === null) return 0;
    const counts = dayFrom(startMs);
    const at = Math.min(CELLS - 1, Math.max(0, Math.log(limit / LEAST_MS) / STEP));
    const cell = Math.floor(at);
    return Math.round(counts[cell]! * (cell + 1 - at) + counts.slice(cell + 1).reduce((a, b) => a + b, 0));
  };
  return {
    latencies: async (_model: unknown, windows: Windows, _scope: unknown, levels: readonly number[]) =>
      new Map(startsOf(windows).map((start) => [start, summary(start, levels)])),
    slower: async (_m: unknown, _w: unknown, _s: unknown, limits: ReadonlyMap<number, readonly (number | null)[]>) =>
      new Map([...limits].map(([start, of]) => [start, of.map((limit) => above(start, limit))])),
  };
}

/** Alarms per model-month of the latency monitor, on response times with hours, days and weekends of their own. */
export function peacefulLatency({ n, days }: { n: number; days: number }, draws: Draws): Promise<number> {
  const probes = probesOf(drawDays(n, EARLIER_DAYS + days, null, draws));
  return watcher('latency', probes).inPeace(EARLIER_DAYS * DAY_MS, (EARLIER_DAYS + days) * DAY_MS);
}

/** How soon a slowdown rings, watched every hour for four weeks. */
export async function afterSlowdown(
  slowdown: Slowdown,
  { n, runs }: { n: number; runs: number },
  draws: Draws,
): Promise<ReturnType<typeof fared>> {
  const WATCHED_DAYS = 28;
  const times: (number | null)[] = [];
  for (let run = 0; run < runs; run++) {
    const change = { ...slowdown, changeDay: EARLIER_DAYS };
    const probes = probesOf(drawDays(n, EARLIER_DAYS + WATCHED_DAYS, change, draws));
    const at = EARLIER_DAYS * DAY_MS;
    times.push(await watcher('latency', probes).after(at, at + WATCHED_DAYS * DAY_MS));
  }
  return fared(times);
}
