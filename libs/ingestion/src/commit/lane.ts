import { Bytes } from '../encode/bytes.js';
import type { Entry } from './groupCommit.js';

const COMPACT_FROM = 1_000;

/** The rows of one sender's model that wait for a flush, in order. */
export class Lane {
  private entries: Entry[] = [];
  private costs: number[] = [];
  private head = 0;
  private readonly encoded = new Bytes(16_384);
  /** What the waiting rows hold, with their overhead. */
  bytes = 0;

  constructor(readonly sender: string) {}

  push(entry: Entry, encoded: Bytes, cost: number): void {
    entry.start = this.encoded.length;
    this.encoded.copy(encoded.buffer, 0, encoded.length);
    entry.end = this.encoded.length;
    this.entries.push(entry);
    this.costs.push(cost);
    this.bytes += cost;
  }

  /** Moves the oldest rows to a flush, at least one, and ends each line; answers with what they held. */
  take(entries: Entry[], bytes: Bytes, lineEnd: string, eventsMax: number, bytesMax: number): number {
    const begin = bytes.length;
    let held = 0;
    for (let n = 0; n < eventsMax && this.head < this.entries.length; n++, this.head++) {
      if (n > 0 && bytes.length - begin >= bytesMax) break;
      const entry = this.entries[this.head]!;
      const start = bytes.length;
      bytes.copy(this.encoded.buffer, entry.start, entry.end).ascii(lineEnd);
      entry.start = start;
      entry.end = bytes.length;
      entries.push(entry);
      held += this.costs[this.head]!;
    }
    this.bytes -= held;
    if (this.head >= COMPACT_FROM && this.head * 2 >= this.entries.length) this.compact();
    return held;
  }

  get isEmpty(): boolean {
    return this.head === this.entries.length;
  }

  /** Gives up the bytes of rows that are gone; a lane that is never quite empty would grow for ever. */
  private compact(): void {
    this.entries = this.entries.slice(this.head);
    this.costs = this.costs.slice(this.head);
    this.head = 0;
    const rest = this.entries[0]?.start ?? this.encoded.length;
    this.encoded.dropFirst(rest);
    for (const entry of this.entries) {
      entry.start -= rest;
      entry.end -= rest;
    }
  }
}
