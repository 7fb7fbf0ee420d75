'use client';

import type { ChannelView } from '@plumbline/contracts';
import type { UseMutationResult } from '@tanstack/react-query';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { CodeBlock } from '@/components/CodeBlock';
import { Dialog } from '@/components/Dialog';
import { Skeleton } from '@/components/States';
import type { TestResult } from '@/lib/settings';
import { KIND } from './columns';

/** A test message is under way, or this is what the vendor said to it. */
export function TestDialog({
  channel,
  test,
  onClose,
}: {
  channel: ChannelView | null;
  test: UseMutationResult<TestResult, Error, ChannelView>;
  onClose: () => void;
}) {
  return (
    <Dialog open={channel !== null} onClose={onClose} title={`Test of ${channel?.name ?? ''}`}>
      {channel && (
        <div className="flex flex-col gap-4 p-4" aria-live="polite">
          {test.data ? (
            <Answer result={test.data} vendor={KIND[channel.kind]} />
          ) : test.error ? (
            <p role="alert" className="text-critical">
              {test.error.message}
            </p>
          ) : (
            <div role="status" aria-label="Sending">
              <p className="mb-3 text-muted">Sending a message that says it is a test…</p>
              <Skeleton className="h-16 w-full" />
            </div>
          )}
          <div className="flex justify-end gap-2">
            <Button disabled={test.isPending} icon="refresh" onClick={() => test.mutate(channel)}>
              Again
            </Button>
            <Button look="primary" onClick={onClose}>
              Done
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

function Answer({ result, vendor }: { result: TestResult; vendor: string }) {
  return (
    <>
      <p className="flex items-center gap-2">
        <Badge tone={result.ok ? 'ok' : 'critical'} icon={result.ok ? 'check' : 'incident'}>
          {result.ok ? 'Delivered' : 'Not delivered'}
        </Badge>
        <span className="text-muted">
          {result.status === null ? 'Nobody answered' : `${vendor} answered ${result.status}`}
        </span>
      </p>
      <CodeBlock label="The answer" code={result.answer || '(empty)'} />
    </>
  );
}
