import { decideFamily, delong, type Estimate, meanFromSums, rankingStats, wilson } from '@plumbline/stats';
import { comparable, judgeCount, judgeCoverage, silenceLimitMs } from '../../libs/monitors/src/kinds/checks.js';
import { judgeChange } from '../../libs/monitors/src/kinds/performance.js';
import type { Draws } from './draws.js';
import { alarmCounter, DAY_MS, isWeekend, MONTH_DAYS } from './month.js';
import { monitorOf } from './rules.js';
import { REFERENCE_DAYS, REFERENCE_ROWS_MAX } from './stationary.js';

/** The monitors that look at the clock, on years in which nothing happens, with days, nights and weekends. */

export const HOUR_MS = 3_600_000;
const WEEK_DAYS = 7;

/** Share of a day's traffic in a stretch of it: three times as much at noon as at midnight. Adds up to 1 over a day. */
export const shareOfDay = (at: number, perDay: number): number =>
  (1 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / perDay)) / perDay;
/** Traffic of a day: weekends have half. */
export const trafficOf = (day: number): number => (isWeekend(day) ? 0.5 : 1);

export type Metric = 'accuracy' | 'roc_auc' | 'mae';
export const METRICS: readonly Metric[] = ['accuracy', 'roc_auc', 'mae'];
/** Accuracy is half a point lower at weekends, and a point either way through the day. */
export const accuracyAt = (day: number, hour: number, loss = 0): number =>
  0.9 - (isWeekend(day) ? 0.005 : 0) + 0.01 * Math.cos((2 * Math.PI * hour) / 24) - loss;

/** Sums of the labelled rows of a stretch of time. */
interface Part {
  n: number;
  hits: number;
  sum: number;
  squares: number;
  scores: number[];
  labels: boolean[];
}

function drawPart(metric: Metric, n: number, accuracy: number, { binomial, random }: Draws): Part {
  const part: Part = { n, hits: 0, sum: 0, squares: 0, scores: [], labels: [] };
  if (metric === 'accuracy') part.hits = binomial(n, accuracy);
  else
    for (let i = 0; i < n; i++) {
      if (metric === 'mae') {
        const error = Math.abs(random.normal());
        part.sum += error;
        part.squares += error * error;
        continue;
      }
      const label = random.uniform() < 0.2;
      part.labels.push(label);
      part.scores.push(random.normal() + (label ? 1.5 : 0));
    }
  return part;
}

function estimateOf(metric: Metric, parts: readonly Part[]): Estimate & { n: number } {
  const sum = (key: 'n' | 'hits' | 'sum' | 'squares') => parts.reduce((all, part) => all + part[key], 0);
  const n = sum('n');
  if (metric === 'accuracy') return { ...wilson(sum('hits'), n), n };
  if (metric === 'mae') return { ...meanFromSums(n, sum('sum'), sum('squares')), n };
  return {
    ...delong(
      rankingStats(
        parts.flatMap((p) => p.scores),
        parts.flatMap((p) => p.labels),
      ),
    ),
    n,
  };
}

const MIN_LABELS = 30;

/** Alarms per model-month of the performance monitor; `interval` is the rule without a budget: the 95 % interval alone. */
export function peacefulPerformance(
  { metric, n, days }: { metric: Metric; n: number; days: number },
  draws: Draws,
): { budgeted: number; interval: number } {
  const { body, level, everyMs, windowMs } = monitorOf('performance');
  const perDay = Math.round(windowMs / everyMs);
  const partAt = (at: number) => {
    const day = Math.floor(at / perDay);
    const share = shareOfDay(at % perDay, perDay) * trafficOf(day);
    return drawPart(metric, draws.poisson(n * share), accuracyAt(day, ((at % perDay) / perDay) * 24), draws);
  };
  const least = Math.min(1, REFERENCE_ROWS_MAX / n);
  const baseline = estimateOf(
    metric,
    Array.from({ length: REFERENCE_DAYS * perDay }, (_, at) => partAt(at)).filter(
      (_, at) => at / perDay < REFERENCE_DAYS * least,
    ),
  );
  const [budgeted, interval] = [alarmCounter(body), alarmCounter(body)];
  const parts = Array.from({ length: perDay }, (_, at) => partAt(at));
  for (let at = perDay; at < days * perDay; at++) {
    parts[at % perDay] = partAt(at);
    const current = estimateOf(metric, parts);
    const { evidence } = judgeChange(metric, current, baseline);
    const verdict = (bad: boolean | null) => (current.n < MIN_LABELS || bad === null ? 'no_data' : bad ? 'bad' : 'ok');
    budgeted.look(at * everyMs, verdict(decideFamily([evidence], level)[0]!));
    interval.look(at * everyMs, verdict(evidence.exceeds));
  }
  const perMonth = (times: number) => (times / days) * MONTH_DAYS;
  return { budgeted: perMonth(budgeted.counted.alarms), interval: perMonth(interval.counted.alarms) };
}

/** Whether a day of labels whose accuracy fell rings, at the end of the first day. */
export function accuracyFalls({ n, loss }: { n: number; loss: number }, draws: Draws): boolean {
  const { level } = monitorOf('performance');
  const rows = Math.min(REFERENCE_ROWS_MAX, n) * REFERENCE_DAYS;
  const baseline = wilson(draws.binomial(rows, 0.9), rows);
  const { evidence } = judgeChange('accuracy', wilson(draws.binomial(n, 0.9 - loss), n), baseline);
  return decideFamily([evidence], level)[0] === true;
}

/** Real traffic varies from hour to hour by more than chance. */
const TRAFFIC_NOISE = 0.1;

/** Alarms per model-month of the volume monitor. */
export function peacefulVolume({ n, days }: { n: number; days: number }, draws: Draws): number {
  const { body, everyMs, windowMs } = monitorOf('volume');
  const perDay = Math.round(DAY_MS / everyMs);
  const inWindow = Math.round(windowMs / everyMs);
  const perHour = Math.round(HOUR_MS / everyMs);
  const counts: number[] = [];
  let mood = 1;
  for (let at = 0; at < days * perDay; at++) {
    if (at % perHour === 0) mood = Math.exp(TRAFFIC_NOISE * draws.random.normal());
    counts.push(draws.poisson(n * mood * shareOfDay(at % perDay, perDay) * trafficOf(Math.floor(at / perDay))));
  }
  const before = [0];
  for (const count of counts) before.push(before.at(-1)! + count);
  const windowAt = (startMs: number) => {
    const start = Math.round(startMs / everyMs);
    return before[start + inWindow]! - before[start]!;
  };
  const alarms = alarmCounter(body);
  let watched = 0;
  for (let at = 3 * WEEK_DAYS * perDay; at + inWindow <= counts.length; at++) {
    const start = at * everyMs;
    const { unusual } = judgeCount(windowAt(start), comparable(start, windowMs, 0).map(windowAt));
    alarms.look(start + windowMs, unusual === null ? 'no_data' : unusual ? 'bad' : 'ok');
    watched += everyMs;
  }
  return (alarms.counted.alarms / (watched / DAY_MS)) * MONTH_DAYS;
}

/** Share of hours that ring when an hour of a stationary stream loses or doubles its traffic. */
export function volumeChange({ n, factor }: { n: number; factor: number }, draws: Draws): boolean {
  const hourly = n / 24;
  const hour = (times: number) => draws.poisson(hourly * times * Math.exp(TRAFFIC_NOISE * draws.random.normal()));
  return (
    judgeCount(
      hour(factor),
      Array.from({ length: 8 }, () => hour(1)),
    ).unusual === true
  );
}

const FRESHNESS_SPAN_MS = 14 * DAY_MS;

/** Alarms per model-month of the freshness monitor; the gaps of the last two weeks are known, as they are to the product. */
export function peacefulFreshness({ n, days }: { n: number; days: number }, draws: Draws): number {
  const { body, everyMs } = monitorOf('freshness');
  const perDay = 24;
  const times: number[] = [];
  for (let at = 0; at < days * perDay; at++) {
    const count = draws.poisson(n * shareOfDay(at % perDay, perDay) * trafficOf(Math.floor(at / perDay)));
    const hour = Array.from({ length: count }, () => (at + draws.random.uniform()) * HOUR_MS);
    times.push(...hour.sort((a, b) => a - b));
  }
  const alarms = alarmCounter(body);
  /** Gaps of the last two weeks that no later one surpasses, largest first. */
  let longest: { end: number; gap: number }[] = [];
  let next = 0;
  for (let now = 0; now < days * DAY_MS; now += everyMs) {
    for (; next < times.length && times[next]! <= now; next++) {
      const gap = next > 0 ? times[next]! - times[next - 1]! : 0;
      while (longest.length > 0 && longest.at(-1)!.gap <= gap) longest.pop();
      longest.push({ end: times[next]!, gap });
    }
    longest = longest.filter(({ end }) => end >= now - FRESHNESS_SPAN_MS);
    if (now < FRESHNESS_SPAN_MS || next === 0) continue;
    const limit = silenceLimitMs(longest[0]?.gap ?? null);
    alarms.look(now, now - times[next - 1]! > limit ? 'bad' : 'ok');
  }
  return (alarms.counted.alarms / (days - FRESHNESS_SPAN_MS / DAY_MS)) * MONTH_DAYS;
}

/** Predictions that the monitor of label coverage needs. */
const COVERAGE_ROWS_MIN = 100;

/** Alarms per model-month of the label coverage monitor over daily windows; labels of a tenth to a half of the rows come within the day. */
export function peacefulCoverage({ n, days }: { n: number; days: number }, draws: Draws): number {
  const alarms = alarmCounter(monitorOf('label_coverage').body);
  let before: { predictions: number; labelled: number } | null = null;
  for (let day = 0; day < days; day++) {
    const predictions = draws.poisson(n * trafficOf(day));
    const now = { predictions, labelled: draws.binomial(predictions, 0.1 + 0.4 * ((day / days) % 1)) };
    const enough = before && Math.min(before.predictions, predictions) >= COVERAGE_ROWS_MIN;
    alarms.look(day * DAY_MS, !enough ? 'no_data' : judgeCoverage(now, before!).fell ? 'bad' : 'ok');
    before = now;
  }
  return (alarms.counted.alarms / days) * MONTH_DAYS;
}

/** Whether labels that come more rarely than the day before, at the same age, ring at the end of the day. */
export function coverageFalls(
  { n, before, after }: { n: number; before: number; after: number },
  { binomial }: Draws,
): boolean {
  const labelled = (share: number) => ({ predictions: n, labelled: binomial(n, share) });
  return n >= COVERAGE_ROWS_MIN && judgeCoverage(labelled(after), labelled(before)).fell;
}
