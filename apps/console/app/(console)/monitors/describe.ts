import type { MonitorBody, MonitorView } from '@plumbline/contracts';
import { percent } from '../../../lib/format';
import { valueText } from '../../../lib/judged';
import { measureLabel, metricLabel } from '../../../lib/metrics';

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const OP = { gt: '>', gte: '≥', lt: '<', lte: '≤' } as const;

/** The rule of a monitor as a person would say it: `ROC AUC, against the reference, 1 false alarm per 30d`. */
export function ruleText(m: Pick<MonitorView, 'kind' | 'target' | 'compare' | 'condition' | 'per'>): string {
  const parts = [subject(m)];
  if (m.per.length > 0) parts.push(`per ${m.per.map((f) => f.replace(/^(features|tags)\./, '')).join(' × ')}`);
  if (m.compare && m.compare.to !== 'threshold') {
    const to = {
      reference: m.compare.range ? `${day(m.compare.range.from)} to ${day(m.compare.range.to)}` : 'the reference',
      previous: m.kind === 'drift' ? 'the same hours of last week' : 'the window before',
      trailing: `the ${m.compare.span ?? '28d'} before`,
      version: `version ${m.compare.version ?? 'before'}`,
    }[m.compare.to];
    parts.push(`against ${to}${m.compare.tolerance ? ` ± ${percent(m.compare.tolerance, 0)}` : ''}`);
  }
  if (m.condition && 'op' in m.condition) {
    const v = m.condition.value;
    parts.push(`bad when ${OP[m.condition.op]} ${valueText(m.kind, m.target.metric ?? '')(v)}`);
  } else if (m.condition)
    parts.push(
      `threshold for ${m.condition.auto.false_alarms.replace(/^1 per/, 'one false alarm per').replace(/^(\d+) per/, '$1 false alarms per')}`,
    );
  return parts.join(', ');
}

function subject(m: Pick<MonitorView, 'kind' | 'target'>): string {
  const features = m.target.features;
  const of =
    features && features.length > 0
      ? ` of ${features.length <= 3 ? features.join(', ') : `${features.length} features`}`
      : '';
  if (m.target.metric) return metricLabel(m.target.metric) + of;
  if (m.kind === 'schema' && m.target.measure && m.target.measure !== 'types')
    return (m.target.measure === 'outputs' ? 'Outputs of the model' : 'Values against the data contract') + of;
  if (m.target.measure) return measureLabel(m.target.measure) + (of || ' of every feature');
  const names: Record<string, string> = {
    freshness: 'Time since the newest event',
    volume: 'Number of predictions against what is usual',
    schema: 'Features that appear, vanish or change type',
    missing: 'Missing values',
    drift: 'Drift of features and predictions',
    skew: 'Serving against training',
    staleness: 'Age of the model version',
    label_coverage: 'Share of predictions with a label',
    latency: 'Latency',
    performance: 'Main metric',
  };
  return (names[m.kind] ?? m.kind) + of;
}

/** What PUT takes: the body without what the server adds. */
export function bodyOf(m: MonitorView, change: Partial<MonitorBody>): MonitorBody {
  const {
    id: _id,
    state: _state,
    state_detail: _detail,
    failing_since: _failing,
    calibrated: _calibrated,
    since: _since,
    evaluated_at: _at,
    origin: _origin,
    created_at: _created,
    updated_at: _updated,
    ...body
  } = m;
  return { ...body, ...change };
}

/** The share of bad verdicts, and the runs of them: how often it would have told somebody. Newest first in, as the server lists them. */
export function firings(verdicts: readonly string[]): { bad: number; runs: number } {
  let runs = 0;
  verdicts.forEach((v, i) => {
    if (v === 'bad' && verdicts[i + 1] !== 'bad') runs++;
  });
  return { bad: verdicts.filter((v) => v === 'bad').length, runs };
}
