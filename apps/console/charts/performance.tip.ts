import { DASH, group, percent, windowLabel } from '../lib/format';
import { metricText } from '../lib/metrics';
import { type Interval, type Mark, type PerformanceChart, type Point, windowAt } from './performance.prepare';
import { lineLook, type TipRow, type Tokens, tipHtml } from './theme';

const SIGN: Record<Mark['kind'], string> = { deploy: '◆', data: '■', note: '●', incident: '▲' };
export const STATE = {
  unlabelled: 'no labels yet',
  provisional: 'provisional, labels still coming',
  final: 'final',
} as const;

function axisValue(params: unknown): number {
  const first = Array.isArray(params) ? params[0] : params;
  return typeof first === 'object' && first !== null && 'axisValue' in first ? Number(first.axisValue) : Number.NaN;
}

/** All that is known of the window under the crosshair. */
export function tipOf(chart: PerformanceChart, metric: string, params: unknown, now: number, t: Tokens): string {
  const at = windowAt(chart.strip, axisValue(params));
  if (!at) return '';
  const split = chart.series.length > 1;
  const rows: TipRow[] = [];
  let by: string | null = null;
  for (const [i, s] of chart.series.entries()) {
    const p = s.points.find((q) => q.start === at.start);
    if (!p) continue;
    by = p.estimated || p.kind === 'estimated' ? p.by : by;
    if (split) rows.push({ ...said(s.name || '(no version)', metric, p), colour: lineLook(t, i).colour, strong: true });
    else rows.push(...wholly(p, metric, t));
  }
  if (chart.reference !== null)
    rows.push({ label: 'Reference', value: metricText(metric, chart.reference), colour: t.reference });
  rows.push({ label: 'Predictions', value: group(at.predictions) });
  rows.push({ label: 'With label', value: `${group(at.labelled)} (${percent(at.coverage, 0)})` });
  if (at.expected !== null) rows.push({ label: 'Expected by now', value: percent(at.expected, 0) });
  if (at.maturity !== null) rows.push({ label: 'Maturity', value: percent(at.maturity, 0) });
  const here = chart.marks.filter((m) => m.x >= at.start && m.x < at.end).map((m) => `${SIGN[m.kind]} ${m.text}`);
  const foot = [...(by ? [`Estimated by reference ${by}`] : []), ...here];
  return tipHtml(t, windowLabel(at.start, at.end, now), rows, foot.join(' · ') || undefined);
}

function wholly(p: Point, metric: string, t: Tokens): TipRow[] {
  const realized = said(p.state === 'final' ? 'Realized' : 'Realized so far', metric, p);
  return [
    { ...realized, colour: t.accent, strong: p.value !== null },
    ...(p.estimated ? [{ ...said('Estimated', metric, p.estimated), colour: t.note, strong: p.value === null }] : []),
    ...(p.corrected && p.state !== 'final' ? [said('Corrected for late labels', metric, p.corrected)] : []),
    { label: 'State', value: STATE[p.state] },
  ];
}

function said(label: string, metric: string, { value, low, high }: Interval): TipRow {
  const interval =
    low === null || high === null ? '' : ` (${metricText(metric, low)} ${DASH} ${metricText(metric, high)})`;
  return { label, value: value === null ? 'too few labels' : metricText(metric, value) + interval };
}
