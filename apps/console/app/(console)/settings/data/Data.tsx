'use client';

import type { ModelView } from '@plumbline/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Button } from '@/components/Button';
import { Card, Facts } from '@/components/Card';
import { CsvButton } from '@/components/CsvButton';
import { Link } from '@/components/Link';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import { At } from '@/components/Time';
import { compact, DASH, group } from '@/lib/format';
import { READ_ONLY, useMayWrite } from '@/lib/may';
import { paths } from '@/lib/paths';
import { settings } from '@/lib/settings';
import { RetentionDialog } from './RetentionDialog';
import { daysOf, retentionText } from './retention';

const stored = (m: ModelView) => m.versions.reduce((sum, v) => sum + v.predictions, 0);

const columnsOf = (may: boolean, edit: (model: ModelView) => void): Column<ModelView>[] => [
  {
    key: 'model',
    header: 'Model',
    narrow: 'wide',
    sort: (m) => m.name,
    csv: (m) => m.name,
    cell: (m) => (
      <Link href={paths.model(m.name)} className="rounded font-medium hover:underline">
        {m.name}
      </Link>
    ),
  },
  {
    key: 'predictions',
    header: 'Predictions',
    align: 'right',
    sort: stored,
    csv: stored,
    cell: (m) => <span data-tip={group(stored(m))}>{compact(stored(m))}</span>,
  },
  {
    key: 'labels',
    header: 'Labelled',
    align: 'right',
    sort: (m) => m.labels.joined,
    csv: (m) => m.labels.joined,
    cell: (m) => <span data-tip={group(m.labels.joined)}>{compact(m.labels.joined)}</span>,
  },
  {
    key: 'first',
    header: 'From',
    sort: (m) => (m.first_event ? Date.parse(m.first_event) : null),
    csv: (m) => m.first_event,
    className: 'text-muted whitespace-nowrap lg:pl-10',
    cell: (m) => (m.first_event ? <At at={m.first_event} /> : DASH),
  },
  {
    key: 'last',
    header: 'To',
    sort: (m) => (m.last_event ? Date.parse(m.last_event) : null),
    csv: (m) => m.last_event,
    className: 'text-muted whitespace-nowrap',
    cell: (m) => (m.last_event ? <At at={m.last_event} /> : DASH),
  },
  {
    key: 'retention',
    header: 'Kept',
    sort: (m) => (m.retention ? daysOf(m.retention) : Number.MAX_VALUE),
    csv: (m) => m.retention ?? 'for ever',
    className: 'whitespace-nowrap',
    cell: (m) => retentionText(m.retention),
  },
  {
    key: 'edit',
    header: '',
    align: 'right',
    cell: (m) => (
      <Button disabled={!may} data-tip={may ? undefined : READ_ONLY} onClick={() => edit(m)}>
        Change
      </Button>
    ),
  },
];

export function Data() {
  const may = useMayWrite();
  const list = useInfiniteQuery(settings.models());
  const [editing, setEditing] = useState<ModelView | null>(null);
  const columns = useMemo(() => columnsOf(may, setEditing), [may]);
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <div className="flex flex-col gap-5">
      <Card
        flush
        title="Events of each model"
        note={may ? 'how many there are, and how long they are kept' : READ_ONLY}
        actions={items.length > 0 && <CsvButton name="data" columns={columns} rows={items} />}
      >
        <Loaded query={list} skeleton={<SkeletonRows rows={4} className="h-7" />}>
          {() =>
            items.length === 0 ? (
              <Empty icon="data" title="Nothing is stored yet">
                A model appears here with its first event.
              </Empty>
            ) : (
              <>
                <Table cards caption="Models" rows={items} columns={columns} rowKey={(m) => m.name} />
                <ShowMore list={list} />
              </>
            )
          }
        </Loaded>
      </Card>
      <Card title="What is stored, and for how long">
        <Facts
          columns="grid-cols-1 sm:grid-cols-2 lg:grid-cols-3"
          items={[
            {
              label: 'Predictions and outcomes',
              value:
                'As they were sent, with features and tags, and profiles of them: for as long as the model keeps them.',
            },
            {
              label: 'References',
              value: 'Rows and profiles, until the model is deleted.',
            },
            {
              label: 'Windows and verdicts',
              value: 'Numbers without rows. They stay when events go, so that history can still be read.',
            },
            { label: 'Rejected events', value: '30 days, in quarantine, to be looked at and replayed.' },
            { label: 'Incidents and audit', value: 'For ever.' },
            {
              label: 'Deleting a model',
              value: 'Takes everything of it away: DELETE /v1/models/MODEL, with an admin key.',
            },
          ]}
        />
      </Card>
      <RetentionDialog model={editing} onClose={() => setEditing(null)} />
    </div>
  );
}
