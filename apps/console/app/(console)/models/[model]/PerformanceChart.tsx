'use client';

import type { AnnotationView, IncidentSummary, ModelView, PerformanceAnswer } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Chart } from '@/charts/Chart';
import { ChartCard } from '@/charts/ChartCard';
import { PERFORMANCE_HEIGHT, PERFORMANCE_PLOT, performanceOption } from '@/charts/performance.option';
import { preparePerformance, windowAt } from '@/charts/performance.prepare';
import type { Tokens } from '@/charts/theme';
import { Button, buttonClass } from '@/components/Button';
import { Link } from '@/components/Link';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { useNow } from '@/components/Time';
import { filtersParam } from '@/filters/filter';
import type { PerformanceQuestion } from '@/lib/api';
import { plural, utc } from '@/lib/format';
import { metricLabel } from '@/lib/metrics';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { isPreset, STEP } from '@/lib/range';
import { iso } from '@/lib/time';
import { PerformanceLegend, performanceTable } from './performance-legend';
import type { ViewState } from './useView';

type Props = {
  model: ModelView;
  view: ViewState;
  metric: string;
  range: Pick<PerformanceQuestion, 'from' | 'to' | 'version' | 'filters'>;
  split: boolean;
};

export function PerformanceChart(props: Props) {
  const { model, view, metric, range, split } = props;
  const query = useQuery(
    queries.performance(model.name, {
      ...range,
      metrics: [metric],
      granularity: view.step,
      estimate: true,
      ...(split ? { group_by: ['version'] } : {}),
    }),
  );
  // Asked together with the windows, not after them: one wait and one drawing.
  const references = useQuery(queries.references(model.name));
  const annotations = useQuery(queries.annotations(model.name));
  const incidents = useQuery(queries.modelIncidents(model.name));
  const around: Around = {
    reference: references.data?.items[0]?.metrics[metric] ?? null,
    annotations: annotations.data?.items ?? NONE,
    incidents: incidents.data?.items ?? NONE,
  };
  return (
    <Loaded framed query={query} skeleton={<Skeleton className="h-[29rem] w-full rounded-lg" />}>
      {(answer) =>
        answer.windows.length === 0 ? (
          <NoWindows model={model} view={view} />
        ) : (
          <Drawn {...props} answer={answer} around={around} />
        )
      }
    </Loaded>
  );
}

type Around = { reference: number | null; annotations: AnnotationView[]; incidents: IncidentSummary[] };
const NONE: never[] = [];

function Drawn({ model, view, metric, split, answer, around }: Props & { answer: PerformanceAnswer; around: Around }) {
  const hour = Math.floor(useNow() / 3_600_000) * 3_600_000;
  const reference = around.reference;
  const { to, step } = view;
  // A model younger than the range does not leave half of the plot empty.
  const from = Math.max(
    view.from,
    Math.min(Date.parse(answer.windows[0]!.start), model.first_event ? Date.parse(model.first_event) : view.from),
  );

  const chart = useMemo(
    () =>
      preparePerformance({
        windows: answer.windows,
        metric,
        reference,
        annotations: around.annotations,
        incidents: around.incidents,
        from,
        to,
      }),
    [answer, metric, reference, around.annotations, around.incidents, from, to],
  );
  const option = useMemo(
    () => (t: Tokens, width: number) =>
      performanceOption(chart, metric, { from, to, utc: step !== '1h', now: hour }, t, width),
    [chart, metric, from, to, step, hour],
  );
  const stops = useMemo(() => chart.strip.map((w) => w.x), [chart]);
  const one = chart.strip.length === 1 ? chart.strip[0]! : null;
  const name = metricLabel(metric);

  return (
    <ChartCard
      title={name}
      note={one ? `one window of ${step}` : `${plural(chart.strip.length, 'window')} of ${step}`}
      name={`${model.name}-${metric}-${step}`}
      table={performanceTable(chart, metric)}
      legend={<PerformanceLegend chart={chart} metric={metric} split={split} />}
      actions={
        !isPreset(view.range) && (
          <>
            <Link
              className={buttonClass('ghost')}
              href={paths.drift(model.name, { from: iso(from), to: iso(to) }, { filters: filtersParam(view.filters) })}
            >
              Drift
            </Link>
            <Link
              className={buttonClass('ghost')}
              href={paths.rows(model.name, {
                from: iso(from),
                to: iso(to),
                filters: view.filters,
                order: 'error',
              })}
            >
              Rows
            </Link>
          </>
        )
      }
    >
      <div className="px-1 pt-1 pb-2">
        <Chart
          overTime
          label={`${name} of ${model.name} over time. Arrow keys walk along the windows, Enter opens one; the table button shows the numbers.`}
          option={option}
          height={PERFORMANCE_HEIGHT}
          plot={PERFORMANCE_PLOT}
          stops={stops}
          onRange={(a, b) => view.setRange(snapped(a, b, STEP[step]))}
          onPick={(x) => {
            const w = windowAt(chart.strip, x);
            if (w && !one) view.setRange({ from: w.start, to: w.end });
          }}
        />
      </div>
    </ChartCard>
  );
}

/** Whole windows: half a window is not a number anybody has. */
function snapped(a: number, b: number, step: number): { from: number; to: number } {
  const from = Math.floor(a / step) * step;
  return { from, to: Math.max(from + step, Math.ceil(b / step) * step) };
}

function NoWindows({ model, view }: { model: ModelView; view: ViewState }) {
  const last = model.last_event ? Date.parse(model.last_event) : null;
  return (
    <div className="rounded-lg border border-line bg-surface shadow-card">
      <Empty
        icon="chart"
        title="No predictions in this range"
        action={
          last !== null && (
            <>
              <Button
                onClick={() =>
                  view.setRange({
                    from: Math.floor((last - 7 * 86_400_000) / 3_600_000) * 3_600_000,
                    to: Math.floor(last / 3_600_000 + 1) * 3_600_000,
                  })
                }
              >
                The last 7 days with data
              </Button>
              <Button look="ghost" onClick={() => view.setRange({ preset: 'all' })}>
                All data
              </Button>
            </>
          )
        }
      >
        {last === null ? 'This model has not sent any prediction yet.' : `Its newest prediction is of ${utc(last)}.`}
      </Empty>
    </div>
  );
}
