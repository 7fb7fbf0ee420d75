'use client';

import type { MuteView } from '@plumbline/contracts';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Link } from '@/components/Link';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import { Ago, At } from '@/components/Time';
import { toast } from '@/components/Toast';
import { api } from '@/lib/api';
import { READ_ONLY, useMayWrite } from '@/lib/may';
import { paths } from '@/lib/paths';
import { settings } from '@/lib/settings';

const columnsOf = (may: boolean, end: (mute: MuteView) => void): Column<MuteView>[] => [
  {
    key: 'what',
    header: 'What is silent',
    narrow: 'wide',
    cell: (m) => (
      <div className="flex min-w-0 flex-col gap-1">
        <span className="flex flex-wrap items-center gap-1">
          {Object.entries(m.matchers).map(([name, value]) =>
            name === 'model' ? (
              <Link key={name} href={paths.model(value!)} className="rounded font-medium hover:underline">
                {value}
              </Link>
            ) : (
              <Badge key={name}>
                {name}: {value}
              </Badge>
            ),
          )}
          {Object.keys(m.matchers).length === 0 && <span className="font-medium">Everything</span>}
        </span>
        <span className="text-xs text-pretty text-muted">{m.reason}</span>
      </div>
    ),
  },
  { key: 'by', header: 'By', sort: (m) => m.created_by, className: 'text-muted', cell: (m) => m.created_by },
  {
    key: 'since',
    header: 'Since',
    sort: (m) => Date.parse(m.created_at),
    className: 'text-muted whitespace-nowrap',
    cell: (m) => <Ago at={m.created_at} />,
  },
  {
    key: 'until',
    header: 'Ends',
    sort: (m) => Date.parse(m.until),
    className: 'whitespace-nowrap',
    cell: (m) => <At at={m.until} />,
  },
  {
    key: 'end',
    header: '',
    align: 'right',
    cell: (m) => (
      <Button disabled={!may} data-tip={may ? undefined : READ_ONLY} onClick={() => end(m)}>
        End now
      </Button>
    ),
  },
];

export function Mutes() {
  const client = useQueryClient();
  const may = useMayWrite();
  const list = useInfiniteQuery(settings.mutes());
  const { mutate } = useMutation({
    mutationFn: (mute: MuteView) => api.unmute(mute.id),
    onSuccess: () => toast('Ended. Channels are told again', 'ok'),
    onSettled: () => client.invalidateQueries({ queryKey: ['mutes'] }),
  });
  const columns = useMemo(() => columnsOf(may, mutate), [may, mutate]);
  return (
    <Card
      flush
      title="Mutes in force"
      note={may ? 'nobody is told of what they match; incidents open as ever' : READ_ONLY}
    >
      <Loaded query={list} skeleton={<SkeletonRows rows={3} className="h-7" />}>
        {({ pages }) => {
          const items = pages.flatMap((p) => p.items);
          return items.length === 0 ? (
            <Empty icon="mute" title="Nothing is muted">
              During planned work, mute a model or a monitor from one of its incidents.
            </Empty>
          ) : (
            <>
              <Table cards caption="Mutes, newest first" rows={items} columns={columns} rowKey={(m) => m.id} />
              <ShowMore list={list} />
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}
