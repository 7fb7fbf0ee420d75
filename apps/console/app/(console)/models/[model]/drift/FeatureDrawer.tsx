'use client';

import type { Filter, ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { LegendItem } from '@/charts/ChartCard';
import { Distribution } from '@/charts/Distribution';
import { prepareDistribution } from '@/charts/distribution.prepare';
import type { HeatRow } from '@/charts/heatmap.prepare';
import { Button, buttonClass } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Icon } from '@/components/icons';
import { Link } from '@/components/Link';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { useNow } from '@/components/Time';
import { filtersParam } from '@/filters/filter';
import type { DriftQuestion } from '@/lib/api';
import { number, utc, windowLabel } from '@/lib/format';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { iso } from '@/lib/time';
import { FeatureFacts } from './FeatureFacts';
import { Measures } from './Measures';
import { sliceOf } from './search-params';

type Props = {
  model: ModelView;
  row: HeatRow | null;
  start: number | null;
  reference: DriftQuestion['reference'];
  filters: Filter[];
  onClose: () => void;
  onStart: (start: number) => void;
};

/** One feature in one window, against the reference: the picture, every measure with its verdict, where it comes from. */
export function FeatureDrawer({ model, row, start, reference, filters, onClose, onStart }: Props) {
  const cell = row && start !== null ? row.cells.get(start) : undefined;
  return (
    <Dialog drawer open={cell !== undefined} onClose={onClose} title={row?.name ?? ''}>
      {row && cell && (
        <Content
          model={model}
          row={row}
          start={cell.start}
          end={cell.end}
          reference={reference}
          filters={filters}
          onStart={onStart}
        />
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
  filters,
  onStart,
}: {
  model: ModelView;
  row: HeatRow;
  start: number;
  end: number;
  reference: DriftQuestion['reference'];
  filters: Filter[];
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
      ...sliceOf(filters),
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

      <DistributionOf model={model.name} feature={row.name} range={range} reference={reference} filters={filters} />

      <Loaded query={drift} compact skeleton={<Skeleton className="h-48" />}>
        {(answer) => {
          const window = answer.windows[0];
          const found = window?.features[row.name];
          return found ? (
            <div className="flex flex-col gap-6">
              <Measures drift={found} />
              <FeatureFacts drift={found} spec={spec} />
            </div>
          ) : (
            <Empty compact title="Nothing was measured in this window" />
          );
        }}
      </Loaded>

      <div className="flex flex-wrap gap-2">
        <Link className={buttonClass('plain')} href={paths.rows(model.name, { ...range, filters, order: 'ts' })}>
          <Icon name="rows" size={14} /> Rows of this window
        </Link>
        <Link
          className={buttonClass('plain')}
          href={paths.model(model.name, range, { filters: filtersParam(filters) })}
        >
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
  filters,
}: {
  model: string;
  feature: string;
  range: { from: string; to: string };
  reference: DriftQuestion['reference'];
  filters: Filter[];
}) {
  const profile = useQuery(queries.profile(model, { ...range, features: [feature], reference, ...sliceOf(filters) }));
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
