import type { Finding } from '@plumbline/contracts';
import { type Estimate, type ExpectedCount, expectedCount, newcombe } from '@plumbline/stats';
import type { Windows } from '../probes.js';
import { type Rule, ruleOf } from '../rule.js';
import { list, show, showDuration } from '../words.js';
import { type Judged, type Kind, noData, scopeOf, starts } from './kind.js';

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
    const { lastEventMs, gapMaxMs } = await probes.freshness(model, nowMs);
    if (lastEventMs === null) return one(finding('no_data', 'No prediction has come yet.'));
    const rule = body.condition && 'op' in body.condition ? body.condition.value : null;
    const limit = rule ?? silenceLimitMs(gapMaxMs);
    const age = nowMs - lastEventMs;
    const bad = age > limit;
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

/** Predictions per window against the same hour of earlier weeks, then of earlier days. */
export const volumeKind: Kind = {
  family: 'data',
  async judge({ model, body, probes }, windows) {
    if (!model.liveSince) return new Map(starts(windows).map((s) => [s, noData('volume', NOT_ARMED)]));
    const { stepMs } = windows;
    const rule = ruleOf(body);
    if (rule) return byRule(rule, windows, await probes.counts(model, windows, scopeOf(body)));
    const counts = await probes.counts(
      model,
      { ...windows, from: windows.from - WEEKS_MAX * wholeWindows(WEEK_MS, stepMs) },
      scopeOf(body),
    );
    const firstSeen = counts.size > 0 ? Math.min(...counts.keys()) : Number.POSITIVE_INFINITY;
    return new Map(
      starts(windows).map((start) => {
        const history = comparable(start, stepMs, firstSeen).map((s) => counts.get(s) ?? 0);
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

/** Counts against a number that a person chose. */
function byRule(rule: Rule, windows: Windows, counts: ReadonlyMap<number, number>): Map<number, Judged> {
  const above = rule.op.startsWith('g');
  return new Map(
    starts(windows).map((start) => {
      const count = counts.get(start) ?? 0;
      const bad = above ? count > rule.value : count < rule.value;
      const message = `${show(count)} predictions in ${showDuration(windows.stepMs)}, ${above ? 'at most' : 'at least'} ${show(rule.value)} are expected.`;
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

/** Starts of comparable earlier windows: the same time of the week, or of the day while fewer than three weeks are known. */
export function comparable(start: number, stepMs: number, firstSeen: number): number[] {
  const back = (period: number, count: number) =>
    Array.from({ length: count }, (_, i) => start - (i + 1) * period).filter((s) => s >= firstSeen);
  if (stepMs >= WEEK_MS) return back(stepMs, WEEKS_MAX);
  const weeks = back(wholeWindows(WEEK_MS, stepMs), WEEKS_MAX);
  if (weeks.length >= 3) return weeks;
  return back(wholeWindows(DAY_MS, stepMs), 14);
}

const VANISHED_MIN_ROWS = 50;

/** Features that appeared, vanished or changed type against the reference. */
export const schemaKind: Kind = {
  family: 'data',
  async judge({ model, body, probes }, windows) {
    const reference = await probes.reference(model, body.compare?.reference);
    const out = new Map();
    for (const start of starts(windows)) {
      if (!reference) {
        out.set(
          start,
          noData('schema', 'There is no reference to compare with. Upload one: POST /v1/models/MODEL/references.'),
        );
        continue;
      }
      const seen = await probes.schema(model, start, start + windows.stepMs, scopeOf(body));
      if (seen.rows < (body.min_samples ?? VANISHED_MIN_ROWS)) {
        out.set(
          start,
          noData('schema', `${seen.rows} rows; ${body.min_samples ?? VANISHED_MIN_ROWS} are needed.`, seen.rows),
        );
        continue;
      }
      const changes = schemaChanges(reference.features, seen);
      const findings: Finding[] = changes.map((c) => ({
        subject: c.feature,
        state: 'bad',
        value: c.share,
        threshold: null,
        n: seen.rows,
        message: c.detail,
        details: { change: c.change, source: model.features[c.feature]?.source },
      }));
      const ok: Finding = {
        subject: 'schema',
        state: 'ok',
        value: 0,
        threshold: null,
        n: seen.rows,
        message: `${Object.keys(reference.features).length} features as in the reference.`,
      };
      out.set(
        start,
        findings.length > 0
          ? {
              findings,
              message:
                findings.length === 1
                  ? findings[0]!.message
                  : `${findings.length} features changed: ${list(findings.map((f) => f.subject))}.`,
            }
          : { findings: [ok], message: ok.message },
      );
    }
    return out;
  },
};

export type SchemaChange = {
  feature: string;
  change: 'appeared' | 'vanished' | 'type_changed';
  detail: string;
  share: number;
};
type Seen = { rows: number; features: Record<string, { numeric: number; categorical: number }> };

/** Pure: what changed between the reference's features and those seen. */
export function schemaChanges(
  reference: Record<string, { type: string; missingRate: number }>,
  seen: Seen,
): SchemaChange[] {
  const out: SchemaChange[] = [];
  for (const [feature, ref] of Object.entries(reference)) {
    const now = seen.features[feature];
    const present = now ? now.numeric + now.categorical : 0;
    if (present === 0 && ref.missingRate < 0.5)
      out.push({
        feature,
        change: 'vanished',
        share: 0,
        detail: `${feature} vanished: it is in ${show(1 - ref.missingRate, 'missing')} of the reference and in none of ${show(seen.rows)} rows.`,
      });
    else if (ref.type === 'numeric' && now && now.categorical > 0.05 * present && now.categorical >= 5)
      out.push({
        feature,
        change: 'type_changed',
        share: now.categorical / present,
        detail: `${feature} is a number in the reference; ${show(now.categorical / present, 'missing')} of its values are text now.`,
      });
  }
  for (const [feature, now] of Object.entries(seen.features)) {
    const present = now.numeric + now.categorical;
    if (!Object.hasOwn(reference, feature) && present > 0)
      out.push({
        feature,
        change: 'appeared',
        share: present / seen.rows,
        detail: `${feature} is new: in ${show(present / seen.rows, 'missing')} of the rows, never in the reference.`,
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
    const rule = body.condition && 'op' in body.condition ? body.condition : null;
    const min = body.min_samples ?? 100;
    for (const start of starts(windows)) {
      const end = start + windows.stepMs;
      const at = async (from: number, asOf?: number) =>
        (
          await probes.performance(model, { from, to: from + windows.stepMs, stepMs: windows.stepMs }, scopeOf(body), {
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
      const before = rule ? undefined : await at(start - windows.stepMs, start);
      if (!rule && (!before || before.predictions < min)) {
        out.set(
          start,
          noData('label coverage', 'The window before has too few predictions to compare with.', now.predictions),
        );
        continue;
      }
      const fell = before ? judgeCoverage(now, before, body.compare?.tolerance) : null;
      const coverage = now.labelled / now.predictions;
      const bad = rule ? (rule.op.startsWith('l') ? coverage < rule.value : coverage > rule.value) : fell!.fell;
      const base = before ? before.labelled / before.predictions : null;
      const message =
        base === null
          ? `${show(coverage, 'label_coverage')} of the predictions have a label.`
          : `${show(coverage, 'label_coverage')} of the labels have come; at the same age it was ${show(base, 'label_coverage')} before.`;
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
