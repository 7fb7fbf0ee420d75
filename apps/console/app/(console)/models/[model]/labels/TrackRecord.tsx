'use client';

import type { EstimatesAnswer, MetricRecord, ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ChartCard, type ChartTable } from '@/charts/ChartCard';
import { LateChart, LateLegend } from '@/charts/LateChart';
import { prepareTrack } from '@/charts/late.prepare';
import { Badge, type Tone } from '@/components/Badge';
import { Card } from '@/components/Card';
import type { IconName } from '@/components/icons';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import { DASH, group, percent, signed, utc } from '@/lib/format';
import { CHOICES, metricLabel, metricText } from '@/lib/metrics';
import { queries } from '@/lib/queries';

type Props = { model: ModelView; metric: string; onMetric: (metric: string) => void };

/** Were estimates any good? Every final window is held against what was estimated of it before. */
export function TrackRecord(props: Props) {
  const query = useQuery(queries.estimates(props.model.name));
  return (
    <Loaded framed query={query} skeleton={<Skeleton className="h-80 w-full rounded-lg" />}>
      {(answer) =>
        Object.keys(answer.metrics).length === 0 ? (
          <None model={props.model} answer={answer} />
        ) : (
          <Scored {...props} answer={answer} />
        )
      }
    </Loaded>
  );
}

function None({ model, answer }: { model: ModelView; answer: EstimatesAnswer }) {
  const why =
    model.task === 'regression'
      ? [
          'Not for regression',
          'Without scores there is nothing to estimate from. Corrected values and maturity are told all the same.',
        ]
      : answer.reference === null
        ? [
            'No reference with labels, so no estimates',
            'Upload a reference with predictions, scores and labels (POST …/references): what a score was worth there is what is expected of it here.',
          ]
        : [
            'Nothing to compare yet',
            `Estimates are made from ${answer.reference.name} #${answer.reference.revision}. The first window that becomes final is compared here with what was estimated of it.`,
          ];
  return (
    <Card title="Track record of estimates">
      <Empty compact icon="chart" title={why[0]!}>
        {why[1]}
      </Empty>
    </Card>
  );
}

const VERDICT: Record<MetricRecord['verdict'], [Tone, IconName, string, string]> = {
  honest: ['ok', 'check', 'honest', 'Intervals held as often as they promised, as far as these windows can tell.'],
  overconfident: [
    'critical',
    'incident',
    'overconfident',
    'Intervals held less often than they promised: do not lean on them.',
  ],
  unknown: ['neutral', 'slash', 'unknown', 'Too few windows to tell.'],
};

type Row = MetricRecord & { metric: string };
function Scored({ model, metric, onMetric, answer }: Props & { answer: EstimatesAnswer }) {
  const order = CHOICES[model.task];
  const rows = Object.entries(answer.metrics)
    .map(([name, record]): Row => ({ metric: name, ...record }))
    .sort((a, b) => at(order, a.metric) - at(order, b.metric));
  const drawn = rows.some((r) => r.metric === metric) ? metric : rows[0]!.metric;
  const chart = useMemo(() => prepareTrack(answer.windows, drawn), [answer.windows, drawn]);
  const columns: Column<Row>[] = [
    {
      key: 'metric',
      header: 'Metric',
      sort: (r) => metricLabel(r.metric),
      cell: (r) => (
        <button
          type="button"
          aria-pressed={r.metric === drawn}
          onClick={() => onMetric(r.metric)}
          className={`text-left hover:text-accent ${r.metric === drawn ? 'font-semibold text-accent' : 'font-medium'}`}
        >
          {metricLabel(r.metric)}
        </button>
      ),
    },
    { key: 'windows', header: 'Windows', align: 'right', sort: (r) => r.windows, cell: (r) => group(r.windows) },
    {
      key: 'covered',
      header: 'Held',
      tip: 'Share of the 95 % intervals that held what came true',
      align: 'right',
      sort: (r) => r.coverage.value,
      cell: (r) => (
        <span
          data-tip={`${percent(r.coverage.low)} ${DASH} ${percent(r.coverage.high)}\ntoo high ${r.too_high}, too low ${r.too_low}`}
        >
          {percent(r.coverage.value)}
        </span>
      ),
    },
    {
      key: 'error',
      header: 'Mean error',
      tip: 'Mean of estimated − realized: above 0 estimates are too high',
      align: 'right',
      sort: (r) => r.mean_error,
      cell: (r) => (
        <span
          data-tip={`${metricText(r.metric, r.mean_error_interval.low)} ${DASH} ${metricText(r.metric, r.mean_error_interval.high)}`}
        >
          {errorText(r.metric, r.mean_error)}
        </span>
      ),
    },
    {
      key: 'absolute',
      header: 'Mean size',
      tip: 'Mean of the error without its sign; in brackets that of always expecting the first window',
      align: 'right',
      sort: (r) => r.mean_absolute_error,
      cell: (r) => (
        <>
          {metricText(r.metric, r.mean_absolute_error)}{' '}
          <span className="text-faint">({metricText(r.metric, r.naive_absolute_error)})</span>
        </>
      ),
    },
    {
      key: 'verdict',
      header: 'Verdict',
      sort: (r) => r.verdict,
      cell: (r) => {
        const [tone, icon, word, tip] = VERDICT[r.verdict];
        return (
          <Badge tone={tone} icon={icon} tip={tip}>
            {word}
          </Badge>
        );
      },
    },
  ];
  return (
    <div className="grid gap-4 2xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <Card
        flush
        title="Track record of estimates"
        note={
          answer.reference ? `now made from ${answer.reference.name} #${answer.reference.revision}` : 'no reference now'
        }
      >
        <div className="tabular-nums">
          <Table
            caption="Past estimates against what came true"
            rows={rows}
            rowKey={(r) => r.metric}
            columns={columns}
            onOpen={(r) => onMetric(r.metric)}
          />
        </div>
      </Card>
      {chart && (
        <ChartCard
          title={`${metricLabel(drawn)}, estimated and realized`}
          note={
            answer.next_cursor === null
              ? 'all scored windows'
              : `the last ${group(answer.windows.length)} scored windows`
          }
          name={`${model.name}-${drawn}-estimates`}
          table={tableOf(answer, drawn)}
          legend={<LateLegend chart={chart} />}
        >
          <div className="px-1 pt-1 pb-2">
            <LateChart
              chart={chart}
              label={`${metricLabel(drawn)} of ${model.name}: estimated before labels came, and realized. The table button shows the numbers.`}
            />
          </div>
        </ChartCard>
      )}
    </div>
  );
}

/** With its sign, unless there is nothing to have one. */
function errorText(metric: string, v: number | null): string {
  const text = metricText(metric, v);
  return v !== null && (text.startsWith('<') || !/[1-9]/.test(text)) ? '≈ 0' : signed(text, v ?? 0);
}

const at = (order: string[], name: string) => (order.includes(name) ? order.indexOf(name) : order.length);

function tableOf({ windows }: EstimatesAnswer, metric: string): ChartTable {
  const value = (v: string | number | null) => metricText(metric, typeof v === 'number' ? v : null);
  return {
    columns: [
      { header: 'Window start (UTC)', text: (v) => utc(String(v)).slice(0, 16) },
      { header: 'Estimated', text: value },
      { header: 'Low', text: value },
      { header: 'High', text: value },
      { header: 'Realized', text: value },
      { header: 'Predictions' },
      { header: 'With label' },
      { header: 'Estimated by' },
    ],
    rows: windows.map((w) => {
      const m = w.metrics[metric];
      return [
        w.start,
        m?.estimated.value ?? null,
        m?.estimated.low ?? null,
        m?.estimated.high ?? null,
        m?.realized.value ?? null,
        w.predictions,
        w.labelled,
        w.reference ? `${w.reference.name} #${w.reference.revision}` : null,
      ];
    }),
  };
}
