'use client';

import { useSyncExternalStore } from 'react';
import { ago, dateTime, utc } from '@/lib/format';

/** One clock for the page, so that all ages change together. */
let now = Date.now();
const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 15_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(ticking);
      ticking = undefined;
    }
  };
}
export const useNow = (): number =>
  useSyncExternalStore(
    subscribe,
    () => now,
    () => now,
  );

/** `3 h ago`; the exact times on hover. */
export function Ago({ at, className }: { at: string; className?: string }) {
  const current = useNow();
  return (
    <time
      dateTime={at}
      data-tip={`${dateTime(at, current)}\n${utc(at)}`}
      className={className}
      suppressHydrationWarning
    >
      {ago(at, current)}
    </time>
  );
}

/** `12 May 14:05` in the viewer's zone; UTC on hover. */
export function At({ at, className }: { at: string; className?: string }) {
  const current = useNow();
  return (
    <time dateTime={at} data-tip={`${utc(at)}\n${ago(at, current)}`} className={className} suppressHydrationWarning>
      {dateTime(at, current)}
    </time>
  );
}
