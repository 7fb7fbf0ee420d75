'use client';

import type { PersonChange, PersonView, Role } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Choice, Field } from '@/components/Fields';
import { Secret } from '@/components/Secret';
import { toast } from '@/components/Toast';
import { queries } from '@/lib/queries';
import { access } from '@/lib/settings';
import { ROLE_LABEL } from './columns';

/** Everything an admin may do to a person. */
export function PersonDialog({ person, onClose }: { person: PersonView | null; onClose: () => void }) {
  return (
    <Dialog open={person !== null} onClose={onClose} title={person?.name ?? ''}>
      {person && <Person key={person.id} person={person} onClose={onClose} />}
    </Dialog>
  );
}

function Person({ person, onClose }: { person: PersonView; onClose: () => void }) {
  const client = useQueryClient();
  const project = useQuery(queries.session()).data?.project ?? 'the project';
  const [role, setRole] = useState<Role>(person.role);
  const [leaving, setLeaving] = useState(false);
  const done = (said: string) => () => {
    toast(said, 'ok');
    void client.invalidateQueries({ queryKey: ['people'] });
    void client.invalidateQueries({ queryKey: queries.session().queryKey });
    onClose();
  };
  const change = useMutation({
    mutationFn: (body: PersonChange) => access.changePerson(person.id, body),
    onSuccess: done('Changed. It counts at once'),
  });
  const remove = useMutation({
    mutationFn: () => access.removePerson(person.id),
    onSuccess: done(`${person.name} is no longer in ${project}`),
  });
  const reset = useMutation({ mutationFn: () => access.makeReset(person.id) });
  const busy = change.isPending || remove.isPending;

  if (reset.data)
    return (
      <div className="flex flex-col gap-4 p-4">
        <Secret label={`Link for ${person.name}`} value={`${location.origin}/reset#${reset.data.token}`}>
          Hand it over yourself. It sets a new password once, within a day, and ends every session of this person.
        </Secret>
        <div className="flex justify-end">
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    );
  return (
    <div className="divide-y divide-line">
      <div className="flex items-end gap-2 p-4">
        <div className="flex-1">
          <Field label="Role">
            <Choice value={role} onChange={setRole} options={Object.entries(ROLE_LABEL) as [Role, string][]} />
          </Field>
        </div>
        <Button look="primary" disabled={role === person.role || busy} onClick={() => change.mutate({ role })}>
          Save
        </Button>
      </div>
      <Act
        what="Forgot the password"
        how="A link with which they set a new one. No mail is sent."
        action="Create a link"
        busy={reset.isPending}
        onAct={() => reset.mutate()}
      />
      <Act
        what={person.disabled ? 'May not come in' : 'May come in'}
        how={
          person.disabled
            ? 'They kept their role and name.'
            : 'Disabling ends their sessions in this project and keeps the account.'
        }
        action={person.disabled ? 'Enable' : 'Disable'}
        busy={busy}
        onAct={() => change.mutate({ disabled: !person.disabled })}
      />
      <Act
        what={`Remove from ${project}`}
        how="What they did stays in the audit under their name. Keys that they made go on working."
        action={leaving ? 'Really remove' : 'Remove…'}
        danger
        busy={busy}
        onAct={() => (leaving ? remove.mutate() : setLeaving(true))}
      />
    </div>
  );
}

function Act(props: { what: string; how: string; action: string; busy: boolean; danger?: boolean; onAct: () => void }) {
  return (
    <div className="flex items-center gap-4 p-4">
      <div className="min-w-0 flex-1">
        <p className="font-medium">{props.what}</p>
        <p className="text-xs text-pretty text-muted">{props.how}</p>
      </div>
      <Button look={props.danger ? 'danger' : 'plain'} disabled={props.busy} onClick={props.onAct}>
        {props.action}
      </Button>
    </div>
  );
}
