import { Worker } from 'node:worker_threads';
import { PlumblineError } from '@plumbline/contracts';
import pLimit from 'p-limit';
import type { FindInput, Found } from './found.js';

const THREADS_MAX = 2;
const WAITING_MAX = 20;
const threads = pLimit(THREADS_MAX);

/** `found` in a thread of its own. Errors: `query_too_heavy` after `timeoutMs`, `overloaded` when too many wait. */
export async function findAside(input: FindInput, timeoutMs: number): Promise<Found> {
  if (threads.pendingCount >= WAITING_MAX)
    throw new PlumblineError('overloaded', 'Too many slice searches wait. Try again in a moment.', { retryAfterS: 5 });
  return threads(() => inThread(input, timeoutMs));
}

function inThread(input: FindInput, timeoutMs: number): Promise<Found> {
  // As installed, whatever this process was started with to read sources.
  const worker = new Worker(new URL('../worker/search.mjs', import.meta.url), { workerData: input, execArgv: [] });
  return new Promise<Found>((resolve, reject) => {
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
    worker.once('message', (found: Found) => settle(() => resolve(found)));
    worker.once('error', (error) => settle(() => reject(error)));
    worker.once('exit', () => settle(() => reject(new Error('The thread of the search has ended.'))));
  }).finally(() => worker.terminate());
}
