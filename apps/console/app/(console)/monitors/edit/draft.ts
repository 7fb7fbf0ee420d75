import type { Filter, MonitorBody, MonitorKind } from '@plumbline/contracts';
import { monitorBody } from '@plumbline/contracts';
import { filterText } from '../../../../filters/filter';
import type { Asked } from '../new/search-params';

/** What the form holds: texts as they were typed. */
export type Draft = {
  name: string;
  model: string;
  kind: MonitorKind;
  metric: string;
  measure: string;
  features: string;
  slice: Filter[];
  per: string;
  window: string;
  every: string;
  offset: string;
  compareTo: '' | NonNullable<MonitorBody['compare']>['to'];
  version: string;
  tolerance: string;
  rule: 'none' | 'number' | 'auto';
  op: 'gt' | 'lt';
  value: string;
  clear: string;
  falseAlarms: string;
  for: string;
  resolveFor: string;
  noData: MonitorBody['no_data'];
  minSamples: string;
  minCoverage: string;
  escalateAfter: string;
  severity: MonitorBody['severity'];
  channels: string[];
  enabled: boolean;
  /** What the form does not show, kept as it is. */
  kept: Partial<NonNullable<MonitorBody['compare']>>;
};

const text = (v: unknown): string => (v === undefined || v === null ? '' : String(v));

/** Pure: a monitor as the form shows it. */
export function draftOf(b: MonitorBody): Draft {
  const rule = b.condition && 'op' in b.condition ? b.condition : null;
  const { to, version, tolerance, ...kept } = b.compare ?? {};
  return {
    name: b.name,
    model: b.model,
    kind: b.kind,
    metric: text(b.target.metric),
    measure: text(b.target.measure),
    features: (b.target.features ?? []).join(', '),
    slice: b.slice,
    per: b.per.join(', '),
    window: b.window,
    every: text(b.every),
    offset: text(b.offset),
    compareTo: to ?? '',
    version: text(version),
    tolerance: text(tolerance),
    rule: rule ? 'number' : b.condition ? 'auto' : 'none',
    op: rule?.op.startsWith('l') ? 'lt' : 'gt',
    value: text(rule?.value),
    clear: text(rule?.clear),
    falseAlarms: b.condition && 'auto' in b.condition ? b.condition.auto.false_alarms : '1 per 30d',
    for: String(b.for),
    resolveFor: String(b.resolve_for),
    noData: b.no_data,
    minSamples: text(b.min_samples),
    minCoverage: text(b.min_coverage),
    escalateAfter: text(b.escalate_after),
    severity: b.severity,
    channels: b.channels,
    enabled: b.enabled,
    kept,
  };
}

export const emptyDraft = (model: string): Draft => ({
  ...draftOf(monitorBody.parse({ name: 'new', model: model || 'model', kind: 'performance', window: '1d' })),
  name: '',
  model,
});

/** A new monitor of what a link asks for: a metric of a slice, say. It is named after the slice, and has no threshold yet. */
export function draftFor({ model, metric, slice }: Asked): Draft {
  const name = slice.map(filterText).join(', ');
  return {
    ...emptyDraft(model),
    metric,
    slice,
    name: name && `${metric || 'performance'} where ${name}`.slice(0, 200),
  };
}

const number = (raw: string): number | undefined => (raw.trim() === '' ? undefined : Number(raw));
const word = (raw: string): string | undefined => raw.trim() || undefined;
const list = (raw: string): string[] =>
  raw
    .split(',')
    .map((x) => x.trim())
    .filter(Boolean);

/** Pure: what the form says as a monitor, or what is wrong, by field. */
export function bodyOfDraft(d: Draft): { body: MonitorBody } | { errors: Record<string, string> } {
  const features = list(d.features);
  const compare = {
    ...d.kept,
    to: d.compareTo || undefined,
    version: d.compareTo === 'version' ? d.version.trim() : undefined,
    tolerance: number(d.tolerance),
  };
  const parsed = monitorBody.safeParse(
    clean({
      name: d.name.trim(),
      model: d.model,
      kind: d.kind,
      target: clean({
        metric: word(d.metric),
        measure: word(d.measure),
        features: features.length > 0 ? features : undefined,
      }),
      slice: d.slice,
      per: list(d.per),
      window: d.window.trim(),
      every: word(d.every),
      offset: word(d.offset),
      compare: compare.to ? clean(compare) : undefined,
      condition: conditionOf(d),
      for: number(d.for),
      resolve_for: number(d.resolveFor),
      no_data: d.noData,
      min_samples: number(d.minSamples),
      min_coverage: number(d.minCoverage),
      escalate_after: word(d.escalateAfter),
      severity: d.severity,
      channels: d.channels,
      enabled: d.enabled,
    }),
  );
  if (parsed.success) return { body: parsed.data };
  return {
    errors: Object.fromEntries(parsed.error.issues.map((i) => [String(i.path[0] ?? ''), plain(i.message)]).reverse()),
  };
}

function conditionOf(d: Draft): unknown {
  if (d.rule === 'none') return undefined;
  if (d.rule === 'auto') return { auto: { false_alarms: d.falseAlarms.trim() } };
  return clean({ op: d.op, value: number(d.value), clear: number(d.clear) });
}

const clean = (o: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));
const plain = (message: string): string =>
  /expected number|NaN/.test(message)
    ? 'a number is needed'
    : /Too small/.test(message)
      ? 'is missing or too small'
      : message;
