'use client';

import type { KeyView } from '@plumbline/contracts';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Confirm } from '@/components/Confirm';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import { Ago } from '@/components/Time';
import { toast } from '@/components/Toast';
import { ADMINS_ONLY, useMayManage } from '@/lib/may';
import { access, settings } from '@/lib/settings';
import { NewKey } from './NewKey';
import { SCOPES } from './scopes';

const columnsOf = (revoke: (key: KeyView) => void): Column<KeyView>[] => [
  {
    key: 'name',
    header: 'Name',
    narrow: 'wide',
    sort: (k) => k.name,
    cell: (k) => (
      <div className="min-w-0">
        <p className={`font-medium break-words ${k.revoked_at ? 'text-muted' : ''}`}>{k.name}</p>
        <p className="font-mono text-xs text-faint">{k.prefix}</p>
      </div>
    ),
  },
  {
    key: 'scope',
    header: 'May',
    cell: (k) => (
      <span className="inline-flex flex-wrap gap-1">
        {k.scopes.map((s) => (
          <Badge key={s} tip={SCOPES.find(([scope]) => scope === s)?.[1]}>
            {s}
          </Badge>
        ))}
      </span>
    ),
  },
  {
    key: 'created',
    header: 'Created',
    sort: (k) => Date.parse(k.created_at),
    className: 'text-muted whitespace-nowrap',
    cell: (k) => <Ago at={k.created_at} />,
  },
  {
    key: 'used',
    header: 'Last used',
    sort: (k) => (k.last_used_at ? Date.parse(k.last_used_at) : null),
    className: 'text-muted whitespace-nowrap',
    cell: (k) => (k.last_used_at ? <Ago at={k.last_used_at} /> : 'never'),
  },
  {
    key: 'state',
    header: 'State',
    align: 'right',
    cell: (k) =>
      k.revoked_at ? (
        <Badge icon="slash">Revoked</Badge>
      ) : (
        <Button look="danger" onClick={() => revoke(k)}>
          Revoke
        </Button>
      ),
  },
];

export function Keys() {
  const client = useQueryClient();
  const may = useMayManage();
  const list = useInfiniteQuery({ ...settings.keys(), enabled: may });
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<KeyView | null>(null);
  const revoke = useMutation({
    mutationFn: (key: KeyView) => access.revokeKey(key.id),
    onSuccess: () => toast('Revoked. It stops working within 5 seconds', 'ok'),
    onSettled: () => {
      setEnding(null);
      return client.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  const columns = useMemo(() => columnsOf(setEnding), []);
  if (!may)
    return (
      <Card>
        <Empty icon="key" title="Keys are for admins">
          {ADMINS_ONLY} Ask one of them for a key.
        </Empty>
      </Card>
    );
  return (
    <>
      <Card
        flush
        title="Keys"
        note="for services, scripts and the command line"
        actions={
          <Button look="primary" icon="plus" onClick={() => setMaking(true)}>
            New key
          </Button>
        }
      >
        <Loaded query={list} skeleton={<SkeletonRows rows={4} className="h-7" />}>
          {({ pages }) => (
            <>
              <Table
                cards
                caption="Keys, newest first"
                rows={pages.flatMap((p) => p.items)}
                columns={columns}
                rowKey={(k) => k.id}
              />
              <ShowMore list={list} />
            </>
          )}
        </Loaded>
      </Card>
      <NewKey open={making} onClose={() => setMaking(false)} />
      <Confirm
        open={ending !== null}
        onClose={() => setEnding(null)}
        title={`Revoke ${ending?.name ?? ''}`}
        action="Revoke the key"
        busy={revoke.isPending}
        onConfirm={() => ending && revoke.mutate(ending)}
      >
        <p>
          Whatever uses this key is refused from now on, and sessions that were opened with it end. It cannot be given
          back.
        </p>
        {ending?.last_used_at && (
          <p>
            It was last used <Ago at={ending.last_used_at} />.
          </p>
        )}
      </Confirm>
    </>
  );
}
