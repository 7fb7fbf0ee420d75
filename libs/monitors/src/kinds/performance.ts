import type { Finding, MonitorBody, PerformanceWindow } from '@plumbline/contracts';
import {
  type DifferenceDecision,
  decideBeyond,
  decideDifference,
  decideFamily,
  type Estimate,
  type Evidence,
  metricBounds,
  metricDirection,
  metricHasInterval,
  pNoChange,
} from '@plumbline/stats';
import { GROUPS_MAX } from '../fanOut.js';
import { levelOf } from '../level.js';
import type { Windows } from '../probes.js';
import { show, showDuration } from '../words.js';
import { type Asked, type Judged, type Kind, noData, scopeOf, starts } from './kind.js';
import { lacksCoverage } from './waits.js';

const MIN_LABELS = 30;
/** The change that does not matter unless the monitor says otherwise: one point of a share, a tenth of an error. */
const TOLERANCE_SHARE = 0.01;
const TOLERANCE_RELATIVE = 0.1;
/** Windows before the judged one that make up `previous`. */
const PREVIOUS = 4;

type Baseline = { estimate: Estimate; name: string };
/** A finding but for its state, which is decided over all groups of the window; no evidence: the state is known. */
type Pending = { evidence: Evidence | null; tell(bad: boolean): Finding };

/** A realized metric against a threshold, the reference, the windows before, or another version. The interval decides, not the value. */
export const performanceKind: Kind = {
  family: 'performance',
  async judge(asked, windows) {
    const { body, model, probes } = asked;
    const metric = metricOf(asked);
    const ask = { metrics: [metric], groupBy: body.per };
    const reference = await referenceOf(asked, metric);
    const from = windows.from - (needsEarlier(body, reference) ? PREVIOUS : 0) * windows.stepMs;
    const rows = await probes.performance(model, { ...windows, from }, scopeOf(body), ask);
    const other =
      body.compare?.to === 'version'
        ? await probes.performance(
            model,
            windows,
            // The slice may say which version is judged; the other one is everything else of it.
            { filters: body.slice.filter((f) => f.field !== 'version'), version: body.compare.version ?? '' },
            { metrics: [metric], groupBy: body.per },
          )
        : [];
    return new Map(
      starts(windows).map((start) => {
        const here = largest(rows.filter((w) => Date.parse(w.start) === start));
        if (here.length === 0)
          return [start, noData(metric, `There were no predictions in these ${showDuration(windows.stepMs)}.`)];
        const pending = here.map((w) =>
          judge(asked, metric, w, baselineOf(asked, metric, w, rows, windows, reference, other)),
        );
        const rings = decideFamily(
          pending.map(({ evidence }) => evidence ?? { exceeds: null, pNoDrift: null }),
          levelOf(body),
        );
        const findings = pending.map(({ tell }, i) => tell(rings[i] === true));
        return [start, { findings, message: summary(findings) }];
      }),
    );
  },
  locate: ({ model, body, probes }, window) =>
    probes
      .concentrate(model, { from: window.start, to: window.end }, scopeOf(body), { kind: 'error' })
      .then((s) => s.map((c) => ({ ...c, what: 'mean error' }))),
};

/** Only what is compared with the windows before needs them. */
const needsEarlier = (body: MonitorBody, reference: Baseline | null): boolean =>
  compareTo(body) === 'previous' || (compareTo(body) === 'reference' && !(reference && body.per.length === 0));

/** Whether a monitor compares a metric with those of the windows before the judged one. */
export const comparesEarlier = async (asked: Asked): Promise<boolean> =>
  asked.body.kind === 'performance' && needsEarlier(asked.body, await referenceOf(asked, metricOf(asked)));

/** Groups are bounded: the largest are judged. */
const largest = (windows: PerformanceWindow[]): PerformanceWindow[] =>
  windows.length <= GROUPS_MAX
    ? windows
    : [...windows].sort((a, b) => b.predictions - a.predictions).slice(0, GROUPS_MAX);
const metricOf = ({ body, model }: Asked): string => body.target.metric ?? model.primaryMetric;
const compareTo = (body: MonitorBody) =>
  body.compare?.to ?? (body.condition && 'op' in body.condition ? 'threshold' : 'reference');
const groupKey = (w: PerformanceWindow) => JSON.stringify(w.group ?? {});

async function referenceOf({ body, model, probes }: Asked, metric: string): Promise<Baseline | null> {
  if (compareTo(body) !== 'reference') return null;
  const found = await probes.reference(model, body.compare?.reference, body.compare?.version);
  const estimate = found?.metrics[metric];
  return found && estimate && estimate.value !== null ? { estimate, name: `reference '${found.name}'` } : null;
}

function baselineOf(
  asked: Asked,
  metric: string,
  w: PerformanceWindow,
  rows: PerformanceWindow[],
  windows: Windows,
  reference: Baseline | null,
  other: PerformanceWindow[],
): Baseline | null {
  const to = compareTo(asked.body);
  if (to === 'threshold') return null;
  if (to === 'version') {
    const same = other.find((o) => o.start === w.start && groupKey(o) === groupKey(w));
    return same ? { estimate: same.metrics[metric]!, name: `version '${asked.body.compare?.version ?? ''}'` } : null;
  }
  if (to === 'reference' && reference && asked.body.per.length === 0) return reference;
  const start = Date.parse(w.start);
  const before = rows.filter(
    (r) =>
      groupKey(r) === groupKey(w) &&
      Date.parse(r.start) < start &&
      Date.parse(r.start) >= start - PREVIOUS * windows.stepMs &&
      r.metrics[metric]?.value != null,
  );
  if (before.length === 0) return null;
  const middle = before.sort((a, b) => a.metrics[metric]!.value! - b.metrics[metric]!.value!)[before.length >> 1]!;
  return { estimate: middle.metrics[metric]!, name: `the ${before.length} windows before` };
}

/** A metric against a baseline: how far it moved, what is tolerated, and the evidence that it got worse. */
export function judgeChange(
  metric: string,
  current: Estimate,
  baseline: Estimate,
  tolerance: number = defaultTolerance(metric, baseline.value ?? 0),
): { decided: DifferenceDecision; tolerance: number; evidence: Evidence } {
  const direction = metricDirection(metric);
  const decided = decideDifference({ current, baseline, direction, tolerance }, alone(metric));
  return { decided, tolerance, evidence: { exceeds: decided.worse, pNoDrift: pNoChange(decided, direction) } };
}

/** Metrics for which no interval is computed can only be judged by their value. */
const alone = (metric: string) => ({
  withoutInterval: metricHasInterval(metric) ? ('never' as const) : ('value' as const),
});

function judge(asked: Asked, metric: string, w: PerformanceWindow, baseline: Baseline | null): Pending {
  const { body } = asked;
  const estimate = w.metrics[metric] ?? { value: null, low: null, high: null };
  const group = w.group
    ? Object.entries(w.group)
        .map(([k, v]) => `${k} = ${v ?? 'missing'}`)
        .join(', ')
    : null;
  const samples = body.min_samples ?? MIN_LABELS;
  const n = metric.startsWith('latency') || metric === 'count' ? w.predictions : w.labelled;
  const { predictions, labelled, coverage, maturity } = w;
  const counted = { predictions, labelled, coverage, maturity, ...(w.group ? { group: w.group } : {}) };
  const says = (state: Finding['state'], message: string, more: Partial<Finding> = {}): Finding => ({
    subject: group ?? metric,
    state,
    value: estimate.value,
    low: estimate.low,
    high: estimate.high,
    threshold: null,
    baseline: baseline?.estimate.value ?? null,
    n,
    message,
    details: { metric, ...counted },
    ...more,
  });
  const finding = (...said: Parameters<typeof says>): Pending => ({ evidence: null, tell: () => says(...said) });
  const named = group ? `${metric} of ${group}` : metric;
  if (n < samples) return finding('no_data', `${named}: ${n} labelled rows, ${samples} are needed.`);
  const needs = metric.startsWith('latency') ? null : lacksCoverage(w, body.min_coverage);
  if (needs !== null)
    return finding(
      'no_data',
      `${named}: ${show(w.coverage, 'label_coverage')} of the labels have come, ${show(needs, 'label_coverage')} are needed.`,
    );
  if (estimate.value === null) return finding('no_data', `${named} is not defined for these rows.`);
  if (compareTo(body) === 'threshold') {
    const rule = body.condition && 'op' in body.condition ? body.condition : null;
    if (!rule) return finding('no_data', `${named}: the monitor has no condition to compare with.`);
    const bad = decideBeyond({ ...estimate, n }, { op: rule.op, threshold: rule.value }, alone(metric));
    const word = rule.op.startsWith('g') ? 'above' : 'below';
    return finding(
      bad ? 'bad' : 'ok',
      bad
        ? `${named} is ${show(estimate.value, metric)}, ${word} ${show(rule.value, metric)}.`
        : `${named} is ${show(estimate.value, metric)}.`,
      { threshold: rule.value },
    );
  }
  if (!baseline)
    return finding(
      'no_data',
      `${named} is ${show(estimate.value, metric)}; there is nothing to compare it with yet. Upload a reference.`,
    );
  const base = baseline.estimate.value!;
  const { decided, tolerance, evidence } = judgeChange(metric, estimate, baseline.estimate, body.compare?.tolerance);
  const threshold = metricDirection(metric) === 'lower' ? base + tolerance : base - tolerance;
  const moved = (decided.difference ?? 0) < 0 ? 'fell' : 'rose';
  const tell = (bad: boolean) =>
    says(
      bad ? 'bad' : 'ok',
      bad
        ? `${named} ${moved} from ${show(base, metric)} (${baseline.name}) to ${show(estimate.value, metric)}.`
        : `${named} is ${show(estimate.value, metric)}, ${baseline.name} ${show(base, metric)}.`,
      {
        threshold,
        details: {
          metric,
          ...counted,
          difference: decided.difference,
          difference_low: decided.low,
          difference_high: decided.high,
          p_value: evidence.pNoDrift,
          tolerance,
        },
      },
    );
  return { evidence, tell };
}

function defaultTolerance(metric: string, base: number): number {
  const { min, max } = metricBounds(metric);
  return max - min <= 2 ? TOLERANCE_SHARE : Math.abs(base) * TOLERANCE_RELATIVE;
}

function summary(findings: readonly Finding[]): string {
  const bad = findings.filter((f) => f.state === 'bad');
  const shown = bad[0] ?? findings.find((f) => f.state === 'ok') ?? findings[0]!;
  return bad.length > 1 ? `${shown.message} ${bad.length - 1} more groups are bad.` : shown.message;
}

export type { Judged };
