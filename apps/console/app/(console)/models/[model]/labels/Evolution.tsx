'use client';

import type { ModelView, WindowThen } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { ChartCard, type ChartTable } from '@/charts/ChartCard';
import { LateChart, LateLegend } from '@/charts/LateChart';
import { prepareEvolution } from '@/charts/late.prepare';
import { STATE } from '@/charts/performance.tip';
import { Card, Facts } from '@/components/Card';
import { Select } from '@/components/Segmented';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { At, useNow } from '@/components/Time';
import { DASH, percent, plural, utc, windowLabel } from '@/lib/format';
import { metricLabel, metricText } from '@/lib/metrics';
import { queries } from '@/lib/queries';
import { iso } from '@/lib/time';
import { parseWindow, windowSize, windowsOf } from './windows';

type Props = { model: ModelView; metric: string; asked: string | null; onWindow: (start: string) => void };

/** What one window said each time that it was computed. */
export function Evolution({ model, metric, asked, onWindow }: Props) {
  const now = useNow();
  const hour = Math.floor(now / 3_600_000) * 3_600_000;
  const start = parseWindow(asked, model, hour + 3_600_000);
  const query = useQuery({
    ...queries.windowHistory(model.name, start === null ? '' : iso(start)),
    enabled: start !== null,
  });
  if (start === null) return null;
  const offered = windowsOf(model, hour + 3_600_000);
  const size = windowSize(model.granularity);
  const label = (ms: number) => windowLabel(ms, ms + size, hour);
  const picker = (
    <Select
      label="Window"
      value={iso(start)}
      options={[...new Set([...offered, start])]
        .sort((a, b) => b - a)
        .map((ms) => ({ value: iso(ms), label: label(ms) }))}
      onChange={onWindow}
    />
  );
  return (
    <Loaded framed query={query} skeleton={<Skeleton className="h-80 w-full rounded-lg" />}>
      {({ items }) =>
        items.length === 0 ? (
          <Card title="How one window evolved" actions={picker}>
            <Empty compact icon="clock" title="Nothing is kept of this window">
              A window is kept each time it is computed and says something else. Choose another one, or come back in a
              minute.
            </Empty>
          </Card>
        ) : (
          <Drawn model={model} metric={metric} items={items} picker={picker} name={label(start)} />
        )
      }
    </Loaded>
  );
}

function Drawn({
  model,
  metric,
  items,
  picker,
  name,
}: {
  model: ModelView;
  metric: string;
  items: WindowThen[];
  picker: ReactNode;
  name: string;
}) {
  const chart = useMemo(() => prepareEvolution(items, metric), [items, metric]);
  const last = items.at(-1)!;
  if (!chart) return null;
  if (items.length === 1) return <Once then={last} metric={metric} picker={picker} />;
  return (
    <ChartCard
      title="How one window evolved"
      note={`${metricLabel(metric)}, ${plural(items.length, 'time')} computed; now ${last.state ? STATE[last.state] : 'of unknown state'}`}
      name={`${model.name}-${metric}-${items[0]!.computed_at.slice(0, 10)}-history`}
      table={tableOf(items, metric)}
      actions={<span className="max-sm:hidden">{picker}</span>}
      legend={chart.value && <LateLegend chart={chart.value} />}
    >
      <div className="flex px-4 pt-3 sm:hidden">{picker}</div>
      {chart.value ? (
        <div className="px-1 pt-1">
          <LateChart
            chart={chart.value}
            height={220}
            label={`${metricLabel(metric)} of ${model.name} in the window ${name}, by when it was computed. The table button shows the numbers.`}
          />
        </div>
      ) : (
        <Empty compact icon="clock" title={`No value of ${metricLabel(metric)} yet`}>
          Below 30 labels a metric is not told, and there is no estimate of it.
        </Empty>
      )}
      <div className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line px-4 pt-3 text-xs text-muted">
        <LateLegend chart={chart.labels} />
      </div>
      <div className="px-1 pb-2">
        <LateChart
          chart={chart.labels}
          height={130}
          label={`Coverage and maturity of the window ${name}, by when it was computed.`}
        />
      </div>
    </ChartCard>
  );
}

/** One moment is no line. */
function Once({ then, metric, picker }: { then: WindowThen; metric: string; picker: ReactNode }) {
  const m = then.metrics[metric];
  const value = (v: { value: number | null; low: number | null; high: number | null } | undefined, none: string) =>
    v && v.value !== null ? (
      <>
        <span className="text-lg font-semibold tabular-nums">{metricText(metric, v.value)}</span>{' '}
        {v.low !== null && v.high !== null && (
          <span className="text-xs whitespace-nowrap text-faint tabular-nums">
            {metricText(metric, v.low)} {DASH} {metricText(metric, v.high)}
          </span>
        )}
      </>
    ) : (
      <span className="text-muted">{none}</span>
    );
  return (
    <Card
      title="How one window evolved"
      note={`${metricLabel(metric)}; ${then.state ? STATE[then.state] : 'state unknown'}`}
      actions={picker}
    >
      <Facts
        columns="grid-cols-2 lg:grid-cols-5"
        items={[
          { label: 'Realized', value: value(m?.realized, 'too few labels') },
          { label: 'Estimated', value: value(m?.estimated, 'no estimate') },
          { label: 'Corrected for late labels', value: value(m?.corrected, 'nothing to correct') },
          { label: 'Coverage', value: <Share value={then.coverage} /> },
          { label: 'Maturity', value: <Share value={then.maturity} /> },
        ]}
      />
      <p className="mt-4 text-xs text-pretty text-muted">
        Computed once, <At at={then.computed_at} />. Each time that labels make it say something else, that is kept and
        drawn here.
      </p>
    </Card>
  );
}
const Share = ({ value }: { value: number | null }) => (
  <span className="text-lg font-semibold tabular-nums">{percent(value)}</span>
);

function tableOf(items: WindowThen[], metric: string): ChartTable {
  const value = (v: string | number | null) => metricText(metric, typeof v === 'number' ? v : null);
  const share = (v: string | number | null) => percent(typeof v === 'number' ? v : null);
  return {
    columns: [
      { header: 'Computed (UTC)', text: (v) => utc(String(v)).slice(0, 19) },
      { header: 'State' },
      { header: 'Realized', text: value },
      { header: 'Low', text: value },
      { header: 'High', text: value },
      { header: 'Estimated', text: value },
      { header: 'Estimated low', text: value },
      { header: 'Estimated high', text: value },
      { header: 'Corrected', text: value },
      { header: 'Predictions' },
      { header: 'With label' },
      { header: 'Coverage', text: share },
      { header: 'Maturity', text: share },
      { header: 'Estimated by' },
    ],
    rows: items.map((i) => {
      const m = i.metrics[metric];
      return [
        i.computed_at,
        i.state,
        m?.realized.value ?? null,
        m?.realized.low ?? null,
        m?.realized.high ?? null,
        m?.estimated?.value ?? null,
        m?.estimated?.low ?? null,
        m?.estimated?.high ?? null,
        m?.corrected?.value ?? null,
        i.predictions,
        i.labelled,
        i.coverage,
        i.maturity,
        i.reference ? `${i.reference.name} #${i.reference.revision}` : null,
      ];
    }),
  };
}
