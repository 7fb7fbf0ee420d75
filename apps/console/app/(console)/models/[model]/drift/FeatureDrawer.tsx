'use client';

import type { FeatureDrift, MeasureValue, ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { LegendItem } from '@/charts/ChartCard';
import { Distribution } from '@/charts/Distribution';
import { prepareDistribution } from '@/charts/distribution.prepare';
import type { HeatRow } from '@/charts/heatmap.prepare';
import { Badge } from '@/components/Badge';
import { Button, buttonClass } from '@/components/Button';
import { Facts } from '@/components/Card';
import { Dialog } from '@/components/Dialog';
import { Icon } from '@/components/icons';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import { useNow } from '@/components/Time';
import type { DriftQuestion } from '@/lib/api';
import { DASH, group, number, percent, signed, utc, windowLabel } from '@/lib/format';
import { measureLabel, metricLabel, metricText } from '@/lib/metrics';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { iso } from '@/lib/time';

type Props = {
  model: ModelView;
  row: HeatRow | null;
  start: number | null;
  reference: DriftQuestion['reference'];
  onClose: () => void;
  onStart: (start: number) => void;
};

/** One feature in one window, against the reference: the picture, every measure with its verdict, where it comes from. */
export function FeatureDrawer({ model, row, start, reference, onClose, onStart }: Props) {
  const cell = row && start !== null ? row.cells.get(start) : undefined;
  return (
    <Dialog drawer open={cell !== undefined} onClose={onClose} title={row?.name ?? ''}>
      {row && cell && (
        <Content model={model} row={row} start={cell.start} end={cell.end} reference={reference} onStart={onStart} />
      )}
    </Dialog>
  );
}

function Content({
  model,
  row,
  start,
  end,
  reference,
  onStart,
}: {
  model: ModelView;
  row: HeatRow;
  start: number;
  end: number;
  reference: DriftQuestion['reference'];
  onStart: (start: number) => void;
}) {
  const now = useNow();
  const range = { from: iso(start), to: iso(end) };
  const drift = useQuery(
    queries.drift(model.name, {
      ...range,
      granularity: 'all',
      features: [row.name],
      targets: targetsOf(row),
      reference,
    }),
  );
  const spec = model.schema.find((f) => f.name === row.name);
  const starts = [...row.cells.keys()];
  const at = starts.indexOf(start);

  return (
    <div className="flex flex-col gap-6 p-4">
      <div>
        <div className="flex items-center gap-1">
          <Button
            look="ghost"
            icon="chevron"
            className="rotate-180"
            label="Earlier window"
            disabled={at <= 0}
            onClick={() => onStart(starts[at - 1]!)}
          />
          <span className="min-w-0 flex-1 text-center font-medium" data-tip={`${utc(start)}\n${utc(end)}`}>
            {windowLabel(start, end, now)}
          </span>
          <Button
            look="ghost"
            icon="chevron"
            label="Later window"
            disabled={at < 0 || at >= starts.length - 1}
            onClick={() => onStart(starts[at + 1]!)}
          />
        </div>
        <Strip row={row} start={start} onStart={onStart} />
      </div>

      <DistributionOf
        model={model.name}
        feature={row.name}
        range={range}
        reference={typeof reference === 'string' ? reference : undefined}
      />

      <Loaded query={drift} compact skeleton={<Skeleton className="h-48" />}>
        {(answer) => {
          const window = answer.windows[0];
          const found = window?.features[row.name];
          return found ? (
            <div className="flex flex-col gap-6">
              <Measures drift={found} />
              <Details drift={found} spec={spec} />
            </div>
          ) : (
            <Empty compact title="Nothing was measured in this window" />
          );
        }}
      </Loaded>

      <div className="flex flex-wrap gap-2">
        <Link className={buttonClass('plain')} href={paths.rows(model.name, { ...range, order: 'ts' })}>
          <Icon name="rows" size={14} /> Rows of this window
        </Link>
        <Link className={buttonClass('plain')} href={paths.model(model.name, range)}>
          <Icon name="chart" size={14} /> Performance in it
        </Link>
      </div>
    </div>
  );
}

/** All windows of this feature as bars against the threshold; each opens. */
function Strip({ row, start, onStart }: { row: HeatRow; start: number; onStart: (start: number) => void }) {
  const cells = [...row.cells.values()].slice(-60);
  const most = Math.max(1.25, ...cells.map((c) => c.ratio ?? 0));
  return (
    <div className="relative mt-2 flex h-12 items-end gap-px">
      <span
        className="pointer-events-none absolute inset-x-0 border-t border-dashed border-critical/60"
        style={{ bottom: `${(1 / most) * 100}%` }}
      />
      {cells.map((c) => (
        <button
          key={c.start}
          type="button"
          tabIndex={-1}
          aria-label={`${utc(c.start)}: ${number(c.value)}${c.drifted ? ', drifted' : ''}`}
          data-tip={`${utc(c.start)}\n${number(c.value)}${c.drifted ? ' ● drifted' : ''}`}
          onClick={() => onStart(c.start)}
          className={`flex h-full min-w-0 flex-1 items-end hover:bg-shade ${c.start === start ? 'bg-accent/15' : ''}`}
        >
          <span
            className={`w-full rounded-t-[1px] ${c.drifted ? 'bg-critical/80' : 'bg-reference/60'}`}
            style={{ height: `${Math.max(2, ((c.ratio ?? 0) / most) * 100)}%` }}
          />
        </button>
      ))}
    </div>
  );
}

const targetsOf = (row: HeatRow): NonNullable<DriftQuestion['targets']> => [
  row.kind === 'feature' ? 'features' : row.kind,
];

function DistributionOf({
  model,
  feature,
  range,
  reference,
}: {
  model: string;
  feature: string;
  range: { from: string; to: string };
  reference: string | undefined;
}) {
  const profile = useQuery(queries.profile(model, { ...range, features: [feature], reference }));
  return (
    <section>
      <h3 className="text-sm font-semibold">Distribution</h3>
      <div className="mt-1 flex gap-4 text-xs text-muted">
        <LegendItem mark="bar" colour="color-mix(in srgb, var(--accent) 75%, transparent)">
          this window
        </LegendItem>
        <LegendItem mark="bar" colour="color-mix(in srgb, var(--reference) 35%, transparent)">
          reference
        </LegendItem>
        <span className="text-faint">share of the rows</span>
      </div>
      <Loaded query={profile} compact skeleton={<Skeleton className="mt-2 h-44" />}>
        {(answer) => {
          const sides = answer.features[feature];
          const data = sides ? prepareDistribution(sides.reference, sides.current) : null;
          return data && data.bins.length > 0 ? (
            <Distribution data={data} />
          ) : (
            <Empty compact icon="chart" title="No distribution is kept for this row" />
          );
        }}
      </Loaded>
    </section>
  );
}

/** Why the threshold is where it is. */
const REASON: Record<string, string> = { floor: 'effect size', noise: 'noise', natural: 'variation' };

function Measures({ drift }: { drift: FeatureDrift }) {
  const rows = Object.entries(drift.measures).map(([name, m]) => ({ name, ...m }));
  type Row = { name: string } & MeasureValue;
  const columns: Column<Row>[] = [
    {
      key: 'name',
      header: 'Measure',
      className: 'whitespace-nowrap',
      cell: (m) => (
        <span className="flex items-center gap-2" data-tip={m.threshold_reason}>
          <span aria-hidden="true" className={`text-[0.5rem] ${m.drifted ? 'text-critical' : 'text-transparent'}`}>
            ●
          </span>
          {measureLabel(m.name)}
          {m.drifted && <span className="sr-only">drifted</span>}
        </span>
      ),
    },
    {
      key: 'value',
      header: 'Value',
      align: 'right',
      cell: (m) => <span className={m.drifted ? 'font-semibold text-critical' : ''}>{number(m.value)}</span>,
    },
    {
      key: 'debiased',
      header: 'Debiased',
      tip: 'Without what sampling alone would show at these sizes',
      align: 'right',
      className: 'text-muted',
      cell: (m) => number(m.debiased),
    },
    { key: 'threshold', header: 'Threshold', align: 'right', cell: (m) => number(m.threshold) },
    {
      key: 'by',
      header: 'Set by',
      tip: 'Effect size: the least difference that matters. Noise: what sampling alone reaches at these sizes. Variation: what the reference itself shows from window to window.',
      className: 'text-muted whitespace-nowrap',
      cell: (m) => (m.threshold_reason ? (REASON[m.threshold_reason] ?? m.threshold_reason) : DASH),
    },
    {
      key: 'p',
      header: 'p',
      tip: 'Chance of a value like this without any difference',
      align: 'right',
      className: 'text-muted whitespace-nowrap',
      cell: (m) => pText(m.p_value),
    },
    {
      key: 'floor',
      header: 'p floor',
      tip: 'Chance of a value like this if the true difference were only the threshold',
      align: 'right',
      className: 'text-muted whitespace-nowrap',
      cell: (m) => pText(m.p_floor),
    },
  ];
  const used = columns.filter((c) =>
    c.key === 'debiased'
      ? rows.some((m) => m.debiased != null)
      : c.key === 'floor'
        ? rows.some((m) => m.p_floor != null)
        : true,
  );
  return (
    <section>
      <h3 className="mb-2 text-sm font-semibold">Measures</h3>
      <div className="overflow-hidden rounded-md border border-line">
        <Table caption="Drift measures" rows={rows} columns={used} rowKey={(m) => m.name} />
      </div>
      {drift.note && <p className="mt-2 text-xs text-warning">{drift.note}</p>}
    </section>
  );
}

const pText = (p: number | null | undefined): string =>
  p === null || p === undefined ? DASH : p < 0.0001 ? '< 0.0001' : p.toFixed(p < 0.01 ? 4 : 2);

function Details({ drift, spec }: { drift: FeatureDrift; spec: ModelView['schema'][number] | undefined }) {
  const { reference: r, current: c } = drift;
  const referenceMissing =
    r.missing !== undefined && r.n !== undefined && r.n + r.missing > 0 ? r.missing / (r.n + r.missing) : null;
  const quantiles = [...new Set([...Object.keys(r.quantiles ?? {}), ...Object.keys(c.quantiles ?? {})])]
    .sort((a, b) => levelOf(a) - levelOf(b))
    .slice(0, 9);
  const rows = [
    { name: 'Rows', now: group(c.n ?? drift.n), before: group(r.n) },
    { name: 'Missing', now: percent(drift.missing_rate), before: percent(referenceMissing) },
    ...(drift.type === 'numeric'
      ? [
          { name: 'Mean', now: number(c.mean), before: number(r.mean) },
          { name: 'Standard deviation', now: number(c.std), before: number(r.std) },
          ...quantiles.map((q) => ({
            name: quantileLabel(q),
            now: number(c.quantiles?.[q]),
            before: number(r.quantiles?.[q]),
          })),
        ]
      : []),
  ];
  return (
    <>
      <section>
        <h3 className="mb-2 text-sm font-semibold">This window and the reference</h3>
        <div className="overflow-hidden rounded-md border border-line">
          <Table
            caption="Statistics of both sides"
            rows={rows}
            rowKey={(x) => x.name}
            columns={[
              { key: 'name', header: '', cell: (x) => <span className="text-muted">{x.name}</span> },
              { key: 'now', header: 'Window', align: 'right', cell: (x) => x.now },
              { key: 'before', header: 'Reference', align: 'right', className: 'text-muted', cell: (x) => x.before },
            ]}
          />
        </div>
      </section>
      {(drift.new_categories?.length ?? 0) > 0 && (
        <section>
          <h3 className="mb-2 text-sm font-semibold">Never seen in the reference</h3>
          <p className="flex flex-wrap gap-1.5">
            {drift.new_categories?.slice(0, 30).map((value) => (
              <Badge key={value} tone="warning">
                {value}
              </Badge>
            ))}
          </p>
        </section>
      )}
      <Facts
        columns="grid-cols-3"
        items={[
          { label: 'Comes from', value: spec?.source ?? <span className="text-faint">not declared</span> },
          { label: 'Importance', value: importanceOf(drift) },
          ...(drift.effect
            ? [{ label: `Effect on ${metricLabel(drift.effect.metric)}`, value: effectOf(drift.effect) }]
            : []),
          { label: 'Type', value: spec?.type ?? drift.type },
        ]}
      />
    </>
  );
}

/** Relative to the feature that matters most; measured is how much of the output goes along with it in the reference. */
const importanceOf = ({ importance }: FeatureDrift) =>
  importance ? `${percent(importance.value)} (${importance.kind})` : DASH;
const change = (metric: string, value: number) => signed(metricText(metric, value), value);
/** What the change of this feature alone does to the metric, going by the reference's labels. */
const effectOf = ({ metric, value, low, high }: NonNullable<FeatureDrift['effect']>) => (
  <>
    {change(metric, value)}{' '}
    <span className="text-faint">
      ({change(metric, low)} to {change(metric, high)})
    </span>
  </>
);

/** Keys come as `0.05` or `p05`. */
function levelOf(key: string): number {
  const value = Number(key.replace(/^[pq]/i, ''));
  return /^[pq]/i.test(key) || value > 1 ? value / 100 : value;
}
const quantileLabel = (key: string): string => {
  const level = levelOf(key);
  return Number.isFinite(level) ? (level === 0.5 ? 'Median' : `${number(level * 100)} % quantile`) : key;
};
