'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { PasswordField } from '@/components/PasswordField';
import { useFragment } from '@/lib/fragment';
import { PASSWORD_HINT, PASSWORD_MIN } from '@/lib/password';
import { access } from '@/lib/settings';
import { TOLD } from '@/lib/told';
import { Door, DoorError } from '@/shell/Door';

/** Where an admin's link leads who forgot the password. */
export function Reset() {
  const token = useFragment();
  const [password, setPassword] = useState('');
  const reset = useMutation({
    mutationFn: () => access.reset({ token: token ?? '', password }),
    onSuccess: () => location.replace('/'),
    meta: TOLD,
  });
  return (
    <Door title="Set a new password" lead="Your sessions elsewhere end with it.">
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          reset.mutate();
        }}
      >
        <PasswordField
          label="New password"
          hint={PASSWORD_HINT}
          autoComplete="new-password"
          required
          minLength={PASSWORD_MIN}
          maxLength={200}
          value={password}
          onChange={setPassword}
          invalid={reset.isError}
        />
        {token === '' && <DoorError>This address is not whole. Open the link as it was given to you.</DoorError>}
        {reset.error && <DoorError>{reset.error.message}</DoorError>}
        <Button
          type="submit"
          look="primary"
          className="h-10 w-full"
          disabled={!token || password.length < PASSWORD_MIN || reset.isPending || reset.isSuccess}
        >
          Set it and sign in
        </Button>
      </form>
    </Door>
  );
}
