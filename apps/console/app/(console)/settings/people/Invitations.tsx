'use client';

import type { InvitationView } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { type Column, Table } from '@/components/Table';
import { Ago, At } from '@/components/Time';
import { toast } from '@/components/Toast';
import { access, settings } from '@/lib/settings';
import { ROLE_LABEL } from './columns';

const columnsOf = (withdraw: (invitation: InvitationView) => void): Column<InvitationView>[] => [
  {
    key: 'email',
    header: 'Email',
    narrow: 'wide',
    sort: (i) => i.email,
    cell: (i) => <span className="font-medium break-all">{i.email}</span>,
  },
  { key: 'role', header: 'Role', cell: (i) => ROLE_LABEL[i.role] },
  { key: 'by', header: 'By', className: 'text-muted', cell: (i) => i.invited_by },
  {
    key: 'made',
    header: 'Created',
    sort: (i) => Date.parse(i.created_at),
    className: 'text-muted whitespace-nowrap',
    cell: (i) => <Ago at={i.created_at} />,
  },
  {
    key: 'ends',
    header: 'Ends',
    sort: (i) => Date.parse(i.expires_at),
    className: 'whitespace-nowrap',
    cell: (i) => (i.state === 'expired' ? <Badge icon="clock">Expired</Badge> : <At at={i.expires_at} />),
  },
  {
    key: 'withdraw',
    header: '',
    align: 'right',
    cell: (i) => <Button onClick={() => withdraw(i)}>{i.state === 'expired' ? 'Delete' : 'Withdraw'}</Button>,
  },
];

/** Invitations that wait; without any there is nothing to see. */
export function Invitations() {
  const client = useQueryClient();
  const { data } = useQuery(settings.invitations());
  const { mutate } = useMutation({
    mutationFn: (invitation: InvitationView) => access.withdraw(invitation.id),
    onSuccess: () => toast('Withdrawn. The link no longer works', 'ok'),
    onSettled: () => client.invalidateQueries({ queryKey: ['invitations'] }),
  });
  const columns = useMemo(() => columnsOf(mutate), [mutate]);
  if (!data || data.items.length === 0) return null;
  return (
    <Card flush title="Invitations" note="that were not accepted yet">
      <Table cards caption="Invitations, newest first" rows={data.items} columns={columns} rowKey={(i) => i.id} />
    </Card>
  );
}
