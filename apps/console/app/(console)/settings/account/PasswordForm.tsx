'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Field, Input } from '@/components/Fields';
import { toast } from '@/components/Toast';
import { ApiError } from '@/lib/api';
import { PASSWORD_HINT, PASSWORD_MIN } from '@/lib/password';
import { access } from '@/lib/settings';

export function PasswordForm({ email }: { email: string }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => access.changePassword({ current, password: next }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      toast('Changed. Your other sessions have ended', 'ok');
    },
  });
  const wrong =
    change.error instanceof ApiError && change.error.problem.errors?.some((e) => e.path === 'current')
      ? change.error.message
      : undefined;
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(e) => {
        e.preventDefault();
        change.mutate();
      }}
    >
      {/* So that a password manager knows whose it is. */}
      <input type="text" hidden name="username" autoComplete="username" value={email} readOnly />
      <Field label="Current password" error={wrong}>
        <Input
          type="password"
          required
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
          invalid={wrong !== undefined}
        />
      </Field>
      <Field label="New password" hint={PASSWORD_HINT}>
        <Input
          type="password"
          required
          minLength={PASSWORD_MIN}
          maxLength={200}
          autoComplete="new-password"
          value={next}
          onChange={setNext}
        />
      </Field>
      <div>
        <Button type="submit" look="primary" disabled={!current || next.length < PASSWORD_MIN || change.isPending}>
          Change the password
        </Button>
      </div>
    </form>
  );
}
