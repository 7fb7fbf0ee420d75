'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Fields';
import { Secret } from '@/components/Secret';
import type { Session } from '@/lib/api';
import { useMayManage } from '@/lib/may';
import { access } from '@/lib/settings';
import { useSwitchProject } from '@/shell/useSwitchProject';
import { ROLE_LABEL } from '../people/columns';

/** The projects of a person, and the way from one to the other. */
export function Projects({ session }: { session: Session }) {
  const may = useMayManage();
  const [making, setMaking] = useState(false);
  const enter = useSwitchProject();
  return (
    <Card
      flush
      title="Projects"
      note="models, people and keys of one are not seen in another"
      actions={
        may && (
          <Button icon="plus" onClick={() => setMaking(true)}>
            New
          </Button>
        )
      }
    >
      <ul className="divide-y divide-line">
        {session.projects.map((p) => (
          <li key={p.id} className="flex min-h-12 items-center gap-3 px-4 py-2">
            <span className="min-w-0 flex-1 truncate font-medium">{p.name}</span>
            <span className="text-muted">{ROLE_LABEL[p.role]}</span>
            {p.id === session.project_id ? (
              <Badge tone="accent" icon="check">
                open
              </Badge>
            ) : (
              <Button disabled={enter.isPending} onClick={() => enter.mutate(p.id)}>
                Switch
              </Button>
            )}
          </li>
        ))}
      </ul>
      <NewProject open={making} onClose={() => setMaking(false)} />
    </Card>
  );
}

function NewProject({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [name, setName] = useState('');
  const make = useMutation({ mutationFn: () => access.makeProject(name.trim()) });
  const enter = useSwitchProject();
  const wrong = name !== '' && !/^[a-z0-9][a-z0-9-]{0,62}$/.test(name.trim());
  const made = make.data as { id: string; name: string; key?: string } | undefined;
  return (
    <Dialog open={open} onClose={onClose} title={made ? made.name : 'New project'}>
      {made ? (
        <div className="flex flex-col gap-4 p-4">
          <Secret label="Its first admin key" value={made.key ?? ''}>
            For the command line and for scripts. It cannot be shown again; you may revoke it.
          </Secret>
          <div className="flex justify-end">
            <Button look="primary" disabled={enter.isPending} onClick={() => enter.mutate(made.id)}>
              Open the project
            </Button>
          </div>
        </div>
      ) : (
        <form
          className="flex flex-col gap-4 p-4"
          onSubmit={(e) => {
            e.preventDefault();
            make.mutate();
          }}
        >
          <Field
            label="Name"
            hint="Lower case letters, digits and dashes"
            error={wrong ? 'Lower case letters, digits and dashes' : undefined}
          >
            <Input data-autofocus required maxLength={63} value={name} onChange={setName} invalid={wrong} />
          </Field>
          <div className="flex justify-end gap-2">
            <Button look="ghost" onClick={onClose}>
              Cancel
            </Button>
            <Button look="primary" type="submit" disabled={!name.trim() || wrong || make.isPending}>
              Create project
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
