'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useRef } from 'react';
import { Link } from '@/components/Link';
import { ApiError } from '@/lib/api';
import { Button, buttonClass } from './Button';
import { Icon, type IconName } from './icons';

export function Empty({
  icon = 'slash',
  title,
  children,
  action,
  compact = false,
  alone = false,
}: {
  icon?: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  compact?: boolean;
  /** This is all there is on the page: its title is the page's. */
  alone?: boolean;
}) {
  const Title = alone ? 'h1' : 'p';
  return (
    <div className={`flex flex-col items-center justify-center px-6 text-center ${compact ? 'py-8' : 'py-14'}`}>
      <div className="mb-3 flex size-9 items-center justify-center rounded-full border border-line bg-sunken text-faint">
        <Icon name={icon} size={17} />
      </div>
      <Title className="text-base font-medium">{title}</Title>
      {children && <div className="mt-1 max-w-md text-sm text-pretty text-muted">{children}</div>}
      {action && <div className="mt-4 flex gap-2">{action}</div>}
    </div>
  );
}

export function ErrorPanel({ error, retry, compact = false }: { error: Error; retry?: () => void; compact?: boolean }) {
  const problem = error instanceof ApiError ? error : null;
  const gone = problem?.status === 404;
  const Title = gone && !compact ? 'h1' : 'p';
  return (
    <div role="alert" className={`flex flex-col items-center px-6 text-center ${compact ? 'py-8' : 'py-14'}`}>
      <div className="mb-3 flex size-9 items-center justify-center rounded-full border border-critical/30 bg-critical/8 text-critical">
        <Icon name={gone ? 'search' : 'incident'} size={17} />
      </div>
      <Title className="text-base font-medium">{problem?.problem.title ?? 'This could not be loaded'}</Title>
      <p className="mt-1 max-w-lg text-sm text-pretty text-muted">{error.message}</p>
      {problem?.problem.errors?.slice(0, 4).map((e) => (
        <p key={e.path} className="mt-1 font-mono text-xs text-faint">
          {e.path}: {e.message}
        </p>
      ))}
      {retry && !gone && (
        <Button className="mt-4" icon="refresh" onClick={retry}>
          Try again
        </Button>
      )}
      {gone && !compact && (
        <Link href="/" className={`mt-4 ${buttonClass('plain')}`}>
          Back to the overview
        </Link>
      )}
    </div>
  );
}

/** Blocks in the size of what will come, so that nothing jumps. Widths as CSS lengths. */
export function Skeleton({ className = '' }: { className?: string }) {
  return <div aria-hidden="true" className={`skeleton ${className}`} />;
}

const KEYS = Array.from({ length: 40 }, (_, i) => `row-${i}`);
export function SkeletonRows({ rows = 5, className = 'h-5' }: { rows?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4 p-4">
      {KEYS.slice(0, rows).map((key, i) => (
        <div key={key} className="flex gap-6">
          <Skeleton className={`${className} w-1/4`} />
          <Skeleton className={`${className} ${i % 2 ? 'w-2/5' : 'w-1/2'}`} />
          <Skeleton className={`${className} ml-auto w-16`} />
        </div>
      ))}
    </div>
  );
}

/** The three states every answer has. What is old stays on screen (with a word) when a later refresh fails. */
/** How the last answer looks while the next one takes its time; what comes quickly does not flicker. */
export const STALE = 'opacity-60 transition-opacity delay-200';

export function Loaded<T>({
  query,
  skeleton,
  children,
  compact,
  framed = false,
}: {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch' | 'isPlaceholderData'>;
  skeleton: ReactNode;
  children: (data: T) => ReactNode;
  compact?: boolean;
  /** Stands on the page itself: an error gets the frame that its answer would have had. */
  framed?: boolean;
}) {
  const { data, error, refetch, isPlaceholderData } = query;
  // While another answer is awaited the last one stays as it is: drawing it once more for the new question would only take its time.
  const shown = useRef<ReactNode>(null);
  if (data !== undefined && (!isPlaceholderData || shown.current === null)) shown.current = children(data);
  if (data !== undefined && !(error && isPlaceholderData))
    return (
      <>
        {error && (
          <div
            role="alert"
            className="mx-4 mt-3 flex items-center gap-2 rounded-md border border-warning/30 bg-warning/8 px-3 py-1.5 text-xs text-warning"
          >
            <Icon name="incident" size={13} />
            <span className="min-w-0 flex-1">Shown as of the last answer. {error.message}</span>
            <button type="button" className="font-medium underline" onClick={() => refetch()}>
              Try again
            </button>
          </div>
        )}
        <div className={isPlaceholderData ? STALE : ''} aria-busy={isPlaceholderData}>
          {shown.current}
        </div>
      </>
    );
  if (error)
    return (
      <div className={framed ? 'rounded-lg border border-line bg-surface shadow-card' : undefined}>
        <ErrorPanel error={error} retry={() => refetch()} compact={compact} />
      </div>
    );
  return skeleton;
}
