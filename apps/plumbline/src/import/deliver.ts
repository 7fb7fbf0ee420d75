import { sentRows } from './ledger.js';
import { type Batch, batchesOf } from './rows.js';
import type { Sender, Taken } from './sender.js';
import type { Source } from './source.js';

/**
 * Sends everything, at most `parallel` requests at once; the source is read no faster than they are answered. The first failure
 * stops the others: the order of what is done must have no holes for longer than needed.
 */
export async function deliver(
  { source, sender, parallel, halt }: { source: Source; sender: Sender; parallel: number; halt: AbortController },
  onTaken: (batch: Batch, taken: Taken) => void,
): Promise<void> {
  const lanes = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const fail = (error: unknown) => {
    failures.push(error);
    halt.abort();
  };
  // Closing ends the reading too: a slow writer behind standard input must not hold up Ctrl-C.
  const onHalt = () => void source.close();
  halt.signal.addEventListener('abort', onHalt, { once: true });
  try {
    for await (const batch of batchesOf(source.rows, source.fraction)) {
      if (halt.signal.aborted) break;
      const lane: Promise<void> = sender
        .send(sentRows(batch))
        .then((taken) => onTaken(batch, taken))
        .catch(fail)
        .finally(() => lanes.delete(lane));
      lanes.add(lane);
      while (lanes.size >= parallel) await Promise.race(lanes);
    }
  } catch (error) {
    // What was read before the input broke is sent all the same.
    await Promise.all(lanes);
    if (!halt.signal.aborted) fail(error);
  }
  await Promise.all(lanes);
  halt.signal.removeEventListener('abort', onHalt);
  if (failures.length > 0) throw failures[0];
  if (halt.signal.aborted) throw new Error('stopped');
}
