'use client';

import type { Filter, ModelView, TrackedSlice } from '@plumbline/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Sparkline } from '@/charts/Sparkline';
import { Badge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import { Card } from '@/components/Card';
import { Icon } from '@/components/icons';
import { Link } from '@/components/Link';
import { ShowMore } from '@/components/ShowMore';
import { type Column, Table } from '@/components/Table';
import { At } from '@/components/Time';
import { filtersParam } from '@/filters/filter';
import { DASH, fixed, group, number, percent, plural } from '@/lib/format';
import { metricLabel } from '@/lib/metrics';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';

/** Slices that were found by themselves, window for window, with how they fared since. Nothing while there are none. */
export function FoundSlices({ model, onDrill }: { model: ModelView; onDrill: (filters: Filter[]) => void }) {
  const ofWindows = useInfiniteQuery(queries.foundSlices(model.name, 'window'));
  const ofMonitors = useInfiniteQuery(queries.foundSlices(model.name, 'monitor'));
  const lists = [ofWindows, ofMonitors];
  const found = lists.flatMap(({ data }) => data?.pages.flatMap((page) => page.items) ?? []);
  const unfinished = lists.find((list) => list.hasNextPage);
  if (found.length === 0) return null;
  return (
    <Card
      flush
      title="Found by itself"
      note="in each final window, and whenever a monitor fired; what was found is followed"
    >
      <Table<TrackedSlice>
        cards
        caption={`Slices of ${model.name} that were found by themselves`}
        rows={found}
        columns={columnsOf(model, onDrill)}
        rowKey={(s) => s.id}
        onOpen={(s) => onDrill(s.filters)}
      />
      {unfinished && <ShowMore list={unfinished} />}
    </Card>
  );
}

const lossText = (s: TrackedSlice, v: number | null) =>
  v === null ? DASH : s.loss === 'error' || s.loss === 'missing' ? percent(v) : number(v);

/** What the monitor that fired was about. */
const aboutText = ({ loss, metric }: TrackedSlice): string =>
  metric === null ? 'alarm' : loss === 'missing' ? `${metric} missing` : metricLabel(metric);

function columnsOf(model: ModelView, onDrill: (filters: Filter[]) => void): Column<TrackedSlice>[] {
  return [
    {
      key: 'slice',
      header: 'Slice',
      narrow: 'wide',
      cell: (s) => (
        <span className="flex flex-wrap items-center gap-2">
          <button
            type="button"
            onClick={() => onDrill(s.filters)}
            className="rounded text-left font-medium wrap-anywhere hover:text-accent"
          >
            {s.text}
          </button>
          {s.kind === 'monitor' && <Badge tip="Found when a monitor fired">{aboutText(s)}</Badge>}
          {!s.current && <Badge tip="The newest search did not find it">was</Badge>}
        </span>
      ),
    },
    {
      key: 'loss',
      header: 'Loss',
      tip: 'The mean over its rows: errors, missing values or the size of the error',
      align: 'right',
      sort: (s) => s.latest.error,
      cell: (s) => (
        <span className="whitespace-nowrap">
          <b className="font-semibold">{lossText(s, s.latest.error)}</b>{' '}
          <span className="text-xs text-faint">all {lossText(s, s.latest.overall)}</span>
        </span>
      ),
    },
    {
      key: 'lift',
      header: 'Lift',
      align: 'right',
      sort: (s) => s.latest.lift,
      cell: (s) => (s.latest.lift === null ? DASH : `${fixed(s.latest.lift, 2)}\u202f×`),
    },
    {
      key: 'rows',
      header: 'Rows',
      align: 'right',
      sort: (s) => s.latest.n,
      cell: (s) => (
        <span className="whitespace-nowrap">
          {group(s.latest.n)} <span className="text-xs text-faint">{percent(s.latest.share)}</span>
        </span>
      ),
    },
    {
      key: 'history',
      header: 'Over time',
      narrow: 'omit',
      cell: (s) => (
        <Sparkline
          points={s.history.map((h) => ({
            start: h.start,
            value: h.error,
            estimated: null,
            coverage: 1,
            predictions: h.n,
          }))}
          reference={s.latest.overall}
          label={`Its error over ${plural(s.history.length, 'window')}; the line is that of all rows`}
          width={96}
          height={26}
          tone="critical"
        />
      ),
    },
    {
      key: 'since',
      header: 'Since',
      sort: (s) => Date.parse(s.since),
      cell: (s) => (
        <span className="whitespace-nowrap">
          <At at={s.since} /> <span className="text-xs text-faint">{group(s.times_found)} ×</span>
        </span>
      ),
    },
    {
      key: 'watch',
      header: 'Watch',
      cell: (s) => (
        <Link
          href={paths.monitorNew(model.name, { slice: filtersParam(s.filters) })}
          className={buttonClass('ghost')}
          aria-label={`Make a monitor of ${s.text}`}
        >
          <Icon name="monitor" size={14} /> Watch
        </Link>
      ),
    },
  ];
}
