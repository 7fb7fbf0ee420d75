'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Field, Input } from '@/components/Fields';
import { api } from '@/lib/api';
import { PASSWORD_HINT, PASSWORD_MIN } from '@/lib/password';
import { access } from '@/lib/settings';

/** The first admin, made by whoever came in with an admin key or the link printed at start; signs in as them. */
export function FirstAccountForm() {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const make = useMutation({
    mutationFn: async () => {
      const person = { name: name.trim(), email: email.trim(), password, role: 'admin' as const };
      await access.addPerson(person);
      await api.login({ email: person.email, password });
    },
    // A full load: everything belongs to another session now.
    onSuccess: () => location.assign('/settings/people'),
  });
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(e) => {
        e.preventDefault();
        make.mutate();
      }}
    >
      <p className="text-pretty text-muted">
        You are in with a key, which has no name of its own. With an account you sign in with email and password, the
        audit says who did what, and you can invite others. Keys go on working.
      </p>
      <Field label="Name">
        <Input required maxLength={100} autoComplete="name" value={name} onChange={setName} />
      </Field>
      <Field label="Email">
        <Input type="email" required maxLength={254} autoComplete="username" value={email} onChange={setEmail} />
      </Field>
      <Field label="Password" hint={PASSWORD_HINT}>
        <Input
          type="password"
          required
          minLength={PASSWORD_MIN}
          maxLength={200}
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
        />
      </Field>
      <div>
        <Button look="primary" type="submit" disabled={make.isPending || make.isSuccess}>
          Create the account and sign in
        </Button>
      </div>
    </form>
  );
}
