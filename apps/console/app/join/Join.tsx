'use client';

import type { InvitationShown } from '@plumbline/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, buttonClass } from '@/components/Button';
import { Link } from '@/components/Link';
import { LargeField, PasswordField } from '@/components/PasswordField';
import { Skeleton } from '@/components/States';
import { useFragment } from '@/lib/fragment';
import { PASSWORD_HINT, PASSWORD_MIN } from '@/lib/password';
import { access } from '@/lib/settings';
import { TOLD } from '@/lib/told';
import { Door, DoorError } from '@/shell/Door';

/** Where an invitation leads: name and password, and one is in. */
export function Join() {
  const token = useFragment();
  const invitation = useQuery({
    queryKey: ['join', token],
    queryFn: () => access.showInvitation(token ?? ''),
    enabled: token !== undefined,
    retry: false,
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (invitation.data)
    return (
      <Door
        title={`Join ${invitation.data.project}`}
        lead={`${invitation.data.invited_by} invited you as ${ROLE[invitation.data.role]}.`}
      >
        <Form token={token!} invitation={invitation.data} />
      </Door>
    );
  if (invitation.error)
    return (
      <Door title="This invitation does not work">
        <DoorError>{invitation.error.message}</DoorError>
        <Link href="/login" className={`mt-4 w-full ${buttonClass('plain')}`}>
          Sign in
        </Link>
      </Door>
    );
  return (
    <Door title="Join">
      <div role="status" aria-label="Loading">
        <Skeleton className="h-40 w-full" />
      </div>
    </Door>
  );
}

const ROLE = { viewer: 'a viewer', editor: 'an editor', admin: 'an admin' } as const;

function Form({ token, invitation }: { token: string; invitation: InvitationShown }) {
  const { email, known } = invitation;
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const join = useMutation({
    mutationFn: () => access.join({ token, password, ...(known ? {} : { name: name.trim() }) }),
    onSuccess: () => location.replace('/'),
    meta: TOLD,
  });
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        join.mutate();
      }}
    >
      <LargeField label="Email" type="email" autoComplete="username" readOnly value={email} onChange={() => {}} />
      {!known && (
        <LargeField
          label="Your name"
          name="name"
          autoComplete="name"
          required
          maxLength={100}
          value={name}
          onChange={setName}
        />
      )}
      <PasswordField
        label={known ? 'Your password' : 'A new password'}
        hint={known ? 'You have an account here already. Join with it.' : PASSWORD_HINT}
        autoComplete={known ? 'current-password' : 'new-password'}
        required
        minLength={known ? 1 : PASSWORD_MIN}
        maxLength={200}
        value={password}
        onChange={setPassword}
        invalid={join.isError}
      />
      {join.error && <DoorError>{join.error.message}</DoorError>}
      <Button
        type="submit"
        look="primary"
        className="h-10 w-full"
        disabled={join.isPending || join.isSuccess || (!known && !name.trim()) || !password}
      >
        {join.isPending || join.isSuccess ? 'Joining…' : 'Join'}
      </Button>
    </form>
  );
}
