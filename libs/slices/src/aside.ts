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

function inThread<T>(task: string, input: { now: RawRows; before: RawRows | null }, timeoutMs: number): Promise<T> {
  const own = [
    ...new Set([input.now, input.before].flatMap((rows) => (rows ? [rows.bytes.buffer as ArrayBuffer] : []))),
  ];
  // As installed, whatever this process was started with to read sources.
  const worker = new Worker(new URL('../worker/search.mjs', import.meta.url), {
    workerData: { task, input },
    transferList: own,
    execArgv: [],
  });
  return new Promise<T>((resolve, reject) => {
    const late = setTimeout(
      () =>
        reject(
          new PlumblineError(
            'query_too_heavy',
            'The search took too long. Ask for fewer fields, a shorter range or fewer predicates.',
          ),
        ),
      timeoutMs,
    );
    const settle = (end: () => void) => {
      clearTimeout(late);
      end();
    };
    worker.once('message', (found: T) => settle(() => resolve(found)));
    worker.once('error', (error) => settle(() => reject(error)));
    worker.once('exit', () => settle(() => reject(new Error('The thread of the search has ended.'))));
  }).finally(() => worker.terminate());
}
