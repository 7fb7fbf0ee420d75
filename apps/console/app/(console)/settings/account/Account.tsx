'use client';

import { useQuery } from '@tanstack/react-query';
import { Badge } from '@/components/Badge';
import { Card, Facts } from '@/components/Card';
import { Loaded, Skeleton } from '@/components/States';
import type { Session } from '@/lib/api';
import { queries } from '@/lib/queries';
import { ROLE_LABEL } from '../people/columns';
import { FirstAccountForm } from './FirstAccountForm';
import { PasswordForm } from './PasswordForm';
import { Projects } from './Projects';
import { Sessions } from './Sessions';

export function Account() {
  const session = useQuery(queries.session());
  return (
    <Loaded framed query={session} skeleton={<Skeleton className="h-64 w-full" />}>
      {(me) => (
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <Card title={me.person ? 'You' : 'This session'}>
            <Facts items={me.person ? personFacts(me, me.person) : keyFacts(me)} />
          </Card>
          {me.person && <Projects session={me} />}
          {me.person && (
            <Card title="Password">
              <PasswordForm email={me.person.email} />
            </Card>
          )}
          <Sessions person={me.person !== null} />
          {me.no_people_yet && me.scopes.includes('admin') && (
            <Card title="Create the first account">
              <FirstAccountForm />
            </Card>
          )}
        </div>
      )}
    </Loaded>
  );
}

const personFacts = (me: Session, person: NonNullable<Session['person']>) => [
  { label: 'Name', value: me.name },
  { label: 'Email', value: person.email },
  { label: 'Project', value: me.project },
  { label: 'Role', value: ROLE_LABEL[person.role] },
];

const keyFacts = (me: Session) => [
  { label: 'Signed in with', value: `the key ${me.name}` },
  { label: 'Project', value: me.project },
  {
    label: 'May',
    value: (
      <span className="inline-flex gap-1">
        {me.scopes.map((s) => (
          <Badge key={s}>{s}</Badge>
        ))}
      </span>
    ),
  },
  { label: 'In the audit', value: `as ${me.name}; an account has a name of its own` },
];
