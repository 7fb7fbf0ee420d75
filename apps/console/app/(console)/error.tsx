'use client';

import { Button } from '@/components/Button';
import { Empty } from '@/components/States';

/** What no part of a page foresaw. The frame around it stays in use. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div role="alert">
      <Empty
        alone
        icon="incident"
        title="This page could not be drawn"
        action={
          <Button icon="refresh" onClick={reset}>
            Try again
          </Button>
        }
      >
        The fault is in the console; nothing that was recorded is touched. If it comes back, report it with these words:{' '}
        <code className="font-mono text-xs break-words">{error.digest ?? error.message}</code>
      </Empty>
    </div>
  );
}
