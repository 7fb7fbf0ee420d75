import { type ChartTable, LegendItem } from '@/charts/ChartCard';
import type { PerformanceChart as Prepared } from '@/charts/performance.prepare';
import { group, percent, utc } from '@/lib/format';
import { metricLabel, metricText } from '@/lib/metrics';
import { iso } from '@/lib/time';

export function PerformanceLegend({ chart, metric, split }: { chart: Prepared; metric: string; split: boolean }) {
  const points = chart.series.flatMap((s) => s.points);
  const immature = points.some((p) => p.kind === 'immature' && p.value !== null);
  const estimated = points.some((p) => p.kind === 'estimated' || p.estimated !== null);
  const marks = new Set(chart.marks.map((m) => m.kind));
  const LOOKS = ['--accent', '--note', '--ok', '--warning', '--critical', '--muted'];
  const DASHES = ['line', 'dashed', 'dotted', 'dashed'] as const;
  return (
    <>
      {split ? (
        chart.series.map((s, i) => (
          <LegendItem key={s.name} mark={DASHES[i % 4]!} colour={`var(${LOOKS[i % 6]})`}>
            {s.name || '(no version)'}
          </LegendItem>
        ))
      ) : (
        <>
          <LegendItem mark="line" colour="var(--accent)">
            {metricLabel(metric)}
          </LegendItem>
          <LegendItem mark="band" colour="var(--accent)">
            95 % interval
          </LegendItem>
        </>
      )}
      {immature && (
        <LegendItem mark="ring" colour={split ? 'var(--muted)' : 'var(--accent)'}>
          labels still coming
        </LegendItem>
      )}
      {estimated && (
        <LegendItem mark="dashed" colour={split ? 'var(--muted)' : 'var(--note)'}>
          estimated from the scores
        </LegendItem>
      )}
      {chart.reference !== null && (
        <LegendItem mark="dashed" colour="var(--reference)">
          reference {metricText(metric, chart.reference)}
        </LegendItem>
      )}
      {(marks.has('deploy') || marks.has('note')) && (
        <LegendItem mark="deploy" colour="var(--note)">
          deploy or note
        </LegendItem>
      )}
      {marks.has('data') && (
        <LegendItem mark="bar" colour="var(--note)">
          data change
        </LegendItem>
      )}
      {marks.has('incident') && (
        <LegendItem mark="incident" colour="var(--critical)">
          incident
        </LegendItem>
      )}
      {chart.strip.some((w) => w.expected !== null) && (
        <LegendItem mark="line" colour="var(--text)">
          labels expected by now
        </LegendItem>
      )}
      {chart.strip.some((w) => w.maturity !== null) && (
        <LegendItem mark="dotted" colour="var(--note)">
          maturity
        </LegendItem>
      )}
    </>
  );
}

/** The same numbers as a table and a file. */
export function performanceTable(chart: Prepared, metric: string): ChartTable {
  const split = chart.series.length > 1 || chart.series[0]?.name !== '';
  const value = (v: string | number | null) => metricText(metric, typeof v === 'number' ? v : null);
  const share = (v: string | number | null) => percent(typeof v === 'number' ? v : null);
  const count = (v: string | number | null) => group(typeof v === 'number' ? v : null);
  return {
    columns: [
      { header: 'Window start (UTC)', text: (v) => utc(String(v)).replace(':00 UTC', '').slice(0, 16) },
      ...(split ? [{ header: 'Version' }] : []),
      { header: split ? metricLabel(metric) : `${metricLabel(metric)}, realized`, text: value },
      { header: 'Low', text: value },
      { header: 'High', text: value },
      ...(split
        ? [{ header: 'Kind' }]
        : [
            { header: 'Estimated', text: value },
            { header: 'Estimated low', text: value },
            { header: 'Estimated high', text: value },
            { header: 'Corrected', text: value },
          ]),
      { header: 'Predictions', text: count },
      { header: 'With label', text: count },
      { header: 'Coverage', text: share },
      { header: 'Expected coverage', text: share },
      { header: 'Maturity', text: share },
      { header: 'State' },
      { header: 'Estimated by' },
    ],
    rows: chart.series.flatMap((s) =>
      s.points.map((p) => [
        iso(p.start),
        ...(split ? [s.name] : []),
        p.value,
        p.low,
        p.high,
        ...(split
          ? [p.value === null ? 'too few labels' : p.kind === 'estimated' ? 'estimated' : 'realized']
          : [
              p.estimated?.value ?? null,
              p.estimated?.low ?? null,
              p.estimated?.high ?? null,
              p.corrected?.value ?? null,
            ]),
        p.predictions,
        p.labelled,
        p.coverage,
        p.expected,
        p.maturity,
        p.state,
        p.by,
      ]),
    ),
  };
}
