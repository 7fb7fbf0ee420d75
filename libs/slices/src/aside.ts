import { Worker } from 'node:worker_threads';
import { PlumblineError } from '@plumbline/contracts';
import pLimit from 'p-limit';
import type { AttributedRows, AttributeRows } from './attribution/attributeRows.js';
import type { RawRows } from './rows.js';
import type { RowsFound, SearchRows } from './searchRows.js';

const THREADS_MAX = 2;
const WAITING_MAX = 20;
const threads = pLimit(THREADS_MAX);

/** `searchRows` in a thread of its own, which takes the rows over. Errors: `query_too_heavy` after `timeoutMs`, `overloaded` when too many wait. */
export const searchAside = (input: SearchRows, timeoutMs: number): Promise<RowsFound> =>
  aside('search', input, timeoutMs);

/** `attributeRows` likewise. */
export const attributeAside = (input: AttributeRows, timeoutMs: number): Promise<AttributedRows> =>
  aside('attribute', input, timeoutMs);

async function aside<T>(task: string, input: { now: RawRows; before: RawRows | null }, timeoutMs: number): Promise<T> {
  if (threads.pendingCount >= WAITING_MAX)
    throw new PlumblineError('overloaded', 'Too many slice searches wait. Try again in a moment.', { retryAfterS: 5 });
  return threads(() => inThread<T>(task, input, timeoutMs));
}

/** Threads that wait for the next search: starting one costs as much as a small search. */
const idle: Worker[] = [];
const IDLE_MS = 60_000;

function thread(): Worker {
  const known = idle.pop();
  if (known) return known;
  // As installed, whatever this process was started with to read sources.
  const worker = new Worker(new URL('../worker/search.mjs', import.meta.url), { execArgv: [] });
  worker.unref();
  // One that ends while nobody waits for it is not lent again.
  const gone = () => void (idle.includes(worker) && idle.splice(idle.indexOf(worker), 1));
  return worker.on('error', gone).on('exit', gone);
}

/** The thread stays for the next one; after a while without any it ends. */
function rest(worker: Worker): void {
  idle.push(worker);
  setTimeout(() => {
    const at = idle.indexOf(worker);
    if (at < 0) return;
    idle.splice(at, 1);
    void worker.terminate();
  }, IDLE_MS).unref();
}

function inThread<T>(task: string, input: { now: RawRows; before: RawRows | null }, timeoutMs: number): Promise<T> {
  const worker = thread();
  const own = [input.now, input.before].flatMap((rows) => (rows ? [rows.bytes.buffer as ArrayBuffer] : []));
  return new Promise<T>((resolve, reject) => {
    const end = (settle: () => void, reusable: boolean) => {
      clearTimeout(late);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      if (reusable) rest(worker);
      else void worker.terminate();
      settle();
    };
    const onMessage = (said: { found: T } | { error: string }) =>
      end(() => ('found' in said ? resolve(said.found) : reject(new Error(said.error))), true);
    const onError = (error: Error) => end(() => reject(error), false);
    const onExit = () => end(() => reject(new Error('The thread of the search has ended.')), false);
    const late = setTimeout(() => end(() => reject(tooHeavy()), false), timeoutMs);
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage({ task, input }, [...new Set(own)]);
  });
}

const tooHeavy = () =>
  new PlumblineError(
    'query_too_heavy',
    'The search took too long. Ask for fewer fields, a shorter range or fewer predicates.',
  );
