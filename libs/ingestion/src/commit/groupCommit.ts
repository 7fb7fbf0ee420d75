import { PlumblineError } from '@plumbline/contracts';
import { newId } from '@plumbline/control';
import type { Said } from '../dedup/compare.js';
import { Bytes } from '../encode/bytes.js';
import type { Row } from '../encode/row.js';
import { Lane } from './lane.js';
import type { Receipt } from './receipt.js';

export type Bounds = { flushMs: number; flushEvents: number; flushBytes: number; pendingBytesMax: number };
export type Verdict = 'accepted' | 'duplicate' | 'conflict' | 'unstorable';
/** One row on its way into the store; `verdict` is its fate once the receipts have been told. */
export type Entry = {
  row: Row;
  /** An earlier copy may be stored although memory does not know it. */
  lookUp: boolean;
  /** The earlier copy that was found there. */
  known?: Said;
  /** Where its bytes lie in the flush. */
  start: number;
  end: number;
  verdict: Verdict | undefined;
  /** What memory calls it while it is under way. */
  number: number;
  receipts: Receipt[];
};
/** Duplicates of rows that were stored before: written down with the next flush. */
export type Repeats = Map<string, { row: Row; count: number; from: number; to: number }>;
/** `bytes` holds the entries one after another, each a line that ends with the batch. */
export type Flush = { batchId: string; entries: readonly Entry[]; bytes: Bytes; repeats: Repeats };
/** Writes one flush and sets the verdict of every entry; throws only if nothing of it may be called stored. */
export type Write = (flush: Flush) => Promise<void>;

/** A sender's model: what takes turns with others of its kind. */
export type LaneName = { name: string; sender: string; model: string };
export const laneOf = (sender: string, model: string): LaneName => ({
  name: `${sender}\u0000${model}`,
  sender,
  model,
});

/** One model may hold a quarter of the room, all models of one sender half of it, so that a noisy one leaves room for the others. */
const LANE_SHARE = 4;
const SENDER_SHARE = 2;
/** What a row costs beside its bytes. */
const ROW_OVERHEAD = 300;

/**
 * Many small requests, one insert: entries wait at most `flushMs` for company, or twice as long as the last write took if that
 * is longer; one flush is under way at a time, and what comes meanwhile makes up the next. Lanes (a sender's model each) take
 * turns in filling a flush. Memory is bounded by `pendingBytesMax`: beyond it new bodies are refused (`assertRoom`) and
 * those under way wait (`room`).
 */
export class GroupCommit {
  private readonly lanes = new Map<string, Lane>();
  private readonly senders = new Map<string, number>();
  private pendingBytes = 0;
  private pendingEvents = 0;
  private repeats: Repeats = new Map();
  private timer: NodeJS.Timeout | undefined;
  private restMs = 0;
  private writing: Promise<void> | undefined;
  private readonly bytes = new Bytes(1 << 20);

  constructor(
    private readonly bounds: Bounds,
    private readonly write: Write,
  ) {}

  /** Refuses politely while there is still nothing at risk. */
  assertRoom(sender: string): void {
    const most = this.bounds.pendingBytesMax;
    const own = this.senders.get(sender) ?? 0;
    if (this.pendingBytes < most && own < Math.max(1, most / SENDER_SHARE)) return;
    throw new PlumblineError(
      'overloaded',
      'Events come faster than they can be stored. Send this batch again after the pause in Retry-After; nothing of it was taken.',
      { retryAfterS: 1 },
    );
  }

  /** Is there no room for more of this lane? */
  isFull(lane: LaneName): boolean {
    const most = this.bounds.pendingBytesMax;
    const own = this.lanes.get(lane.name)?.bytes ?? 0;
    return own > 0 && (this.pendingBytes >= most || own >= most / LANE_SHARE);
  }

  /** Settles when the lane has room: a body that is being read goes on only then, so its sender slows down. */
  async room(lane: LaneName): Promise<void> {
    while (this.isFull(lane)) await this.flushNow();
  }

  /** Takes one row whose bytes are in `encoded`; the receipt is told when it is durable (or is not). */
  add({ name, sender }: LaneName, row: Row, encoded: Bytes, lookUp: boolean, receipt: Receipt): Entry {
    const entry: Entry = { row, lookUp, start: 0, end: 0, verdict: undefined, number: 0, receipts: [receipt] };
    receipt.expect();
    const cost = encoded.length + ROW_OVERHEAD;
    const lane = this.lanes.get(name) ?? new Lane(sender);
    this.lanes.set(name, lane);
    lane.push(entry, encoded, cost);
    this.pendingEvents++;
    this.charge(sender, cost);
    this.arm();
    return entry;
  }

  /** Notes that a row which is stored came again; nobody waits for that. */
  repeat(row: Row): void {
    const name = `${row.projectId}\u0000${row.model}`;
    const known = this.repeats.get(name);
    if (known) {
      known.count++;
      known.from = Math.min(known.from, row.ts);
      known.to = Math.max(known.to, row.ts);
    } else this.repeats.set(name, { row, count: 1, from: row.ts, to: row.ts });
    this.arm();
  }

  get pending(): { bytes: number; events: number; writing: boolean } {
    return { bytes: this.pendingBytes, events: this.pendingEvents, writing: this.writing !== undefined };
  }

  /** Writes what waits and settles when all of it has ended. */
  async drain(): Promise<void> {
    while (this.waits() || this.writing) await this.flushNow();
  }

  private waits(): boolean {
    return this.pendingEvents > 0 || this.repeats.size > 0;
  }

  private isFlushFull(): boolean {
    return (
      this.pendingEvents >= this.bounds.flushEvents ||
      this.pendingBytes - this.pendingEvents * ROW_OVERHEAD >= this.bounds.flushBytes
    );
  }

  private arm(): void {
    if (this.writing) return;
    if (this.isFlushFull()) void this.flushNow();
    else this.timer ??= setTimeout(() => void this.flushNow(), Math.max(this.bounds.flushMs, this.restMs));
  }

  /** Writes the next flush, or waits for the one under way. */
  private flushNow(): Promise<void> {
    if (this.writing) return this.writing;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.waits()) return Promise.resolve();
    this.writing = this.writeNext();
    return this.writing;
  }

  private async writeNext(): Promise<void> {
    const { flush, held } = this.compose();
    const started = performance.now();
    let failure: unknown;
    try {
      await this.write(flush);
    } catch (error) {
      failure = error ?? new Error('The flush failed.');
    }
    for (const [sender, cost] of held) this.charge(sender, -cost);
    for (const { receipts } of flush.entries) for (const receipt of receipts) receipt.tell(failure);
    this.restMs = Math.min((performance.now() - started) * REST_FACTOR, REST_MS_MAX);
    this.writing = undefined;
    if (this.waits()) this.arm();
  }

  /** Takes turns among the lanes until the flush is full; what senders hold is theirs until it is written. */
  private compose(): { flush: Flush; held: Map<string, number> } {
    const { flushEvents, flushBytes } = this.bounds;
    const { bytes } = this;
    bytes.clear();
    const batchId = newId();
    const end = `,"${batchId}"]\n`;
    const entries: Entry[] = [];
    const held = new Map<string, number>();
    while (this.lanes.size > 0 && entries.length < flushEvents && bytes.length < flushBytes) {
      const turn = Math.max(1, Math.ceil((flushEvents - entries.length) / this.lanes.size));
      for (const [name, lane] of [...this.lanes]) {
        const eventsMax = Math.min(turn, flushEvents - entries.length);
        const bytesMax = (flushBytes - bytes.length) / this.lanes.size;
        const cost = lane.take(entries, bytes, end, eventsMax, bytesMax);
        held.set(lane.sender, (held.get(lane.sender) ?? 0) + cost);
        if (lane.isEmpty) this.lanes.delete(name);
      }
    }
    this.pendingEvents -= entries.length;
    const { repeats } = this;
    this.repeats = new Map();
    return { flush: { batchId, entries, bytes, repeats }, held };
  }

  private charge(sender: string, cost: number): void {
    this.pendingBytes += cost;
    const own = (this.senders.get(sender) ?? 0) + cost;
    if (own > 0) this.senders.set(sender, own);
    else this.senders.delete(sender);
  }
}

/** Fewer and larger blocks cost the engine less, in writing and in merging. */
const REST_FACTOR = 2;
const REST_MS_MAX = 60;
