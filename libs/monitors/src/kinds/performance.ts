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
import type { Group, Windows } from '../probes.js';
import { ruleOf } from '../rule.js';
import { beyondWords, show, showDuration } from '../words.js';
import { type Asked, badFirst, type Judged, type Kind, noData, scopeOf, scopeOfOther, starts } from './kind.js';
import { lacksCoverage } from './waits.js';

const MIN_LABELS = 30;
/** The change that does not matter unless the monitor says otherwise: one point of a share, a tenth of an error. */
const TOLERANCE_SHARE = 0.01;
const TOLERANCE_RELATIVE = 0.1;
/** Windows before the judged one that make up `previous`. */
const PREVIOUS = 4;

type Baseline = { estimate: Estimate; name: string };
/** Why there is nothing to compare with. */
type Lack = { lacks: string };
/** A finding but for its state, which is decided over all groups of the window; no evidence: the state is known. */
type Pending = { evidence: Evidence | null; tell(bad: boolean): Finding };

/**
 * A realized metric against a threshold, the reference, the windows before, or another version. The interval decides, not the value.
 * Slices and groups are compared with the same slice or group of the other side.
 */
export const performanceKind: Kind = {
  family: 'performance',
  async judge(asked, windows) {
    const { body, model, probes } = asked;
    const metric = metricOf(asked);
    const nothing = `There were no predictions in these ${showDuration(windows.stepMs)}.`;
    const { from: first, to } = windows;
    const seen =
      body.per.length > 0 && (await probes.groups(model, { from: first, to }, scopeOf(body), body.per, GROUPS_MAX));
    if (seen && seen.groups.length === 0) return new Map(starts(windows).map((s) => [s, noData(metric, nothing)]));
    // More groups than are judged need not be measured, nor could they be.
    const groups = seen && seen.all > seen.groups.length ? seen.groups : undefined;
    const ask = { metrics: [metric], groupBy: body.per, groups };
    const reference = await referenceOf(asked, metric, seen ? seen.groups : undefined);
    const from = first - (needsEarlier(body, reference) ? PREVIOUS : 0) * windows.stepMs;
    const rows = await probes.performance(model, { ...windows, from }, scopeOf(body), ask);
    const other =
      body.compare?.to === 'version'
        ? await probes.performance(
            model,
            windows,
            { ...scopeOfOther(body), version: body.compare.version ?? '' },
            { metrics: [metric], ...groupsOfOther(body, groups) },
          )
        : [];
    return new Map(
      starts(windows).map((start) => {
        const here = largest(rows.filter((w) => Date.parse(w.start) === start));
        if (here.length === 0) return [start, noData(metric, nothing)];
        const pending = here.map((w) =>
          judge(asked, metric, w, baselineOf(asked, metric, w, rows, windows, reference, other)),
        );
        const rings = decideFamily(
          pending.map(({ evidence }) => evidence ?? { exceeds: null, pNoDrift: null }),
          levelOf(body),
        );
        const findings = badFirst(pending.map(({ tell }, i) => tell(rings[i] === true)));
        return [start, { findings, message: summary(findings) }];
      }),
    );
  },
  locate: ({ model, body, probes }, window) =>
    probes
      .concentrate(model, { from: window.start, to: window.end }, scopeOf(body), { kind: 'error' })
      .then((s) => s.map((c) => ({ ...c, what: 'mean error' }))),
};

/** What is compared with the windows before needs them; of a reference, groups may be missing. */
const needsEarlier = (body: MonitorBody, reference: Reference | null): boolean =>
  compareTo(body) === 'previous' ||
  (compareTo(body) === 'reference' && (body.per.length > 0 || reference?.of({}) == null));

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
const groupKey = (w: Pick<PerformanceWindow, 'group'>) => JSON.stringify(w.group ?? {});
/** A group without the version: the other side is another version, or none. */
const keyOfOther = ({ group = {} }: Pick<PerformanceWindow, 'group'>) => {
  const { version: _, ...rest } = group;
  return JSON.stringify(rest);
};

const groupsOfOther = (body: MonitorBody, groups: readonly Group[] | undefined) => {
  const groupBy = body.per.filter((field) => field !== 'version');
  const named = groups?.map((group) => Object.fromEntries(groupBy.map((field) => [field, group[field] ?? null])));
  return { groupBy, groups: groupBy.length > 0 ? named : undefined };
};

/** Rows that a metric is of: predictions for what needs no label. */
const needsNoLabel = (metric: string): boolean => metric.startsWith('latency') || metric === 'count';
const rowsOf = (metric: string, w: PerformanceWindow): number => (needsNoLabel(metric) ? w.predictions : w.labelled);

/** What the reference says of the rows of a group; null: too little. */
type Reference = { name: string; of(w: Pick<PerformanceWindow, 'group'>): Estimate | null };

async function referenceOf(
  { body, model, probes }: Asked,
  metric: string,
  groups?: readonly Group[],
): Promise<Reference | null> {
  if (compareTo(body) !== 'reference') return null;
  const { reference: name, version } = body.compare ?? {};
  const scope = scopeOfOther(body);
  const by = groupsOfOther(body, groups);
  if (scope.filters.length === 0 && by.groupBy.length === 0) {
    const stored = await probes.reference(model, name, version);
    const estimate = stored?.metrics[metric];
    if (!stored) return null;
    return { name: stored.name, of: () => (estimate && estimate.value !== null ? estimate : null) };
  }
  const found = await probes.ofReference(model, { name, version }, scope, { metrics: [metric], ...by });
  if (!found) return null;
  const known = new Map(found.windows.map((w) => [keyOfOther(w), w]));
  const min = body.min_samples ?? MIN_LABELS;
  return {
    name: found.name,
    of(w) {
      const same = known.get(keyOfOther(w));
      const estimate = same?.metrics[metric];
      return same && estimate && estimate.value !== null && rowsOf(metric, same) >= min ? estimate : null;
    },
  };
}

function baselineOf(
  asked: Asked,
  metric: string,
  w: PerformanceWindow,
  rows: PerformanceWindow[],
  windows: Windows,
  reference: Reference | null,
  other: PerformanceWindow[],
): Baseline | Lack | null {
  const to = compareTo(asked.body);
  if (to === 'threshold') return null;
  if (to === 'version')
    return ofVersion(
      asked.body,
      metric,
      other.find((o) => o.start === w.start && keyOfOther(o) === keyOfOther(w)),
    );
  const { reference: named } = asked.body.compare ?? {};
  if (to === 'reference' && !reference && named !== undefined)
    return { lacks: `there is no reference '${named}' to compare with` };
  const trained = reference?.of(w);
  if (reference && trained) return { estimate: trained, name: `reference '${reference.name}'` };
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
  const why = reference ? `; reference '${reference.name}' has too few such rows` : '';
  return { estimate: middle.metrics[metric]!, name: `the ${before.length} windows before${why}` };
}

/** The same window and group of the other version, which must have as many labels as the judged one. */
function ofVersion(body: MonitorBody, metric: string, same: PerformanceWindow | undefined): Baseline | Lack {
  const name = `version '${body.compare?.version ?? ''}'`;
  const what = needsNoLabel(metric) ? 'rows' : 'labelled rows';
  const n = same ? rowsOf(metric, same) : 0;
  if (!same || n === 0) return { lacks: `${name} has no ${what} to compare with` };
  const samples = body.min_samples ?? MIN_LABELS;
  if (n < samples) return { lacks: `${name} has ${n} ${what} to compare with, ${samples} are needed` };
  const needs = needsNoLabel(metric) ? null : lacksCoverage(same, body.min_coverage);
  if (needs !== null)
    return {
      lacks: `${show(same.coverage, 'label_coverage')} of the labels of ${name} have come, ${show(needs, 'label_coverage')} are needed`,
    };
  const estimate = same.metrics[metric];
  return estimate && estimate.value !== null
    ? { estimate, name }
    : { lacks: `${metric} is not defined for the rows of ${name}` };
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

function judge(asked: Asked, metric: string, w: PerformanceWindow, found: Baseline | Lack | null): Pending {
  const { body } = asked;
  const baseline = found && 'estimate' in found ? found : null;
  const estimate = w.metrics[metric] ?? { value: null, low: null, high: null };
  const group = w.group
    ? Object.entries(w.group)
        .map(([k, v]) => `${k} = ${v ?? 'missing'}`)
        .join(', ')
    : null;
  const samples = body.min_samples ?? MIN_LABELS;
  const n = rowsOf(metric, w);
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
  if (n < samples)
    return finding(
      'no_data',
      `${named}: ${n} ${needsNoLabel(metric) ? 'rows' : 'labelled rows'}, ${samples} are needed.`,
    );
  const needs = needsNoLabel(metric) ? null : lacksCoverage(w, body.min_coverage);
  if (needs !== null)
    return finding(
      'no_data',
      `${named}: ${show(w.coverage, 'label_coverage')} of the labels have come, ${show(needs, 'label_coverage')} are needed.`,
    );
  if (estimate.value === null) return finding('no_data', `${named} is not defined for these rows.`);
  const to = compareTo(body);
  const rule = ruleOf(body);
  if (to === 'threshold' && !rule) return finding('no_data', `${named}: the monitor has no condition to compare with.`);
  // A number is a limit of the value itself, whatever else it is compared with.
  const broken =
    rule !== null && decideBeyond({ ...estimate, n }, { op: rule.op, threshold: rule.value }, alone(metric));
  if (rule && broken)
    return finding(
      'bad',
      `${named} is ${show(estimate.value, metric)}, ${beyondWords(rule)} ${show(rule.value, metric)}.`,
      { threshold: rule.value },
    );
  if (found && 'lacks' in found)
    return finding('no_data', `${named} is ${show(estimate.value, metric)}; ${found.lacks}.`);
  if (rule && !baseline)
    return finding('ok', `${named} is ${show(estimate.value, metric)}.`, { threshold: rule.value });
  if (!baseline)
    return finding(
      'no_data',
      `${named} is ${show(estimate.value, metric)}; there is nothing to compare it with yet. ${to === 'previous' ? 'The windows before have no value.' : 'Upload a reference.'}`,
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
