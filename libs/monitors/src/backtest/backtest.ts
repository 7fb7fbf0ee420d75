import type { BacktestAnswer, BacktestQuestion, Calibration, MonitorBody } from '@plumbline/contracts';
import { durationMs, iso } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { diagnose } from '../diagnosis/diagnose.js';
import { evaluation, judgeWindows } from '../evaluate.js';
import { scopeOf } from '../kinds/kind.js';
import { comparesEarlier } from '../kinds/performance.js';
import { budgetOf, levelOf } from '../level.js';
import type { Probes } from '../probes.js';
import { decisive, inForce, limitsOf, sideOf, wantsThreshold } from '../rule.js';
import { verdictOf } from '../state.js';
import { findThreshold, noiseOf, type Side } from '../threshold.js';
import { showShort } from '../words.js';
import { planLooks, wayOf } from './looks.js';
import { type Judged, replay } from './replay.js';
import { silencesAt } from './silences.js';

const DAY_MS = 86_400_000;
const MONTH_DAYS = 30;

/**
 * A monitor against history: what it would have said at every look, what its state machine would have made of that, and the threshold
 * that its false-alarm budget asks for. `probesAt` answers as of a time. A failing store throws.
 */
export async function backtest(
  model: ModelContext,
  { monitor, from, to, labels }: BacktestQuestion,
  probesAt: (nowMs: number) => Probes,
): Promise<BacktestAnswer> {
  const side = sideOf(monitor, model.primaryMetric);
  const earlier = await comparesEarlier({ model, body: monitor, probes: probesAt(to), nowMs: to });
  const plan = planLooks(monitor, from, to, wayOf(monitor, labels, earlier));
  const found = await judgeLooks(model, monitor, plan, { from, to, labels }, probesAt);
  const series = side ? found.map((e) => decisive(monitor, side, e.findings)) : [];
  const suggested = side ? thresholdFor(monitor, side, series, (to - from) / DAY_MS) : null;
  // A threshold that is to be found is tried out where it was found: the best that can be said of it.
  const auto = wantsThreshold(monitor) && suggested !== null && side !== null;
  const body = auto
    ? inForce(monitor, { firing: false, calibrated: calibrationOf(side, suggested, from, to, series) })
    : monitor;
  const judged = auto ? found.map((e) => tried(monitor, e, side, suggested)) : found;
  const { looks, fired } = replay(body, side, judged);
  const count = (verdict: string) => looks.filter((l) => l.verdict === verdict).length;
  const spanDays = Math.max(1 / 24, (to - from) / DAY_MS);
  return {
    from: iso(from),
    to: iso(to),
    every: showShort(plan.everyMs),
    exact: plan.exact,
    evaluations: looks,
    would_have_fired: fired,
    per_month: (fired.length * MONTH_DAYS) / spanDays,
    looks: looks.length,
    bad: count('bad'),
    no_data: count('no_data'),
    suggested_threshold: suggested,
    diagnosis: diagnose(body, {
      looks,
      fired: fired.length,
      spanDays,
      noise: noiseOf(series),
      suggested,
      side,
      failing: null,
    }).problems,
  };
}

/** The threshold of the budget: on this history, at the level of one look. */
export function thresholdFor(
  body: MonitorBody,
  side: Side,
  series: readonly (number | null)[],
  spanDays: number,
): number | null {
  const { alarms, days } = budgetOf(body);
  const found = findThreshold(series, {
    side,
    level: levelOf(body),
    forCount: body.for,
    allowed: (alarms * spanDays) / days,
    limits: limitsOf(body),
  });
  return found === null ? null : Number(found.toPrecision(6));
}

export const calibrationOf = (
  side: Side,
  value: number | null,
  from: number,
  to: number,
  series: readonly (number | null)[],
) => ({
  value,
  op: side === 'above' ? ('gt' as const) : ('lt' as const),
  from: iso(from),
  to: iso(to),
  windows: series.filter((v) => v !== null).length,
  at: iso(to),
});

/** A look under the threshold that was found. */
function tried(body: MonitorBody, e: Judged, side: Side, threshold: number): Judged {
  const findings = e.findings.map((f) => {
    const value = decisive(body, side, [f]);
    if (value === null) return f;
    const bad = side === 'above' ? value > threshold : value < threshold;
    return { ...f, threshold, state: bad ? ('bad' as const) : ('ok' as const) };
  });
  const lead = findings.find((f) => f.state === 'bad');
  return { ...e, verdict: verdictOf(findings), message: lead?.message ?? e.message, findings };
}

type Range = Pick<BacktestQuestion, 'from' | 'to' | 'labels'>;

async function judgeLooks(
  model: ModelContext,
  monitor: MonitorBody,
  plan: ReturnType<typeof planLooks>,
  { from, to, labels }: Range,
  probesAt: (nowMs: number) => Probes,
): Promise<Judged[]> {
  // What is live now was live then: history is judged as if it had come live.
  const live = { ...model, liveSince: model.liveSince ?? new Date(from) };
  // The number is not known yet: everything but the comparison with it is judged.
  const body = wantsThreshold(monitor) ? withoutThreshold(monitor, sideOf(monitor, model.primaryMetric)) : monitor;
  const windowMs = durationMs(body.window);
  const out: Judged[] = [];
  if (plan.grids.length === 0) {
    const fresh =
      monitor.kind === 'freshness' ? await silencesAt(live, probesAt(to), from, to, scopeOf(monitor)) : null;
    for (const { lookedAt, start, end } of plan.looks) {
      const probes = { ...probesAt(lookedAt), ...(fresh ? { freshness: fresh } : {}) };
      const asOf = labels === 'then' ? asKnownAt(probes, lookedAt) : probes;
      const judged = await judgeWindows(
        { model: live, body, probes: asOf, nowMs: lookedAt },
        { from: start, to: end, stepMs: windowMs },
      );
      const one = judged.get(start) ?? [...judged.values()][0];
      out.push({ ...evaluation(body, { start, end }, one), lookedAt });
    }
    return out;
  }
  const judgedAt = new Map<number, Judged>();
  const looks = new Map(plan.looks.map((l) => [l.start, l]));
  const asOf = { afterMs: body.offset ? durationMs(body.offset) : 0 };
  const then = body.kind === 'performance' && labels === 'then';
  const probes = then ? asKnownAt(probesAt(to), asOf) : probesAt(to);
  for (const grid of plan.grids) {
    const judged = await judgeWindows({ model: live, body, probes, nowMs: to }, grid);
    for (const [start, one] of judged) {
      const look = looks.get(start);
      if (look) judgedAt.set(start, { ...evaluation(body, look, one), lookedAt: look.lookedAt });
    }
  }
  return plan.looks.flatMap((l) => judgedAt.get(l.start) ?? []);
}

/** Metrics with the labels that had come by then. */
const asKnownAt = (probes: Probes, asOf: number | { afterMs: number }): Probes => ({
  ...probes,
  performance: (model, windows, scope, ask) =>
    probes.performance(model, windows, scope, { ...ask, asOf: ask.asOf ?? asOf }),
});

/** A rule that never rings, to see the values that a threshold is found from. */
function withoutThreshold(body: MonitorBody, side: Side | null): MonitorBody {
  if (side === null) return body;
  const op = side === 'above' ? ('gt' as const) : ('lt' as const);
  return { ...body, condition: { op, value: side === 'above' ? Number.MAX_VALUE : -Number.MAX_VALUE } };
}

const WINDOWS_WANTED = 60;
const CALIBRATION_MS_MIN = 14 * DAY_MS;
const CALIBRATION_MS_MAX = 90 * DAY_MS;

/** The threshold of an `auto` condition from the monitor's own past, as known now; null where one number does not decide. */
export async function calibrate(
  model: ModelContext,
  monitor: MonitorBody,
  probesAt: (nowMs: number) => Probes,
  nowMs: number,
): Promise<Calibration | null> {
  const side = sideOf(monitor, model.primaryMetric);
  if (side === null) return null;
  const span = Math.min(CALIBRATION_MS_MAX, Math.max(CALIBRATION_MS_MIN, WINDOWS_WANTED * durationMs(monitor.window)));
  const range: Range = { from: nowMs - span, to: nowMs, labels: 'now' };
  const plan = planLooks(monitor, range.from, range.to, wayOf(monitor, 'now', false));
  const found = await judgeLooks(model, monitor, plan, range, probesAt);
  const series = found.map((e) => decisive(monitor, side, e.findings));
  return calibrationOf(side, thresholdFor(monitor, side, series, span / DAY_MS), range.from, nowMs, series);
}
