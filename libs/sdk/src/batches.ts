import { Batch, halvesOf, textOf } from './batch.js';
import { Flushes } from './flushes.js';
import type { Memory } from './memory.js';
import type { Report } from './report.js';
import type { Found, Spool } from './spool.js';
import type { DropReason, EventKind } from './types.js';

/** Where every batch is (waiting, under way, on disk) and what it counts for. When something is done is the sender's business. */
export class Batches {
  readonly flushes = new Flushes();
  /** Under way to the server. */
  readonly flying = new Set<Batch>();
  /** Those that wait for their turn, oldest first. */
  #line: Batch[] = [];
  readonly #storing = new Set<Promise<void>>();

  constructor(
    readonly memory: Memory,
    readonly report: Report,
    readonly spool: Spool | undefined,
  ) {}

  get waiting(): readonly Batch[] {
    return this.#line;
  }

  /** Takes a new one in; with a spool it may travel only after it was stored, or that has failed. */
  add(batch: Batch, lines: readonly string[], onStored: () => void): void {
    this.#line.push(batch);
    if (!this.spool) return;
    const stored = this.#store(batch, this.spool, textOf(lines)).then(onStored);
    this.#storing.add(stored);
    void stored.then(() => this.#storing.delete(stored));
  }

  async #store(batch: Batch, spool: Spool, text: string): Promise<void> {
    batch.storing = true;
    batch.ref = await spool.append(batch.kind, text).catch(() => undefined);
    batch.storing = false;
    if (batch.ref) this.report.counts.spooled += batch.count;
  }

  allStored(): Promise<unknown> {
    return Promise.all(this.#storing);
  }

  /** Left on disk by others, and ours now. */
  welcome(found: readonly Found[]): void {
    for (const { kind, ref, count } of found) {
      this.#line.push(new Batch(kind, undefined, count, ref.length, -1, ref));
      this.report.counts.queued += count;
      this.report.counts.spooled += count;
    }
  }

  leave(batch: Batch): void {
    this.#line.splice(this.#line.indexOf(batch), 1);
    this.flying.add(batch);
  }

  back(batch: Batch): void {
    this.flying.delete(batch);
    this.#line.unshift(batch);
  }

  halve(batch: Batch, lines: readonly string[]): void {
    this.flying.delete(batch);
    this.report.counts.sent -= batch.count; // the halves are sent, not the whole
    this.#line.unshift(...halvesOf(batch, lines, this.spool));
  }

  /** Back from the disk; `undefined` when there is nothing to send any more. */
  async recall(batch: Batch): Promise<string[] | undefined> {
    try {
      batch.lines = batch.ref && (await this.spool?.read(batch.ref));
    } catch (error) {
      this.report.error('spool', `a batch cannot be read back: ${(error as Error).message}`, error);
      this.lose(batch, 'spool');
      return undefined;
    }
    if (batch.lines) this.memory.add(batch.count, batch.bytes);
    else this.finish(batch); // another process has taken the file over and delivers it
    return batch.lines;
  }

  /** What is on disk too need not be in memory. */
  forgetStored(): void {
    for (const batch of this.#line) if (batch.ref) this.#forget(batch);
  }

  #forget(batch: Batch): void {
    if (!batch.lines) return;
    batch.lines = undefined;
    batch.body = undefined;
    this.memory.remove(batch.count, batch.bytes);
  }

  /** Settled: out of all books. */
  finish(batch: Batch): void {
    this.#forget(batch);
    this.flying.delete(batch);
    this.report.counts.queued -= batch.count;
    if (batch.ref) {
      this.report.counts.spooled -= batch.count;
      this.spool?.release(batch.ref);
    }
    this.lookAtFlushes();
  }

  lose(batch: Batch, reason: DropReason): void {
    for (let i = 0; i < batch.count; i++) this.report.drop(batch.kind, reason, batch.lines?.[i]);
    this.finish(batch);
  }

  lookAtFlushes(): void {
    this.flushes.look(this.#line, this.flying);
  }

  /** In memory only: what is lost if nothing more can be done. */
  unsaved(kind?: EventKind): Batch[] {
    return [...this.flying, ...this.#line].filter((batch) => !batch.ref && (kind ?? batch.kind) === batch.kind);
  }

  /** Nothing more will be sent. */
  loseUnsaved(): void {
    const lost = this.unsaved();
    const count = lost.reduce((sum, batch) => sum + batch.count, 0);
    if (count > 0) this.report.error('closed', `${count} events were not delivered before the end`);
    for (const batch of lost) this.lose(batch, 'closed');
  }
}
