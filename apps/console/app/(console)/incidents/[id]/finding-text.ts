import type { Evidence } from '@plumbline/contracts';
import { duration, group, number, percent } from '../../../../lib/format';
import { measureLabel, metricInfo, metricLabel, metricText } from '../../../../lib/metrics';

/** How the values of one monitor's findings are written: metrics in their unit, ages as durations, shares in percent. */
export function valueText(kind: string, subject: string): (v: number | null | undefined) => string {
  switch (kind) {
    case 'performance':
    case 'latency':
      return (v) => metricText(metricOf(subject), v);
    case 'freshness':
    case 'staleness':
      return (v) => duration(v);
    case 'volume':
      return (v) => group(v);
    case 'missing':
    case 'label_coverage':
      return (v) => percent(v);
    default:
      return (v) => number(v);
  }
}

/** `mae` or, with groups, `mae · country=BR`: the unit is that of the first word that is a metric. */
function metricOf(subject: string): string {
  const words = subject.split(/[\s·,|=]+/);
  return words.find((w) => metricInfo(w).label !== w) ?? subject;
}

export const subjectText = (kind: string, subject: string): string =>
  kind === 'performance' || kind === 'latency' ? metricLabel(subject) : subject;

/** What the picture shows, in words: the subject that the first bad finding names. */
export function historySubject(e: Evidence): string {
  const first = e.findings.find((f) => f.state === 'bad') ?? e.findings[0];
  if (!first) return e.kind;
  const measure = first.details?.measure;
  const name = subjectText(e.kind, first.subject);
  return typeof measure === 'string' ? `${measureLabel(measure)} of ${name}` : name;
}
