'use client';

import type { ChannelView } from '@plumbline/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { Table } from '@/components/Table';
import { READ_ONLY, useMayWrite } from '@/lib/may';
import { queries } from '@/lib/queries';
import { access } from '@/lib/settings';
import { TOLD } from '@/lib/told';
import { ChannelDrawer } from './ChannelDrawer';
import { columnsOf } from './columns';
import { DeleteChannel } from './DeleteChannel';
import { TestDialog } from './TestDialog';

/** Null is a new one. */
type Editing = { channel: ChannelView | null };

export function Channels() {
  const may = useMayWrite();
  const query = useQuery(queries.channels());
  const [editing, setEditing] = useState<Editing | null>(null);
  const [deleting, setDeleting] = useState<ChannelView | null>(null);
  const [testing, setTesting] = useState<ChannelView | null>(null);
  const test = useMutation({ mutationFn: (channel: ChannelView) => access.testChannel(channel.id), meta: TOLD });
  const { mutate } = test;
  const columns = useMemo(
    () =>
      columnsOf(may, {
        edit: (channel) => setEditing({ channel }),
        remove: setDeleting,
        test: (channel) => {
          setTesting(channel);
          mutate(channel);
        },
      }),
    [may, mutate],
  );
  const count = query.data?.items.length ?? 0;
  const add = (
    <Button
      look="primary"
      icon="plus"
      disabled={!may}
      data-tip={may ? undefined : READ_ONLY}
      onClick={() => setEditing({ channel: null })}
    >
      New channel
    </Button>
  );
  return (
    <>
      <Card flush title="Channels" note={may ? 'where incidents are told' : READ_ONLY} actions={count > 0 && add}>
        <Loaded query={query} skeleton={<SkeletonRows rows={3} className="h-8" />}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="send" title="Nobody is told yet" action={add}>
                Incidents are seen here and nowhere else. Tell Slack, PagerDuty or a webhook of your own.
              </Empty>
            ) : (
              <Table cards caption="Channels" rows={items} columns={columns} rowKey={(c) => c.id} />
            )
          }
        </Loaded>
      </Card>
      <ChannelDrawer editing={editing} isFirst={count === 0} onClose={() => setEditing(null)} />
      <DeleteChannel channel={deleting} onClose={() => setDeleting(null)} />
      <TestDialog channel={testing} test={test} onClose={() => setTesting(null)} />
    </>
  );
}
