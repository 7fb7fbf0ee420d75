'use client';

import type { PersonView } from '@plumbline/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { Table } from '@/components/Table';
import { plural } from '@/lib/format';
import { useMayManage } from '@/lib/may';
import { queries } from '@/lib/queries';
import { settings } from '@/lib/settings';
import { FirstAccountForm } from '../account/FirstAccountForm';
import { columnsOf } from './columns';
import { Invitations } from './Invitations';
import { InviteDialog } from './InviteDialog';
import { PersonDialog } from './PersonDialog';

export function People() {
  const may = useMayManage();
  const me = useQuery(queries.session()).data;
  const list = useInfiniteQuery(settings.people());
  const [inviting, setInviting] = useState(false);
  const [chosen, setChosen] = useState<PersonView | null>(null);
  const columns = useMemo(() => columnsOf(may, me?.person?.id, setChosen), [may, me]);
  const count = list.data?.pages.flatMap((p) => p.items).length ?? 0;
  if (may && me?.no_people_yet)
    return (
      <Card title="Create the first account" className="max-w-xl">
        <FirstAccountForm />
      </Card>
    );
  return (
    <div className="flex flex-col gap-5">
      <Card
        flush
        title="People"
        note={may ? (count > 0 ? plural(count, 'person', 'people') : undefined) : 'admins invite and remove them'}
        actions={
          may && (
            <Button look="primary" icon="plus" onClick={() => setInviting(true)}>
              Invite
            </Button>
          )
        }
      >
        <Loaded query={list} skeleton={<SkeletonRows rows={4} className="h-7" />}>
          {({ pages }) => {
            const items = pages.flatMap((p) => p.items);
            return items.length === 0 ? (
              <Empty icon="person" title="Nobody has an account in this project">
                Keys open it.{may && ' Invite those who look after the models, so that what they do has their name.'}
              </Empty>
            ) : (
              <>
                <Table cards caption="People" rows={items} columns={columns} rowKey={(p) => p.id} />
                <ShowMore list={list} />
              </>
            );
          }}
        </Loaded>
      </Card>
      {may && <Invitations />}
      <Roles />
      <InviteDialog open={inviting} onClose={() => setInviting(false)} />
      <PersonDialog person={chosen} onClose={() => setChosen(null)} />
    </div>
  );
}

const ROLES = [
  ['Viewer', 'Sees everything: metrics, rows, incidents, who did what to them.'],
  ['Editor', 'Also acknowledges and resolves, and changes models, monitors, channels and mutes.'],
  ['Admin', 'Also manages people, keys and projects, reads the audit, and deletes models.'],
] as const;

function Roles() {
  return (
    <Card title="Roles">
      <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-3">
        {ROLES.map(([role, what]) => (
          <div key={role}>
            <dt className="font-medium">{role}</dt>
            <dd className="mt-0.5 text-pretty text-muted">{what}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
