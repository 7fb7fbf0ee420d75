import type { Evidence, Finding } from '@plumbline/contracts';
import { duration, group, number, percent } from './format';
import { measureLabel, metricLabel, metricText } from './metrics';

/** How what a monitor judges is written: metrics in their unit, ages as durations, shares in percent. */
export function valueText(kind: string, metric: string): (v: number | null | undefined) => string {
  switch (kind) {
    case 'performance':
    case 'latency':
      return (v) => metricText(metric, v);
    case 'freshness':
    case 'staleness':
      return (v) => duration(v);
    case 'volume':
      return (v) => group(v);
    case 'missing':
    case 'schema':
    case 'label_coverage':
      return (v) => percent(v);
    default:
      return (v) => number(v);
  }
}

type Judged = Pick<Finding, 'subject' | 'details'>;

/** The findings that were folded into one because their features share a source; itself if there are none. */
export function membersOf(f: Finding): Finding[] {
  const members = f.details?.members;
  return Array.isArray(members) && members.length > 0 ? (members as Finding[]) : [f];
}

/** The metric of a finding: named in its details where the subject is a group. */
export const metricOf = (f: Judged): string => (typeof f.details?.metric === 'string' ? f.details.metric : f.subject);
export function findingText(kind: string, f: Judged | undefined): (v: number | null | undefined) => string {
  if (f?.details?.unit === 'count') return (v) => group(v);
  if (f?.details?.check === 'values') return (v) => percent(v);
  return valueText(kind, f ? metricOf(f) : '');
}

const ofMetric = (kind: string) => kind === 'performance' || kind === 'latency';
export function subjectText(kind: string, f: Judged): string {
  if (!ofMetric(kind)) return f.subject;
  const metric = metricOf(f);
  return metric === f.subject ? metricLabel(metric) : `${metricLabel(metric)} where ${f.subject}`;
}

/** The finding that the picture and the headline are about. */
export function leading(findings: readonly Finding[]): Finding | undefined {
  const first = findings.find((f) => f.state === 'bad') ?? findings[0];
  return first && membersOf(first)[0];
}

const PICTURES: Record<string, string> = {
  range: 'Values out of the range',
  new_categories: 'Values in new categories',
  cardinality: 'Different values',
  values: 'Values other than in training',
};

export function historySubject(e: Pick<Evidence, 'kind' | 'findings'>): string {
  const first = leading(e.findings);
  if (!first) return e.kind;
  const measure = first.details?.measure;
  const name = subjectText(e.kind, first);
  if (measure === 'missing_rate') return `Missing values of ${name}`;
  const what = PICTURES[String(first.details?.check)];
  if (what && measure === undefined) return `${what} of ${name}`;
  return typeof measure === 'string' ? `${measureLabel(measure)} of ${name}` : name[0]!.toUpperCase() + name.slice(1);
}
