'use client';

import type { Filter, FoundSlice, ModelView, SlicesAnswer } from '@plumbline/contracts';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Card } from '@/components/Card';
import { CsvButton } from '@/components/CsvButton';
import { Icon } from '@/components/icons';
import { Segmented, Select } from '@/components/Segmented';
import { Empty, ErrorPanel } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import { chipsOf, filterText } from '@/filters/filter';
import { compact, DASH, fixed, group, number, percent, plural } from '@/lib/format';
import { type Explore, LOSS_LABEL, lossesOf } from './search-params';

type Set = (patch: Record<string, string | null>) => void;

/** What the search found by itself, worst first; a click goes into a slice. */
export function TopSlices({
  model,
  explore,
  query,
  onSet,
  onDrill,
}: {
  model: ModelView;
  explore: Explore;
  query: UseQueryResult<SlicesAnswer>;
  onSet: Set;
  onDrill: (filters: Filter[]) => void;
}) {
  const { data, error, refetch, isFetching } = query;
  const losses = lossesOf(model.task, explore.compare);
  const rows = (data?.slices ?? []).filter((s) => s.lift > 1 && s.share < 1);
  const columns = columnsOf(explore, onDrill);
  return (
    <Card
      flush
      title="Where it fails most"
      note={data ? noteOf(data) : undefined}
      actions={rows.length > 0 && <CsvButton name={`${model.name}-slices`} rows={rows} columns={columns} />}
    >
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5">
        <Select
          label="By"
          value={explore.loss}
          options={losses.map((loss) => ({ value: loss, label: LOSS_LABEL[loss] }))}
          onChange={(loss) => onSet({ loss: loss === losses[0] ? null : loss })}
        />
        <Segmented
          label="Conditions at most"
          value={String(explore.depth)}
          options={[
            { value: '1', label: '1', tip: 'Slices of one condition' },
            { value: '2', label: '2', tip: 'Slices of up to two conditions' },
            { value: '3', label: '3', tip: 'Slices of up to three conditions' },
          ]}
          onChange={(depth) => onSet({ depth: depth === '3' ? null : depth })}
        />
        <span className="text-xs text-faint">conditions at most</span>
      </div>
      {isFetching ? (
        <Searching />
      ) : error ? (
        <ErrorPanel compact error={error} retry={() => void refetch()} />
      ) : rows.length === 0 ? (
        <Empty compact icon="check" title="Nothing stands out">
          {(data?.overall.n ?? 0) === 0
            ? 'No row of this range has a label yet.'
            : 'No slice that is large enough errs more than the rest.'}
        </Empty>
      ) : (
        <Table<FoundSlice>
          cards
          caption={`Slices in which ${model.name} errs most`}
          rows={rows}
          rowKey={(s) => s.filters.map(filterText).join()}
          columns={columns}
          onOpen={(s) => onDrill(s.filters)}
        />
      )}
    </Card>
  );
}

/** The search says nothing before it ends, so this says at least that it goes on, and for how long. */
function Searching() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((s) => s + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div role="status" className="flex flex-col gap-3 p-4">
      <p className="flex items-center gap-2 text-sm text-muted">
        <Icon name="refresh" size={14} className="animate-spin text-accent" />
        Trying every combination of values{seconds > 1 && `, ${seconds} s`}
      </p>
      <div className="h-1 overflow-hidden rounded-full bg-shade">
        <div className="skeleton h-full w-full rounded-full" />
      </div>
      {seconds > 4 && (
        <p className="text-xs text-faint">
          Fewer conditions or a shorter range are quicker. It goes on when you stay here.
        </p>
      )}
    </div>
  );
}

function noteOf(data: SlicesAnswer): string {
  const tried = data.searched.reduce((sum, n) => sum + n, 0);
  return [
    `${compact(tried)} slices of ${group(data.overall.n)} labelled rows`,
    data.sampled > 1 && `one row in ${data.sampled} looked at`,
    `at least ${plural(data.min_support, 'row')} each`,
  ]
    .filter(Boolean)
    .join(', ');
}

function columnsOf({ loss, compare }: Explore, onDrill: (filters: Filter[]) => void): Column<FoundSlice>[] {
  const text = (v: number | null | undefined) =>
    v === null || v === undefined ? DASH : loss === 'error' || loss === 'volume' ? percent(v) : number(v);
  const comparing = compare.kind === 'before' || compare.kind === 'range';
  return [
    {
      key: 'slice',
      header: 'Slice',
      narrow: 'wide',
      csv: (s) => s.filters.map(filterText).join(' and '),
      cell: (s) => (
        <button
          type="button"
          onClick={() => onDrill(s.filters)}
          aria-label={`Go into ${chipsOf(s.filters)
            .map((c) => c.text)
            .join(' and ')}`}
          className="group flex flex-wrap gap-1 rounded text-left"
        >
          {chipsOf(s.filters).map((chip) => (
            <span
              key={chip.text}
              className="rounded border border-line bg-sunken px-1.5 py-0.5 text-xs leading-4 group-hover:border-accent/50 group-hover:text-accent"
            >
              {chip.text}
            </span>
          ))}
          {s.folded > 0 && (
            <span className="self-center text-2xs text-faint" title="Other slices have nearly the same rows">
              +{s.folded} alike
            </span>
          )}
        </button>
      ),
    },
    {
      key: 'error',
      header: LOSS_LABEL[loss],
      align: 'right',
      sort: (s) => s.error,
      csv: (s) => s.error,
      cell: (s) => (
        <span className="whitespace-nowrap">
          <b className="font-semibold">{text(s.error)}</b>{' '}
          <span className="text-xs text-faint">rest {text(s.rest)}</span>
        </span>
      ),
    },
    ...(comparing
      ? [
          {
            key: 'before',
            header: 'Before',
            align: 'right' as const,
            sort: (s: FoundSlice) => s.before ?? null,
            csv: (s: FoundSlice) => s.before,
            cell: (s: FoundSlice) => text(s.before),
          },
        ]
      : []),
    {
      key: 'lift',
      header: 'Lift',
      tip: 'Its mean loss by that of all rows',
      align: 'right',
      sort: (s) => s.lift,
      csv: (s) => s.lift,
      className: 'whitespace-nowrap',
      cell: (s) => `${fixed(s.lift, 2)}\u202f×`,
    },
    {
      key: 'n',
      header: 'Rows',
      align: 'right',
      sort: (s) => s.n,
      csv: (s) => s.n,
      cell: (s) => (
        <span className="whitespace-nowrap">
          {group(s.n)} <span className="text-xs text-faint">{percent(s.share)}</span>
        </span>
      ),
    },
    {
      key: 'explains',
      header: comparing ? 'Of the growth' : 'Of all errors',
      tip: comparing
        ? 'The share of the growth that would be gone if it had grown like the rest'
        : 'The share of all loss that would be gone if it were as good as the rest',
      align: 'right',
      sort: (s) => s.explains,
      csv: (s) => s.explains,
      cell: (s) => <Explains share={s.explains} />,
    },
    {
      key: 'q',
      className: 'whitespace-nowrap',
      header: 'By chance?',
      tip: 'q-value: of slices as good as this one, the share that chance alone would make',
      align: 'right',
      sort: (s) => s.q_value,
      csv: (s) => s.q_value,
      cell: (s) => <Chance q={s.q_value} />,
    },
  ];
}

function Explains({ share }: { share: number | null }) {
  if (share === null) return <>{DASH}</>;
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden="true" className="hidden h-1.5 w-14 overflow-hidden rounded-full bg-shade sm:block">
        <span
          className="block h-full rounded-full bg-critical/70"
          style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }}
        />
      </span>
      <span className="w-12 font-medium">{percent(share)}</span>
    </span>
  );
}

function Chance({ q }: { q: number }) {
  if (q >= 0.05) return <span className="text-warning">{`may be, ${fixed(q, 2)}`}</span>;
  return <span className="text-muted">{q < 0.001 ? 'no, < 0.001' : `no, ${fixed(q, 3)}`}</span>;
}
