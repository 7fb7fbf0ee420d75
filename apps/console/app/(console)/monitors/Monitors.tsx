'use client';

import type { MonitorsHistory, MonitorView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import { Badge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import { Card } from '@/components/Card';
import { Icon } from '@/components/icons';
import { Link } from '@/components/Link';
import { MONITOR_RANK } from '@/components/rank';
import { SearchBox } from '@/components/SearchBox';
import { Select } from '@/components/Segmented';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { MonitorBadge, SeverityMark } from '@/components/status';
import { type Column, Table } from '@/components/Table';
import { Ago } from '@/components/Time';
import { DASH } from '@/lib/format';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { useUrl } from '@/lib/url';
import { PageHeader } from '@/shell/PageHeader';
import { DailyVerdicts, type Day } from './DailyVerdicts';
import { ruleText } from './describe';
import { EnabledSwitch } from './EnabledSwitch';

const HISTORY_DAYS = 14;

type Past = { fromMs: number; days: Map<string, Day[]> };
const pastOf = ({ from, items }: MonitorsHistory): Past => ({
  fromMs: Date.parse(from),
  days: new Map(items.map((i) => [i.monitor_id, i.days])),
});
const badDays = (past: Past | undefined, id: string): number =>
  past?.days.get(id)?.filter((d) => d.bad > 0).length ?? 0;

const columnsOf = (past: Past | undefined): Column<MonitorView>[] => [
  {
    key: 'name',
    header: 'Monitor',
    sort: (m) => m.name,
    csv: (m) => m.name,
    narrow: 'wide',
    cell: (m) => (
      <div className={`min-w-0 ${m.enabled ? '' : 'opacity-70'}`}>
        <span className="flex items-center gap-2">
          <SeverityMark severity={m.severity} />
          <Link href={paths.monitor(m.id)} className="rounded font-medium hover:underline">
            {m.name}
          </Link>
          {m.origin === 'default' && <Badge tip="Made with the model; change it like any other">default</Badge>}
        </span>
        <p className="mt-0.5 max-w-xl pl-[23px] text-xs text-pretty text-faint">{ruleText(m)}</p>
      </div>
    ),
  },
  {
    key: 'model',
    header: 'Model',
    sort: (m) => m.model,
    csv: (m) => m.model,
    cell: (m) => (
      <Link
        href={paths.model(m.model)}
        className="rounded whitespace-nowrap text-muted hover:text-text hover:underline"
      >
        {m.model}
      </Link>
    ),
  },
  {
    key: 'kind',
    header: 'Kind',
    sort: (m) => m.kind,
    csv: (m) => m.kind,
    className: 'text-muted whitespace-nowrap',
    cell: (m) => m.kind.replace('_', ' '),
  },
  { key: 'window', header: 'Window', csv: (m) => m.window, className: 'text-muted', cell: (m) => m.window },
  {
    key: 'state',
    header: 'State',
    sort: (m) => (m.enabled ? MONITOR_RANK[m.state] : 9),
    csv: (m) => (m.enabled ? m.state : 'off'),
    cell: (m) =>
      m.enabled ? <MonitorBadge state={m.state} detail={m.state_detail} /> : <Badge icon="slash">Off</Badge>,
  },
  {
    key: 'since',
    header: 'Since',
    sort: (m) => (m.since ? Date.parse(m.since) : null),
    csv: (m) => m.since,
    className: 'text-muted whitespace-nowrap',
    cell: (m) => (m.since ? <Ago at={m.since} /> : DASH),
  },
  {
    key: 'evaluated',
    header: 'Evaluated',
    sort: (m) => (m.evaluated_at ? Date.parse(m.evaluated_at) : null),
    csv: (m) => m.evaluated_at,
    className: 'text-muted whitespace-nowrap',
    cell: (m) => (m.evaluated_at ? <Ago at={m.evaluated_at} /> : DASH),
  },
  {
    key: 'history',
    header: `${HISTORY_DAYS} days`,
    tip: 'A red bar: a look at a window of that day was bad',
    csv: (m) => badDays(past, m.id),
    sort: (m) => badDays(past, m.id),
    cell: (m) => past && <DailyVerdicts days={past.days.get(m.id) ?? []} fromMs={past.fromMs} count={HISTORY_DAYS} />,
  },
  { key: 'enabled', header: 'On', cell: (m) => <EnabledSwitch monitor={m} /> },
];

const STATES = ['firing', 'pending', 'error', 'no_data', 'unknown', 'ok'] as const;

export function Monitors() {
  const router = useRouter();
  const { params, set } = useUrl();
  const typed = (params.get('q') ?? '').toLowerCase();
  const model = params.get('model') ?? '';
  const state = params.get('state') ?? '';
  const query = useQuery(queries.monitors());
  const history = useQuery(queries.monitorsHistory(HISTORY_DAYS)).data;
  const columns = useMemo(() => columnsOf(history && pastOf(history)), [history]);
  const all = query.data?.items ?? [];
  const shown = all
    .filter((m) => (!model || m.model === model) && (!state || m.state === state))
    .filter((m) =>
      typed.split(/\s+/).every((word) => `${m.name} ${m.model} ${m.kind} ${ruleText(m)}`.toLowerCase().includes(word)),
    )
    .sort(
      (a, b) =>
        Number(b.enabled) - Number(a.enabled) ||
        MONITOR_RANK[a.state] - MONITOR_RANK[b.state] ||
        a.model.localeCompare(b.model) ||
        a.name.localeCompare(b.name),
    );
  const models = [...new Set(all.map((m) => m.model))].sort();

  return (
    <>
      <PageHeader
        title="Monitors"
        actions={
          <Link href={paths.monitorNew(model || undefined)} className={buttonClass('primary')}>
            <Icon name="plus" size={15} /> New monitor
          </Link>
        }
      />
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <SearchBox
          label="Filter monitors"
          value={params.get('q') ?? ''}
          onChange={(q) => set({ q: q || null }, true)}
        />
        <Select
          label="Model"
          value={model}
          options={[{ value: '', label: 'All' }, ...models.map((m) => ({ value: m, label: m }))]}
          onChange={(m) => set({ model: m || null })}
        />
        <Select
          label="State"
          value={state}
          options={[{ value: '', label: 'All' }, ...STATES.map((s) => ({ value: s, label: s.replace('_', ' ') }))]}
          onChange={(s) => set({ state: s || null })}
        />
      </div>
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonRows rows={8} className="h-7" />}>
          {() =>
            all.length === 0 ? (
              <Empty icon="monitor" title="Nothing is watched yet">
                Monitors are made with the first events of a model, here, and from files: plumbline monitors apply.
              </Empty>
            ) : shown.length === 0 ? (
              <Empty icon="search" compact title="No monitor fits" />
            ) : (
              <Table
                cards
                caption="Monitors, worst first"
                rows={shown}
                columns={columns}
                rowKey={(m) => m.id}
                onOpen={(m) => router.push(paths.monitor(m.id))}
              />
            )
          }
        </Loaded>
      </Card>
    </>
  );
}
