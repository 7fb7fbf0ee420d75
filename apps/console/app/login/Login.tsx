'use client';

import { useMutation } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/Button';
import { Icon, Logo } from '@/components/icons';
import { ApiError, api } from '@/lib/api';
import { nextPath } from './next-path';

export function Login() {
  const params = useSearchParams();
  const token = params.get('token');
  const next = nextPath(params.get('next'));
  const [key, setKey] = useState('');
  const [shown, setShown] = useState(false);
  const tried = useRef(false);
  // A full load, so that nothing of an earlier session stays in memory.
  const login = useMutation({ mutationFn: api.login, onSuccess: () => location.replace(next), onError: () => {} });
  const { mutate } = login;

  useEffect(() => {
    // A one-time link works once: React's double effect in development must not spend it twice.
    if (!token || tried.current) return;
    tried.current = true;
    mutate({ token });
  }, [token, mutate]);

  const busy = login.isPending || login.isSuccess;
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo size={40} />
          <h1 className="text-xl font-semibold tracking-tight">Sign in to Plumbline</h1>
        </div>
        <form
          className="rounded-lg border border-line bg-surface p-5 shadow-card"
          onSubmit={(e) => {
            e.preventDefault();
            if (key.trim()) mutate({ key: key.trim() });
          }}
        >
          <label htmlFor="key" className="text-sm font-medium">
            API key
          </label>
          <div className="mt-1.5 flex items-center rounded-md border border-line-strong bg-bg focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-accent">
            <input
              id="key"
              name="key"
              type={shown ? 'text' : 'password'}
              autoComplete="current-password"
              spellCheck={false}
              value={key}
              onChange={(e) => setKey(e.target.value)}
              placeholder="pl_…"
              aria-describedby="key-help"
              aria-invalid={login.isError}
              className="h-10 min-w-0 flex-1 bg-transparent px-3 font-mono text-sm outline-none"
            />
            <button
              type="button"
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
              className="px-3 text-xs text-muted hover:text-text"
            >
              {shown ? 'Hide' : 'Show'}
            </button>
          </div>
          {login.isError && (
            <p role="alert" className="mt-2 flex items-start gap-1.5 text-sm text-critical">
              <Icon name="incident" size={14} className="mt-0.5" />
              {message(login.error, token !== null && !key)}
            </p>
          )}
          <Button type="submit" look="primary" className="mt-4 h-10 w-full" disabled={busy || !key.trim()}>
            {busy ? 'Signing in…' : 'Sign in'}
          </Button>
        </form>
        <p id="key-help" className="mt-4 text-center text-xs text-pretty text-muted">
          Any key that may read opens the console; changes need a key that may write. Make one on the server with{' '}
          <code className="font-mono whitespace-nowrap">plumbline keys create</code>.
        </p>
      </div>
    </main>
  );
}

function message(error: Error, byLink: boolean): string {
  if (error instanceof ApiError && [401, 403, 404].includes(error.status))
    return byLink
      ? 'This link was used already or has expired. Sign in with a key.'
      : 'This key does not open any project here.';
  return error.message;
}
