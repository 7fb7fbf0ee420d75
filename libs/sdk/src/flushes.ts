import type { Batch } from './batch.js';

interface Flush {
  /** Batches of this epoch and before are waited for; not known before all is sealed. */
  epoch: number | undefined;
  ended: Promise<void>;
  end: () => void;
}

/** Those who wait in `flush()`. */
export class Flushes {
  readonly #running = new Set<Flush>();

  begin(timeoutMs: number): Flush {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = () => {
        clearTimeout(timer);
        this.#running.delete(flush);
        resolve();
      };
    });
    const timer = setTimeout(end, Math.min(timeoutMs, 2 ** 31 - 1)); // keeps the process alive, on purpose
    const flush: Flush = { epoch: undefined, ended, end };
    this.#running.add(flush);
    return flush;
  }

  /** Ends those whose batches are all settled. */
  look(line: readonly Batch[], flying: ReadonlySet<Batch>): void {
    for (const { epoch, end } of this.#running) {
      if (epoch === undefined) continue;
      const waits = (batch: Batch) => batch.epoch <= epoch;
      if (!line.some(waits) && ![...flying].some(waits)) end();
    }
  }

  endAll(): void {
    for (const { end } of this.#running) end();
  }
}
