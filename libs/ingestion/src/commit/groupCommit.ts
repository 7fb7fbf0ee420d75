import { PlumblineError } from '@plumbline/contracts';
import type { Ticket } from '../dedup/seen.js';
import type { Row } from '../encode.js';

export type Bounds = { flushMs: number; flushEvents: number; flushBytes: number; pendingBytesMax: number };
export type Entry = { row: Row; ticket: Ticket; lookUp: boolean };
/** Writes one flush and sets the verdict of every ticket; throws only if nothing of it may be called stored. */
export type Write = (entries: readonly Entry[]) => Promise<void>;

type Open = {
  entries: Entry[];
  bytes: number;
  done: Promise<void>;
  resolve(): void;
  reject(e: unknown): void;
  timer?: NodeJS.Timeout;
};

/**
 * Many small requests, one insert: entries wait at most `flushMs` for company, one flush is under way at a time, and what
 * comes meanwhile makes up the next. Memory is bounded by `pendingBytesMax`: beyond it new bodies are refused (`assertRoom`)
 * and those under way wait (`room`).
 */
export class GroupCommit {
  private open: Open | undefined;
  private full: Open[] = [];
  private writing: Open | undefined;
  private pendingBytes = 0;

  constructor(
    private readonly bounds: Bounds,
    private readonly write: Write,
  ) {}

  /** Refuses politely while there is still nothing at risk. */
  assertRoom(): void {
    if (this.pendingBytes >= this.bounds.pendingBytesMax)
      throw new PlumblineError(
        'overloaded',
        'Events come faster than they can be stored. Send this batch again after the pause in Retry-After; nothing of it was taken.',
        { retryAfterS: 1 },
      );
  }

  /** Settles when there is room: a body that is being read goes on only then, so its sender slows down. */
  async room(): Promise<void> {
    while (this.pendingBytes >= this.bounds.pendingBytesMax) {
      this.seal();
      await this.writing?.done.catch(() => {});
    }
  }

  /** Takes one row; its ticket's `done` settles when it is durable (or was not). */
  add(row: Row, lookUp: boolean): Ticket {
    return this.push(row, lookUp, undefined);
  }

  /** Takes along a row that is known already, only to be counted; nobody needs to wait for it. */
  count(row: Row): void {
    this.push(row, false, 'duplicate');
  }

  private push(row: Row, lookUp: boolean, verdict: Ticket['verdict']): Ticket {
    this.open ??= this.begin();
    const flush = this.open;
    const ticket: Ticket = { verdict, done: flush.done };
    flush.entries.push({ row, ticket, lookUp });
    flush.bytes += row.line.length;
    this.pendingBytes += row.line.length;
    if (flush.entries.length >= this.bounds.flushEvents || flush.bytes >= this.bounds.flushBytes) this.seal();
    return ticket;
  }

  get pending(): { bytes: number; flushes: number } {
    return { bytes: this.pendingBytes, flushes: this.full.length + (this.open ? 1 : 0) + (this.writing ? 1 : 0) };
  }

  /** Writes what waits and settles when all of it has ended. */
  async drain(): Promise<void> {
    while (this.open || this.full.length > 0 || this.writing) {
      const last = this.open ?? this.full.at(-1);
      this.seal();
      await (last ? last.done.catch(() => {}) : new Promise((resolve) => setImmediate(resolve)));
    }
  }

  private begin(): Open {
    let resolve!: () => void;
    let reject!: (e: unknown) => void;
    const done = new Promise<void>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    done.catch(() => {}); // whoever waits for it hears of it
    const flush: Open = { entries: [], bytes: 0, done, resolve, reject };
    flush.timer = setTimeout(() => this.seal(), this.bounds.flushMs);
    return flush;
  }

  private seal(): void {
    if (!this.open) return;
    clearTimeout(this.open.timer);
    this.full.push(this.open);
    this.open = undefined;
    void this.next();
  }

  private async next(): Promise<void> {
    if (this.writing) return;
    const flush = this.full.shift();
    if (!flush) return;
    this.writing = flush;
    try {
      await this.write(flush.entries);
      flush.resolve();
    } catch (error) {
      flush.reject(error);
    } finally {
      this.writing = undefined;
      this.pendingBytes -= flush.bytes;
      void this.next();
    }
  }
}
