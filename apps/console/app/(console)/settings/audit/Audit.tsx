'use client';

import type { AuditView } from '@plumbline/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { CsvButton } from '@/components/CsvButton';
import { Icon } from '@/components/icons';
import { SearchBox } from '@/components/SearchBox';
import { Segmented, Select } from '@/components/Segmented';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import { At, useNow } from '@/components/Time';
import { useMayManage } from '@/lib/may';
import { settings } from '@/lib/settings';
import { useUrl } from '@/lib/url';
import { filterOf, parseView, SPANS, type Span } from './search-params';
import { AREAS, areaLabel, detailText, told } from './told';

/** An id says nothing to a reader: it is there on hover. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const columnsOf = (pick: (actor: string) => void): Column<AuditView>[] => [
  {
    key: 'at',
    header: 'When',
    csv: (e) => e.at,
    className: 'text-muted whitespace-nowrap',
    cell: (e) => <At at={e.at} />,
  },
  {
    key: 'actor',
    header: 'Who',
    csv: (e) => e.actor,
    cell: (e) => (
      <button
        type="button"
        data-tip={`${e.actor_kind === 'person' ? 'A person' : 'A key'}. Show only this one`}
        onClick={() => pick(e.actor)}
        className="inline-flex max-w-full items-center gap-1.5 rounded text-left hover:underline"
      >
        <Icon name={e.actor_kind} size={13} className="text-faint" />
        <span className="sr-only">{e.actor_kind}: </span>
        <span className="min-w-0 break-words">{e.actor}</span>
      </button>
    ),
  },
  {
    key: 'action',
    header: 'What',
    narrow: 'wide',
    csv: (e) => e.action,
    className: 'font-medium',
    cell: (e) => <span data-tip={e.action}>{told(e.action)}</span>,
  },
  {
    key: 'subject',
    header: 'Of what',
    narrow: 'wide',
    csv: (e) => `${e.subject} ${JSON.stringify(e.detail)}`,
    cell: (e) => (
      <div className="max-w-xl min-w-0">
        {!UUID.test(e.subject) && <p className="wrap-anywhere">{e.subject}</p>}
        <p className="text-muted wrap-anywhere" data-tip={UUID.test(e.subject) ? e.subject : undefined}>
          {detailText(e.detail) || (UUID.test(e.subject) && !e.action.startsWith('session.') ? e.subject : '')}
        </p>
      </div>
    ),
  },
];

const SPAN_LABEL: Record<Span, string> = { '24h': '24 h', '7d': '7 d', '30d': '30 d', all: 'All' };

export function Audit() {
  const { params, set } = useUrl();
  const may = useMayManage();
  const view = parseView(params);
  const now = useNow();
  const filter = useDeferredValue(JSON.stringify(filterOf(view, now)));
  const list = useInfiniteQuery({ ...settings.audit(JSON.parse(filter)), enabled: may });
  const columns = useMemo(() => columnsOf((actor) => set({ actor })), [set]);
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  if (!may)
    return (
      <Card>
        <Empty icon="rows" title="The audit is for admins">
          It tells who changed what. Ask an admin of the project if you need to know.
        </Empty>
      </Card>
    );
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <SearchBox label="Find in the audit" value={view.q} onChange={(q) => set({ q: q || null }, true)} />
        <Select
          label="About"
          value={view.area}
          options={[{ value: '', label: 'Everything' }, ...AREAS.map((a) => ({ value: a, label: areaLabel(a) }))]}
          onChange={(area) => set({ area: area || null })}
        />
        <Segmented
          label="Time"
          options={(Object.keys(SPANS) as Span[]).map((s) => ({ value: s, label: SPAN_LABEL[s] }))}
          value={view.span}
          onChange={(span) => set({ span: span === 'all' ? null : span })}
        />
        {view.actor && (
          <Button icon="close" onClick={() => set({ actor: null })}>
            By {view.actor}
          </Button>
        )}
      </div>
      <Card
        flush
        title="Who changed what"
        note="newest first"
        actions={items.length > 0 && <CsvButton name="audit" columns={columns} rows={items} />}
      >
        <Loaded query={list} skeleton={<SkeletonRows rows={8} className="h-6" />}>
          {() =>
            items.length === 0 ? (
              <Empty icon="search" compact title="Nothing fits">
                {params.size > 0 ? 'Nobody did such a thing, or not in this time.' : 'Nobody has changed anything yet.'}
              </Empty>
            ) : (
              <>
                <Table cards caption="Changes, newest first" rows={items} columns={columns} rowKey={(e) => e.id} />
                <ShowMore list={list} />
              </>
            )
          }
        </Loaded>
      </Card>
    </>
  );
}
