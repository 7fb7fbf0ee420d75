import { Batch, halvesOf, textOf } from './batch.js';
import type { Config } from './config.js';
import { Flushes } from './flushes.js';
import { Gate } from './gate.js';
import { Memory } from './memory.js';
import { EventQueue } from './queue.js';
import type { Report } from './report.js';
import { backoffMs } from './retry.js';
import { byteLength, now, quietTimer } from './runtime.js';
import type { Found, Spool } from './spool.js';
import type { Transport, Verdict } from './transport.js';
import type { DropReason, EventKind } from './types.js';

const KINDS = ['prediction', 'outcome'] as const;
/** With a wrong key or address: long enough to be harmless, short enough for a key that is repaired on the server. */
const SETTINGS_PAUSE_MS = 60_000;

/** The way of events: queue → batch → (spool) → request → counted. Everything that waits, waits here. */
export class Sender {
  readonly #queues: Record<EventKind, EventQueue>;
  /** Batches that wait for their turn, oldest first. */
  #line: Batch[] = [];
  readonly #flying = new Set<Batch>();
  readonly #storing = new Set<Promise<void>>();
  readonly #gate = new Gate();
  readonly #memory: Memory;
  readonly #abort = new AbortController();
  readonly #flushes = new Flushes();
  readonly #spoolStarted: Promise<void> | undefined;
  #epoch = 0;
  #fullTold = false;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(
    readonly config: Config,
    readonly report: Report,
    readonly transport: Transport,
    readonly spool: Spool | undefined,
  ) {
    const queue = () => new EventQueue(config.batchSize, config.batchBytes, config.flushIntervalMs);
    this.#queues = { prediction: queue(), outcome: queue() };
    this.#memory = new Memory(config.queueMax, config.queueBytesMax);
    this.#spoolStarted = spool?.start(config.batchSize, config.batchBytes, (found) => this.#welcome(found));
  }

  push(kind: EventKind, line: string): void {
    const bytes = byteLength(line) + 1;
    if (!this.#memory.fits(bytes)) {
      this.#overflow(kind, line);
      return;
    }
    if (this.#memory.belowHalf) this.#fullTold = false;
    this.#memory.add(1, bytes);
    this.report.counts.queued++;
    if (this.#queues[kind].push(line, bytes)) this.#schedule();
  }

  ready(): Promise<void> {
    return this.#stopped ? Promise.resolve() : this.#memory.untilBelowHalf();
  }

  /** Ends when all that was taken before it is settled, at the time limit, or when the settings turn out to be wrong. */
  async flush(timeoutMs: number): Promise<void> {
    const flush = this.#flushes.begin(timeoutMs);
    for (const kind of KINDS) while (this.#queues[kind].count > 0) this.#seal(kind);
    const epoch = this.#epoch++;
    if (this.#spoolStarted) await Promise.race([this.#spoolStarted, flush.ended]);
    flush.epoch = epoch;
    this.#gate.hurry();
    for (const batch of this.#line) batch.retryAt = 0;
    this.#pump();
    this.#flushes.look(this.#line, this.#flying);
    await flush.ended;
  }

  /** After it nothing is sent; what is not on disk is lost, and told. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#abort.abort();
    for (const kind of KINDS) while (this.#queues[kind].count > 0) this.#seal(kind);
    await Promise.all(this.#storing);
    const lost = [...this.#flying, ...this.#line].filter((batch) => !batch.ref);
    const count = lost.reduce((sum, batch) => sum + batch.count, 0);
    if (count > 0) this.report.error('closed', `${count} events were not delivered before the end`);
    for (const batch of lost) this.#lose(batch, 'closed');
    this.#memory.wakeAll();
    this.#flushes.endAll();
    await this.spool?.close();
  }

  /** The process ends now: to disk with what is only in memory, or say that it is lost. */
  lastWords(): void {
    let lost = 0;
    for (const kind of KINDS) {
      const lines = [...this.#flying, ...this.#line]
        .filter((batch) => batch.kind === kind && !batch.ref)
        .flatMap((batch) => batch.lines ?? []);
      while (this.#queues[kind].count > 0) lines.push(...this.#queues[kind].take().lines);
      if (lines.length > 0 && !this.spool?.appendSync(kind, textOf(lines))) lost += lines.length;
    }
    if (lost > 0)
      this.report.error('closed', `${lost} events were not delivered before the process ended; await close()`);
  }

  #overflow(kind: EventKind, line: string): void {
    if (!this.#fullTold) {
      this.#fullTold = true;
      this.report.error(
        'queue_full',
        `${this.config.queueMax} events or ${this.config.queueBytesMax} bytes wait already`,
      );
    }
    this.report.drop(kind, 'queue_full', line);
  }

  #welcome(found: readonly Found[]): void {
    for (const { kind, ref, count } of found) {
      this.#line.push(new Batch(kind, undefined, count, ref.length, -1, ref));
      this.report.counts.queued += count;
      this.report.counts.spooled += count;
    }
    this.#pump();
  }

  #seal(kind: EventKind): Batch {
    const { lines, bytes } = this.#queues[kind].take();
    const batch = new Batch(kind, lines, lines.length, bytes, this.#epoch);
    this.#line.push(batch);
    if (this.spool) {
      const stored = this.#store(batch, this.spool, textOf(lines));
      this.#storing.add(stored);
      void stored.then(() => this.#storing.delete(stored));
    }
    return batch;
  }

  async #store(batch: Batch, spool: Spool, text: string): Promise<void> {
    batch.storing = true;
    batch.ref = await spool.append(batch.kind, text).catch(() => undefined);
    batch.storing = false;
    if (batch.ref) this.report.counts.spooled += batch.count;
    this.#pump();
  }

  #pump(): void {
    if (this.#stopped) return;
    const at = now();
    // With a spool, batches are made in time even if they have to wait: on disk they are safe.
    if (this.spool) for (const kind of KINDS) while (this.#isDue(kind, at)) this.#seal(kind);
    while (this.#flying.size < this.#gate.width && this.#gate.opensAt <= at) {
      const batch = this.#next(at);
      if (!batch) break;
      this.#line.splice(this.#line.indexOf(batch), 1);
      this.#flying.add(batch);
      void this.#fly(batch);
    }
    if (!this.#memory.belowHalf) for (const batch of this.#line) if (batch.ref) this.#forget(batch);
    this.#schedule();
  }

  #next(at: number): Batch | undefined {
    const waiting = this.#line.find((batch) => !batch.storing && batch.retryAt <= at);
    if (waiting || this.spool) return waiting;
    const due = KINDS.filter((kind) => this.#isDue(kind, at));
    due.sort((a, b) => this.#queues[a].dueAt - this.#queues[b].dueAt);
    return due[0] && this.#seal(due[0]);
  }

  #isDue(kind: EventKind, at: number): boolean {
    const queue = this.#queues[kind];
    return queue.count > 0 && queue.dueAt <= at;
  }

  /** Sets the one timer to the next moment at which there may be something to do. */
  #schedule(): void {
    if (this.#stopped) return;
    const sendable = this.#flying.size < this.#gate.width ? this.#gate.opensAt : Number.POSITIVE_INFINITY;
    let at = Number.POSITIVE_INFINITY;
    for (const kind of KINDS) {
      const queue = this.#queues[kind];
      if (queue.count > 0) at = Math.min(at, this.spool ? queue.dueAt : Math.max(sendable, queue.dueAt));
    }
    for (const batch of this.#line) if (!batch.storing) at = Math.min(at, Math.max(sendable, batch.retryAt));
    if (at >= this.#timerAt) return; // too early a look does no harm
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = quietTimer(
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#pump();
      },
      Math.max(0, Math.ceil(at - now())),
    );
  }

  async #fly(batch: Batch): Promise<void> {
    try {
      await this.#sendOnce(batch);
    } catch (error) {
      // a mistake of ours must not become an unhandled rejection of yours
      this.report.error('internal', String(error), error);
      if (this.#flying.has(batch)) this.#lose(batch, 'internal');
    }
    this.#pump();
  }

  async #sendOnce(batch: Batch): Promise<void> {
    const lines = batch.lines ?? (await this.#recall(batch));
    if (this.#stopped || !lines) return;
    if (batch.requests++ > 0) this.report.counts.retried++;
    else this.report.counts.sent += batch.count;
    const verdict = await this.transport.send(batch, lines, this.#abort.signal);
    if (this.#stopped) return;
    this.#flying.delete(batch);
    this.#conclude(batch, lines, verdict);
  }

  #conclude(batch: Batch, lines: readonly string[], verdict: Verdict): void {
    if (verdict.fate === 'retry') {
      this.#retryLater(batch, verdict);
      return;
    }
    if (verdict.fate === 'settings') {
      this.#gate.failed(now(), SETTINGS_PAUSE_MS, false);
      this.report.error(verdict.code, `${verdict.message}; ${this.report.counts.queued} events wait`);
      this.#line.unshift(batch);
      this.#flushes.endAll();
      return;
    }
    this.#gate.answered();
    if (verdict.fate === 'done') {
      const { accepted, duplicates, rejected } = verdict.receipt;
      this.report.counts.accepted += accepted;
      this.report.counts.duplicates += duplicates;
      this.report.rejections(batch.kind, rejected, lines);
      this.#finish(batch);
    } else if (verdict.fate === 'plain') {
      this.#line.unshift(batch);
    } else if (verdict.fate === 'split' && batch.count > 1) {
      this.report.counts.sent -= batch.count; // the halves are sent, not the whole
      this.#line.unshift(...halvesOf(batch, lines, this.spool));
    } else {
      this.report.error(verdict.code, verdict.message);
      this.#lose(batch, verdict.fate === 'split' ? 'too_large' : 'refused');
    }
  }

  #retryLater(batch: Batch, { code, message, afterMs, cause }: Extract<Verdict, { fate: 'retry' }>): void {
    batch.failures++;
    const { retryBaseMs, retryCapMs, retriesMax } = this.config;
    const wait = (failures: number) => (afterMs ?? 0) + backoffMs(failures, retryBaseMs, retryCapMs, Math.random());
    const gateMs = afterMs === undefined ? wait(this.#gate.failures + 1) : wait(1);
    this.#gate.failed(now(), gateMs, afterMs !== undefined);
    batch.retryAt = now() + wait(batch.failures);
    this.report.error(code, `${message}; next try in ${Math.round(gateMs)} ms`, cause);
    if (batch.failures > retriesMax && !batch.ref) {
      this.report.error('retries_exhausted', `${batch.count} events given up after ${batch.failures} tries`);
      this.#lose(batch, 'retries_exhausted');
    } else this.#line.unshift(batch);
  }

  /** Back from the disk; `undefined` when there is nothing to send any more. */
  async #recall(batch: Batch): Promise<string[] | undefined> {
    try {
      batch.lines = batch.ref && (await this.spool?.read(batch.ref));
    } catch (error) {
      this.report.error('spool', `a batch cannot be read back: ${(error as Error).message}`, error);
      this.#lose(batch, 'spool');
      return undefined;
    }
    if (batch.lines) this.#memory.add(batch.count, batch.bytes);
    else this.#finish(batch); // another process has taken the file over and delivers it
    return batch.lines;
  }

  #forget(batch: Batch): void {
    if (!batch.lines) return;
    batch.lines = undefined;
    batch.body = undefined;
    this.#memory.remove(batch.count, batch.bytes);
  }

  /** Settled: out of all books. */
  #finish(batch: Batch): void {
    this.#forget(batch);
    this.#flying.delete(batch);
    this.report.counts.queued -= batch.count;
    if (batch.ref) {
      this.report.counts.spooled -= batch.count;
      this.spool?.release(batch.ref);
    }
    this.#flushes.look(this.#line, this.#flying);
  }

  #lose(batch: Batch, reason: DropReason): void {
    for (let i = 0; i < batch.count; i++) this.report.drop(batch.kind, reason, batch.lines?.[i]);
    this.#finish(batch);
  }
}
