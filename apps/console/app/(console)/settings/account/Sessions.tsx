'use client';

import { useMutation } from '@tanstack/react-query';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { access } from '@/lib/settings';
import { signOut } from '@/shell/sign-out';

/** Ends this session, and of a person all others too. */
export function Sessions({ person }: { person: boolean }) {
  const end = useMutation({ mutationFn: access.signOutEverywhere, onSuccess: () => location.assign('/login') });
  return (
    <Card title="Sessions">
      <p className="mb-3 text-pretty text-muted">
        {person
          ? 'A session ends when it was not used for 14 days. If a device was lost, end all of them; this one too.'
          : 'The session ends after 14 days, or when its key is revoked.'}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button icon="logout" onClick={() => void signOut()}>
          Sign out
        </Button>
        {person && (
          <Button look="danger" disabled={end.isPending} onClick={() => end.mutate()}>
            Sign out everywhere
          </Button>
        )}
      </div>
    </Card>
  );
}
