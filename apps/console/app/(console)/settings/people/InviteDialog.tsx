'use client';

import type { InvitationMade, Role } from '@plumbline/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Choice, Field, Input } from '@/components/Fields';
import { Secret } from '@/components/Secret';
import { access } from '@/lib/settings';
import { ROLE_LABEL } from './columns';

const HINT: Record<Role, string> = {
  viewer: 'Looks, changes nothing.',
  editor: 'Also handles incidents, and changes models, monitors and channels.',
  admin: 'Also manages people, keys and projects.',
};

export function InviteDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('editor');
  const [made, setMade] = useState<InvitationMade | null>(null);
  const invite = useMutation({
    mutationFn: () => access.invite({ email: email.trim(), role }),
    onSuccess: (invitation) => {
      setMade(invitation);
      void client.invalidateQueries({ queryKey: ['invitations'] });
    },
  });
  const close = () => {
    setMade(null);
    setEmail('');
    setRole('editor');
    onClose();
  };
  return (
    <Dialog open={open} onClose={close} title={made ? 'Invitation' : 'Invite someone'}>
      {made ? (
        <div className="flex flex-col gap-4 p-4">
          <Secret label={`Link for ${made.email}`} value={`${location.origin}/join#${made.token}`}>
            Hand it over yourself: no mail is sent, and it is shown this once. It works once, for a week.
          </Secret>
          <div className="flex justify-end">
            <Button look="primary" onClick={close}>
              Done
            </Button>
          </div>
        </div>
      ) : (
        <form
          className="flex flex-col gap-4 p-4"
          onSubmit={(e) => {
            e.preventDefault();
            invite.mutate();
          }}
        >
          <Field label="Email" hint="With which they will sign in">
            <Input
              data-autofocus
              type="email"
              required
              maxLength={254}
              autoComplete="off"
              value={email}
              onChange={setEmail}
              placeholder="name@example.org"
            />
          </Field>
          <Field label="Role" hint={HINT[role]}>
            <Choice value={role} onChange={setRole} options={Object.entries(ROLE_LABEL) as [Role, string][]} />
          </Field>
          <div className="flex justify-end gap-2">
            <Button look="ghost" onClick={close}>
              Cancel
            </Button>
            <Button look="primary" type="submit" disabled={!email.trim() || invite.isPending}>
              Create a link
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
