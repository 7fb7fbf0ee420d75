import {
  type DriftWindow,
  durationMs,
  type FeatureDrift,
  type Finding,
  type MeasureValue,
  type MonitorBody,
} from '@plumbline/contracts';
import { decideFamily } from '@plumbline/stats';
import { levelOf } from '../level.js';
import { beyond, ruleOf } from '../rule.js';
import { list, show } from '../words.js';
import { type Asked, type Kind, noData, noReference, scopeOf, starts, unknownFeatures } from './kind.js';

const MIN_ROWS = 50;
const FROM_QUANTILE = '0.01';
const TO_QUANTILE = '0.99';

/**
 * Which features of a window left the reference. The answer to one question is corrected over its features; a monitor asks again and
 * again, so what drifted must also survive at the level that its false-alarm budget leaves for one look.
 */
export const judgeDrift = (family: readonly Pick<MeasureValue, 'drifted' | 'p_value'>[], level: number): boolean[] =>
  decideFamily(
    family.map(({ drifted, p_value }) => ({ exceeds: drifted, pNoDrift: p_value ?? null })),
    level,
  ).map((rings) => rings === true);

/** Four whole weeks, so that every hour of the week weighs the same. */
const TRAILING = '28d';
const WEEK_MS = 7 * 86_400_000;
/** The same hours of the week before, or of the last week that does not overlap with the window. */
const earlier = (stepMs: number): number => Math.ceil(stepMs / WEEK_MS) * WEEK_MS;

/** Instead of a stored reference: a fixed range, the span before each window, the same hours of the week before, or another version. */
export function against({ compare }: MonitorBody, stepMs: number) {
  if (compare?.to === 'previous') return { earlierMs: earlier(stepMs) };
  if (compare?.to === 'trailing') return { trailingMs: durationMs(compare.span ?? TRAILING) };
  if (compare?.to === 'version') return { version: compare.version ?? '' };
  return compare?.range;
}

/** Features (and the output) whose distribution left the reference: effect beyond the floor, beyond noise, corrected over features. */
export const driftKind: Kind = {
  family: 'drift',
  async judge({ model, body, probes }, windows) {
    const measure = body.target.measure ?? 'psi';
    const wanted = body.target.features;
    const targets = targetsOf(wanted);
    const found = await probes.drift(model, windows, scopeOf(body), {
      measure,
      features: wanted?.filter((name) => !OUTPUTS.includes(name)),
      reference: body.compare?.reference,
      against: against(body, windows.stepMs),
      targets,
    });
    const by = new Map(found?.windows.map((w) => [Date.parse(w.start), w]));
    return new Map(
      starts(windows).map((start) => {
        const w = by.get(start);
        if (!found) return [start, noData(measure, noReference(body))];
        if (!w)
          return [
            start,
            noData(
              measure,
              found.lacks ?? 'There were no predictions in this window, or none in what it is compared with.',
            ),
          ];
        const min = body.min_samples ?? MIN_ROWS;
        const lacks = otherLacks(body, found.reference.name, w, min);
        if (lacks !== null) return [start, noData(measure, lacks)];
        if (w.rows < min) return [start, noData(measure, `${w.rows} rows; ${min} are needed to judge drift.`, w.rows)];
        const judged = judge({ body }, measure, w, model.features);
        const findings = [...judged, ...unjudged(wanted, measure, w, judged)];
        if (judged.length === 0 && findings.length > 0) return [start, { findings, message: findings[0]!.message }];
        if (findings.length === 0)
          return [start, noData(measure, `There is no feature that ${measure} can be computed of.`, w.rows)];
        const bad = findings.filter((f) => f.state === 'bad');
        const message =
          bad.length === 0
            ? `None of ${judged.length} features left ${found.reference.name}.`
            : `${list(bad.map((f) => f.subject))} drifted from ${found.reference.name} (${bad.length} of ${judged.length} features).`;
        return [start, { findings, message }];
      }),
    );
  },
  async locate({ model, body, probes }, window, bad) {
    const out = [];
    for (const finding of bad.slice(0, 3)) {
      const { type, reference } = (finding.details ?? {}) as {
        type?: string;
        reference?: { quantiles?: Record<string, number> };
      };
      const low = reference?.quantiles?.[FROM_QUANTILE];
      const high = reference?.quantiles?.[TO_QUANTILE];
      if (type !== 'numeric' || low === undefined || high === undefined || finding.subject.startsWith('prediction.'))
        continue;
      const found = await probes.concentrate(model, { from: window.start, to: window.end }, scopeOf(body), {
        kind: 'outside',
        feature: finding.subject,
        low,
        high,
      });
      out.push(
        ...found.map((c) => ({ ...c, what: `share of ${finding.subject} outside the reference's 1–99 % range` })),
      );
    }
    return out.sort((a, b) => b.explains - a.explains).slice(0, 8);
  },
};

/** Names of outputs, which may stand among the features. */
const OUTPUTS = ['prediction.score', 'prediction.value', 'prediction.class'];

function targetsOf(wanted: readonly string[] | undefined): ('features' | 'prediction')[] {
  if (!wanted) return ['features', 'prediction'];
  const outputs = wanted.some((name) => OUTPUTS.includes(name));
  const features = wanted.length === 0 || wanted.some((name) => !OUTPUTS.includes(name));
  return [...(features ? (['features'] as const) : []), ...(outputs ? (['prediction'] as const) : [])];
}

/** Another version must have as many rows as the judged one; null if it has. */
export function otherLacks({ compare }: MonitorBody, name: string, w: DriftWindow, min: number): string | null {
  if (compare?.to !== 'version') return null;
  const rows = Math.max(0, ...Object.values(w.features).map((f) => (f.reference.n ?? 0) + (f.reference.missing ?? 0)));
  return rows < min ? `${name} has ${rows} rows in this window to compare with; ${min} are needed.` : null;
}

/** What the monitor names and could not be judged, with the reason. */
const unjudged = (wanted: readonly string[] | undefined, measure: string, w: DriftWindow, judged: readonly Finding[]) =>
  unknownFeatures(
    (wanted ?? []).filter((name) => !judged.some((f) => f.subject === name)),
    (name) => {
      const f = Object.hasOwn(w.features, name) ? w.features[name] : undefined;
      if (!f) return `Nothing is known of a feature '${name}'.`;
      return f.measures[measure]
        ? `${name} could not be compared: ${f.note ?? 'too few values'}.`
        : `${measure} is not defined for ${name}, which is ${f.type}.`;
    },
  );

function judge(
  { body }: Pick<Asked, 'body'>,
  measure: string,
  w: DriftWindow,
  declared: Record<string, { source?: string }>,
): Finding[] {
  const rule = ruleOf(body);
  const wanted = body.target.features;
  const judged = Object.entries(w.features).flatMap(([name, f]) => {
    if (wanted && !wanted.includes(name)) return [];
    const m = f.measures[measure];
    return !m || m.value === null || m.drifted === null ? [] : [{ name, f, m, value: m.value }];
  });
  const drifted = judgeDrift(
    judged.map(({ m }) => m),
    levelOf(body),
  );
  const findings = judged.map(({ name, f, m, value }, i): Finding => {
    const bad = rule ? beyond(rule, value) : drifted[i];
    return {
      subject: name,
      state: bad ? 'bad' : 'ok',
      value,
      threshold: rule ? rule.value : m.threshold,
      baseline: null,
      n: f.n,
      message: `${name}: ${measure} ${show(value)}${m.threshold === null ? '' : `, threshold ${show(rule ? rule.value : m.threshold)}`}.${effectWords(f.effect)}`,
      details: {
        measure,
        type: f.type,
        debiased: m.debiased,
        p_value: m.p_value,
        p_floor: m.p_floor,
        threshold_reason: m.threshold_reason,
        missing_rate: f.missing_rate,
        reference: f.reference,
        current: f.current,
        new_categories: f.new_categories,
        source: declared[name]?.source,
        importance: f.importance?.value,
        effect: f.effect,
      },
    };
  });
  const rank = new Map(w.ranked.map((name, i) => [name, i]));
  return findings.sort(
    (a, b) => Number(b.state === 'bad') - Number(a.state === 'bad') || rank.get(a.subject)! - rank.get(b.subject)!,
  );
}

/** Said only where the interval does not hold zero. */
function effectWords(effect: FeatureDrift['effect']): string {
  if (!effect || effect.low * effect.high <= 0) return '';
  const change = `${effect.value > 0 ? '+' : ''}${show(effect.value, effect.metric)}`;
  return ` By itself this moves ${effect.metric} by about ${change}, going by the reference.`;
}
