import { now } from './runtime.js';

export interface Lines {
  lines: string[];
  bytes: number;
}

/** Serialised events of one kind that are not in a batch yet, oldest first. */
export class EventQueue {
  #lines: string[] = [];
  #sizes: number[] = [];
  #bytes = 0;
  #since = 0;

  constructor(
    readonly batchSize: number,
    readonly batchBytes: number,
    readonly intervalMs: number,
  ) {}

  get count(): number {
    return this.#lines.length;
  }

  /** When the oldest has waited long enough (clock of `now`), at once if a batch is full. */
  get dueAt(): number {
    return this.#isFull() ? 0 : this.#since + this.intervalMs;
  }

  /** Returns true when somebody has to look at the clock: the first event, or the one that fills a batch. */
  push(line: string, bytes: number): boolean {
    const wasFull = this.#isFull();
    if (this.#lines.length === 0) this.#since = now();
    this.#lines.push(line);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    return this.#lines.length === 1 || (!wasFull && this.#isFull());
  }

  /** The next batch in the order of arrival; at least one event, whatever its size. */
  take(): Lines {
    let count = 0;
    let bytes = 0;
    while (count < this.#lines.length && count < this.batchSize) {
      const size = this.#sizes[count] as number;
      if (count > 0 && bytes + size > this.batchBytes) break;
      bytes += size;
      count++;
    }
    this.#bytes -= bytes;
    this.#sizes.splice(0, count);
    this.#since = now();
    return { lines: this.#lines.splice(0, count), bytes };
  }

  #isFull(): boolean {
    return this.#lines.length >= this.batchSize || this.#bytes >= this.batchBytes;
  }
}
