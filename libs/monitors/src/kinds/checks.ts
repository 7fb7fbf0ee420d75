import type { Finding } from '@plumbline/contracts';
import { type Estimate, type ExpectedCount, expectedCount, newcombe } from '@plumbline/stats';
import type { Scope, Windows } from '../probes.js';
import { beyond, type Rule, ruleOf } from '../rule.js';
import { list, show, showDuration } from '../words.js';
import {
  type Asked,
  type Judged,
  type Kind,
  noData,
  noReference,
  scopeOf,
  scopeOfOther,
  starts,
  unknownFeatures,
} from './kind.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
const WEEKS_MAX = 8;
const FRESH_MIN_MS = 15 * 60_000;
/** How much longer than the longest gap of two weeks a silence must be. */
const GAP_FACTOR = 2;

/** The silence that is longer than any seen, with the margin that chance needs. */
export const silenceLimitMs = (gapMaxMs: number | null): number =>
  Math.max(FRESH_MIN_MS, GAP_FACTOR * (gapMaxMs ?? HOUR_MS));

const NOT_ARMED = 'Only events from the past have come so far; this is watched as soon as events come live.';

/** Time since the newest prediction against the gaps seen. Looks at now, not at windows. */
export const freshnessKind: Kind = {
  family: 'data',
  async judge(asked, windows) {
    const { model, body, probes, nowMs } = asked;
    const now = windows.to - windows.stepMs;
    const one = (f: Finding) => new Map([[now, { findings: [f], message: f.message }]]);
    const finding = (state: Finding['state'], message: string, more: Partial<Finding> = {}): Finding => ({
      subject: 'freshness',
      state,
      value: null,
      threshold: null,
      n: 0,
      message,
      ...more,
    });
    if (!model.liveSince) return one(finding('no_data', NOT_ARMED));
    const { lastEventMs, gapMaxMs } = await probes.freshness(model, nowMs, scopeOf(body));
    if (lastEventMs === null) return one(finding('no_data', 'No prediction has come yet.'));
    const rule = ruleOf(body);
    const limit = rule?.value ?? silenceLimitMs(gapMaxMs);
    const age = nowMs - lastEventMs;
    const bad = beyond({ op: rule?.op ?? 'gt', value: limit }, age);
    return one(
      finding(
        bad ? 'bad' : 'ok',
        bad
          ? `No prediction for ${showDuration(age)}; the longest pause seen before was ${showDuration(gapMaxMs ?? HOUR_MS)}.`
          : `The newest prediction is ${showDuration(age)} old.`,
        {
          value: age,
          threshold: limit,
          n: 1,
          details: { unit: 'ms', last_event: new Date(lastEventMs).toISOString() },
        },
      ),
    );
  },
};

const COMPARABLE_MIN = 3;

/** Whether a count is outside the band of comparable windows; `unusual` is `null` while too few of them are known. */
export function judgeCount(
  count: number,
  history: readonly number[],
): { band: ExpectedCount; unusual: boolean | null } {
  const band = expectedCount(history);
  if (history.length < COMPARABLE_MIN) return { band, unusual: null };
  return { band, unusual: (band.low !== null && count < band.low) || (band.high !== null && count > band.high) };
}

/** Windows just before the judged one, where it is compared with these. */
const WINDOWS_BEFORE = 8;

/** Predictions per window against the same hour of earlier weeks, then of earlier days; or against the windows just before. */
export const volumeKind: Kind = {
  family: 'data',
  async judge(asked, windows) {
    const { model, body, probes } = asked;
    if (!model.liveSince) return new Map(starts(windows).map((s) => [s, noData('volume', NOT_ARMED)]));
    const { stepMs } = windows;
    const rule = ruleOf(body);
    if (rule) {
      const counts = await probes.counts(model, windows, scopeOf(body));
      return byRule(rule, windows, counts, counts.has(windows.from) || (await cameBefore(asked, windows)));
    }
    const counts = await probes.counts(
      model,
      { ...windows, from: windows.from - WEEKS_MAX * wholeWindows(WEEK_MS, stepMs) },
      scopeOf(body),
    );
    const firstSeen = counts.size > 0 ? Math.min(...counts.keys()) : Number.POSITIVE_INFINITY;
    return new Map(
      starts(windows).map((start) => {
        const like =
          body.compare?.to === 'previous'
            ? windowsBefore(start, stepMs, WINDOWS_BEFORE).filter((s) => s >= firstSeen)
            : comparable(start, stepMs, firstSeen);
        const history = like.map((s) => counts.get(s) ?? 0);
        const count = counts.get(start) ?? 0;
        const { band, unusual: bad } = judgeCount(count, history);
        if (bad === null)
          return [
            start,
            noData(
              'volume',
              `${show(count)} predictions; ${history.length} comparable windows are known, ${COMPARABLE_MIN} are needed.`,
              count,
            ),
          ];
        const message = `${show(count)} predictions in ${showDuration(stepMs)}, expected ${show(Math.round(band.expected ?? 0))} (${show(Math.round(band.low ?? 0))}–${show(Math.round(band.high ?? 0))}).`;
        const finding: Finding = {
          subject: 'volume',
          state: bad ? 'bad' : 'ok',
          value: count,
          low: null,
          high: null,
          threshold: count < (band.expected ?? 0) ? band.low : band.high,
          baseline: band.expected,
          n: count,
          message,
          details: { band },
        };
        return [start, { findings: [finding], message }];
      }),
    );
  },
};

const EXPECTED = { gt: 'at most', gte: 'fewer than', lt: 'at least', lte: 'more than' } as const;

/** How far back one looks for a prediction before windows of which the first has none. */
const BEFORE_MS = 90 * DAY_MS;
const cameBefore = async ({ model, body, probes }: Asked, { from }: Windows): Promise<boolean> =>
  (await probes.counts(model, { from: from - BEFORE_MS, to: from, stepMs: BEFORE_MS }, scopeOf(body))).size > 0;

/** Counts against a number that a person chose. Before the first prediction there was nothing to count. */
function byRule(
  rule: Rule,
  windows: Windows,
  counts: ReadonlyMap<number, number>,
  began: boolean,
): Map<number, Judged> {
  const firstSeen = began ? Number.NEGATIVE_INFINITY : Math.min(...counts.keys());
  return new Map(
    starts(windows).map((start) => {
      if (start < firstSeen) return [start, noData('volume', 'No prediction has come yet.')];
      const count = counts.get(start) ?? 0;
      const bad = beyond(rule, count);
      const message = `${show(count)} predictions in ${showDuration(windows.stepMs)}, ${EXPECTED[rule.op]} ${show(rule.value)} are expected.`;
      const finding: Finding = {
        subject: 'volume',
        state: bad ? 'bad' : 'ok',
        value: count,
        threshold: rule.value,
        // On which side it fails: what is too little silences what is computed from it.
        baseline: rule.value,
        n: count,
        message,
      };
      return [start, { findings: [finding], message }];
    }),
  );
}

/** The shortest time of at least `ms` that windows fill without a rest. */
const wholeWindows = (ms: number, stepMs: number): number => Math.ceil(ms / stepMs) * stepMs;

const windowsBefore = (start: number, period: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => start - (i + 1) * period);

/** Starts of comparable earlier windows: the same time of the week, or of the day while fewer than three weeks are known. */
export function comparable(start: number, stepMs: number, firstSeen: number): number[] {
  const back = (period: number, count: number) => windowsBefore(start, period, count).filter((s) => s >= firstSeen);
  if (stepMs >= WEEK_MS) return back(stepMs, WEEKS_MAX);
  const weeks = back(wholeWindows(WEEK_MS, stepMs), WEEKS_MAX);
  if (weeks.length >= 3) return weeks;
  return back(wholeWindows(DAY_MS, stepMs), 14);
}

const VANISHED_MIN_ROWS = 50;

/** Features that appeared, vanished or changed type: against the reference, the window before, or another version. */
export const schemaKind: Kind = {
  family: 'data',
  async judge(asked, windows) {
    const { model, body, probes } = asked;
    const min = body.min_samples ?? VANISHED_MIN_ROWS;
    const known = schemaBaseline(asked, windows.stepMs, min);
    const out = new Map<number, Judged>();
    for (const start of starts(windows)) {
      const before = await known(start);
      if (typeof before === 'string') {
        out.set(start, noData('schema', before));
        continue;
      }
      const seen = await probes.schema(model, start, start + windows.stepMs, scopeOf(body));
      if (seen.rows < min) {
        out.set(start, noData('schema', `${seen.rows} rows; ${min} are needed.`, seen.rows));
        continue;
      }
      out.set(start, schemaJudged(asked, before, seen));
    }
    return out;
  },
};

/** `numbers`: the share of a text's values that read as numbers. */
type Features = Record<string, { type: string; missingRate: number; numbers?: number }>;
type SchemaBefore = { name: string; features: Features };

/** What the features of a window are compared with, or why there is nothing. */
function schemaBaseline({ model, body, probes }: Asked, stepMs: number, min: number) {
  const to = body.compare?.to;
  if (to === 'previous' || to === 'version')
    return async (start: number): Promise<SchemaBefore | string> => {
      const [from, scope, name] =
        to === 'previous'
          ? [start - stepMs, scopeOf(body), 'the window before']
          : [start, { ...scopeOfOther(body), version: body.compare?.version }, `version '${body.compare?.version}'`];
      const seen = await probes.schema(model, from, from + stepMs, scope);
      if (seen.rows < min) return `There are ${seen.rows} rows of ${name} to compare with; ${min} are needed.`;
      return { name, features: featuresSeen(seen) };
    };
  const stored = probes.reference(model, body.compare?.reference);
  return async (): Promise<SchemaBefore | string> => {
    const features = (await stored)?.features;
    return features ? { name: 'the reference', features } : noReference(body);
  };
}

/** Rows as a reference: a feature is what most of its values are. */
const featuresSeen = ({ rows, features }: Seen): Features =>
  Object.fromEntries(
    Object.entries(features).map(([name, { numeric, categorical }]) => [
      name,
      {
        type: numeric >= categorical ? 'numeric' : 'categorical',
        missingRate: Math.max(0, 1 - (numeric + categorical) / rows),
        numbers: numeric / (numeric + categorical),
      },
    ]),
  );

function schemaJudged({ model, body }: Asked, { name: where, features }: SchemaBefore, seen: Seen): Judged {
  const wanted = body.target.features;
  const changes = schemaChanges(features, seen, where).filter((c) => !wanted || wanted.includes(c.feature));
  const bad: Finding[] = changes.map((c) => ({
    subject: c.feature,
    state: 'bad',
    value: c.share,
    threshold: null,
    n: seen.rows,
    message: c.detail,
    details: {
      change: c.change,
      source: Object.hasOwn(model.features, c.feature) ? model.features[c.feature]!.source : undefined,
    },
  }));
  const isKnown = (name: string) => Object.hasOwn(features, name) || Object.hasOwn(seen.features, name);
  const unknown = unknownFeatures(
    (wanted ?? []).filter((name) => !isKnown(name)),
    (name) => `There is no feature '${name}', neither in ${where} nor in ${show(seen.rows)} rows.`,
  );
  if (bad.length > 0)
    return {
      findings: [...bad, ...unknown],
      message:
        bad.length === 1 ? bad[0]!.message : `${bad.length} features changed: ${list(bad.map((f) => f.subject))}.`,
    };
  const count = wanted ? wanted.filter(isKnown).length : Object.keys(features).length;
  if (count === 0 && unknown.length > 0) return { findings: unknown, message: unknown[0]!.message };
  const message = `${count} features as in ${where}.`;
  const ok: Finding = { subject: 'schema', state: 'ok', value: 0, threshold: null, n: seen.rows, message };
  return { findings: [ok, ...unknown], message };
}

export type SchemaChange = {
  feature: string;
  change: 'appeared' | 'vanished' | 'type_changed';
  detail: string;
  share: number;
};
type Seen = { rows: number; features: Record<string, { numeric: number; categorical: number }> };

/** Values of another type that are taken for a slip, as a share and in number. */
const ODD_TYPE_SHARE = 0.05;
const ODD_TYPE_MIN = 5;

/** Pure: what changed between the features of `where` and those seen. */
export function schemaChanges(reference: Features, seen: Seen, where = 'the reference'): SchemaChange[] {
  const out: SchemaChange[] = [];
  for (const [feature, ref] of Object.entries(reference)) {
    const now = Object.hasOwn(seen.features, feature) ? seen.features[feature] : undefined;
    const present = now ? now.numeric + now.categorical : 0;
    if (!now || present === 0) {
      if (ref.missingRate < 0.5)
        out.push({
          feature,
          change: 'vanished',
          share: 0,
          detail: `${feature} vanished: it is in ${show(1 - ref.missingRate, 'missing')} of ${where} and in none of ${show(seen.rows)} rows.`,
        });
      continue;
    }
    const [odd, usual, was, is] =
      ref.type === 'numeric'
        ? [now.categorical, 0, 'a number', 'text']
        : [now.numeric, ref.numbers ?? 0, 'text', 'numbers'];
    if (odd > (usual + ODD_TYPE_SHARE) * present && odd >= ODD_TYPE_MIN)
      out.push({
        feature,
        change: 'type_changed',
        share: odd / present,
        detail: `${feature} is ${was} in ${where}; ${show(odd / present, 'missing')} of its values are ${is} now.`,
      });
  }
  for (const [feature, now] of Object.entries(seen.features)) {
    const present = now.numeric + now.categorical;
    if (!Object.hasOwn(reference, feature) && present > 0)
      out.push({
        feature,
        change: 'appeared',
        share: present / seen.rows,
        detail: `${feature} is new: in ${show(present / seen.rows, 'missing')} of the rows, never in ${where}.`,
      });
  }
  return out;
}

/** Predictions of a window and how many of them have their label. */
export type Labelled = { predictions: number; labelled: number };

/** Whether labels come far more rarely than for the window before at the same age: by half, or five points, beyond doubt. */
export function judgeCoverage(
  now: Labelled,
  before: Labelled,
  tolerance = Math.max(0.05, 0.5 * (before.labelled / Math.max(1, before.predictions))),
): { change: Estimate; tolerance: number; fell: boolean } {
  const change = newcombe(now.labelled, now.predictions, before.labelled, before.predictions);
  return { change, tolerance, fell: change.high !== null && change.high < -tolerance };
}

/** Labels that stopped coming: coverage of the window against the window before it at the same age. */
export const labelCoverageKind: Kind = {
  family: 'data',
  async judge({ model, body, probes }, windows) {
    const out = new Map();
    const rule = ruleOf(body);
    const min = body.min_samples ?? 100;
    const version = rule === null && body.compare?.to === 'version' ? body.compare.version : undefined;
    for (const start of starts(windows)) {
      const end = start + windows.stepMs;
      const at = async (from: number, asOf?: number, scope: Scope = scopeOf(body)) =>
        (
          await probes.performance(model, { from, to: from + windows.stepMs, stepMs: windows.stepMs }, scope, {
            metrics: ['count'],
            asOf,
          })
        )[0];
      const now = await at(start, rule ? undefined : end);
      if (!now || now.predictions < min) {
        out.set(
          start,
          noData('label coverage', `${now?.predictions ?? 0} predictions; ${min} are needed.`, now?.predictions ?? 0),
        );
        continue;
      }
      const before = rule
        ? undefined
        : version === undefined
          ? await at(start - windows.stepMs, start)
          : await at(start, end, { ...scopeOfOther(body), version });
      if (!rule && (!before || before.predictions < min)) {
        out.set(
          start,
          noData(
            'label coverage',
            `${version === undefined ? 'The window before' : `Version '${version}'`} has too few predictions to compare with.`,
            now.predictions,
          ),
        );
        continue;
      }
      const fell = before ? judgeCoverage(now, before, body.compare?.tolerance) : null;
      const coverage = now.labelled / now.predictions;
      const bad = rule ? beyond(rule, coverage) : fell!.fell;
      const base = before ? before.labelled / before.predictions : null;
      const message =
        base === null
          ? `${show(coverage, 'label_coverage')} of the predictions have a label.`
          : `${show(coverage, 'label_coverage')} of the labels have come; at the same age it was ${show(base, 'label_coverage')} ${version === undefined ? 'before' : `of version '${version}'`}.`;
      const finding: Finding = {
        subject: 'label coverage',
        state: bad ? 'bad' : 'ok',
        value: coverage,
        threshold: rule ? rule.value : (base ?? 0) - fell!.tolerance,
        baseline: base,
        n: now.predictions,
        message,
      };
      out.set(start, { findings: [finding], message });
    }
    return out;
  },
};
