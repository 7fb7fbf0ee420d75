'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/Button';
import { LargeField, PasswordField } from '@/components/PasswordField';
import { Skeleton } from '@/components/States';
import { ApiError, api } from '@/lib/api';
import { settings } from '@/lib/settings';
import { TOLD } from '@/lib/told';
import { Door, DoorError } from '@/shell/Door';
import { nextPath } from './next-path';

type Way = 'password' | 'key';

export function Login() {
  const params = useSearchParams();
  const token = params.get('token');
  const next = nextPath(params.get('next'));
  const tried = useRef(false);
  const [chosen, setChosen] = useState<Way | null>(null);
  const ways = useQuery(settings.ways());
  // A full load, so that nothing of an earlier session stays in memory.
  const login = useMutation({ mutationFn: api.login, onSuccess: () => location.replace(next), meta: TOLD });
  const { mutate } = login;

  useEffect(() => {
    // A one-time link works once: React's double effect in development must not spend it twice.
    if (!token || tried.current) return;
    tried.current = true;
    mutate({ token });
  }, [token, mutate]);

  const busy = login.isPending || login.isSuccess;
  const people = ways.data?.password ?? false;
  const way = chosen ?? (people ? 'password' : 'key');
  const error = login.isError && (
    <DoorError>{message(login.error, login.variables !== undefined && 'token' in login.variables)}</DoorError>
  );
  const turn = (to: Way) => {
    login.reset();
    setChosen(to);
  };
  return (
    <Door
      title="Sign in to Plumbline"
      foot={
        way === 'key' ? (
          <>
            Any key that may read opens the console; changes need a key that may write. Make one on the server with{' '}
            <code className="font-mono whitespace-nowrap">plumbline keys create</code>.
          </>
        ) : (
          'No account yet, or the password forgotten? An admin of your project makes you a link.'
        )
      }
    >
      {ways.isPending ? (
        <div role="status" aria-label="Loading">
          <Skeleton className="mb-4 h-16 w-full" />
          <Skeleton className="h-10 w-full" />
        </div>
      ) : way === 'password' ? (
        <ByPassword busy={busy} error={error} onEnter={mutate} />
      ) : (
        <ByKey busy={busy} error={error} onEnter={mutate} />
      )}
      {people && (
        <p className="mt-4 border-t border-line pt-3 text-center">
          <button
            type="button"
            className="rounded text-sm text-muted underline-offset-2 hover:text-text hover:underline"
            onClick={() => turn(way === 'key' ? 'password' : 'key')}
          >
            {way === 'key' ? 'Sign in with email and password' : 'Sign in with a key'}
          </button>
        </p>
      )}
    </Door>
  );
}

type Entry<T> = { busy: boolean; error: React.ReactNode; onEnter: (given: T) => void };

function ByPassword({ busy, error, onEnter }: Entry<{ email: string; password: string }>) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        onEnter({ email: email.trim(), password });
      }}
    >
      <LargeField
        label="Email"
        type="email"
        name="email"
        autoComplete="username"
        required
        value={email}
        onChange={setEmail}
      />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={setPassword}
        invalid={Boolean(error)}
      />
      {error}
      <Button type="submit" look="primary" className="h-10 w-full" disabled={busy || !email.trim() || !password}>
        {busy ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  );
}

function ByKey({ busy, error, onEnter }: Entry<{ key: string }>) {
  const [key, setKey] = useState('');
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        if (key.trim()) onEnter({ key: key.trim() });
      }}
    >
      <PasswordField
        mono
        label="API key"
        name="key"
        autoComplete="current-password"
        value={key}
        onChange={setKey}
        placeholder="plk_…"
        invalid={Boolean(error)}
      />
      {error}
      <Button type="submit" look="primary" className="h-10 w-full" disabled={busy || !key.trim()}>
        {busy ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  );
}

function message(error: Error, byLink: boolean): string {
  return byLink && error instanceof ApiError && [401, 403, 404].includes(error.status)
    ? 'This link was used already or has expired. Sign in with a key.'
    : error.message;
}
