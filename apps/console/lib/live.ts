import type { QueryClient } from '@tanstack/react-query';

/** What an event of the stream makes stale, as query key prefixes. */
export function staleKeys(event: string, data: string): string[][] {
  if (event === 'incident') return [['incidents'], ['incident'], ['overview'], ['monitors']];
  if (event === 'model') return [['overview'], ['model']];
  if (event === 'window') {
    const model = modelOf(data);
    return model === null ? [['overview'], ['model']] : [['overview'], ['model', model]];
  }
  if (event === 'session') return [['session']];
  return [];
}

function modelOf(data: string): string | null {
  try {
    const parsed: unknown = JSON.parse(data);
    if (typeof parsed === 'object' && parsed !== null && 'model' in parsed && typeof parsed.model === 'string')
      return parsed.model;
  } catch {
    // A broken message only costs precision: everything of that kind is asked again.
  }
  return null;
}

const BATCH_MS = 1500;
const POLL_MS = 30_000;

/**
 * Keeps the cache current from the server's stream; while there is no stream, asks again every 30 s.
 * Events are collected for a moment: a backfill sends hundreds, the screen needs one refresh.
 */
export function follow(client: QueryClient): () => void {
  let connected = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | undefined;
  let attempts = 0;
  const pending = new Map<string, string[]>();

  const flush = () => {
    timer = undefined;
    for (const key of pending.values()) void client.invalidateQueries({ queryKey: key });
    pending.clear();
  };
  const on = (name: string) => (event: MessageEvent<string>) => {
    for (const key of staleKeys(name, event.data)) pending.set(key.join('\n'), key);
    timer ??= setTimeout(flush, BATCH_MS);
  };
  const connect = () => {
    source = new EventSource('/api/v1/stream');
    source.onopen = () => {
      connected = true;
      // What happened while the line was down is not replayed.
      if (attempts > 0) void client.invalidateQueries();
      attempts = 0;
    };
    source.onerror = () => {
      connected = false;
      // The browser reconnects by itself unless the answer was an error.
      if (source?.readyState === EventSource.CLOSED)
        retry = setTimeout(connect, Math.min(60_000, 2000 * 2 ** attempts));
      attempts++;
    };
    source.addEventListener('incident', on('incident'));
    source.addEventListener('window', on('window'));
    source.addEventListener('model', on('model'));
    source.addEventListener('session', on('session'));
  };
  connect();
  const poll = setInterval(() => {
    if (!connected && document.visibilityState === 'visible')
      void client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== 'rows' });
  }, POLL_MS);
  return () => {
    source?.close();
    clearInterval(poll);
    clearTimeout(timer);
    clearTimeout(retry);
  };
}
