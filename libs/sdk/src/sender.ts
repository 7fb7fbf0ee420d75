import { Batch, textOf } from './batch.js';
import { Batches } from './batches.js';
import type { Config } from './config.js';
import { Gate } from './gate.js';
import { Memory } from './memory.js';
import { EventQueue } from './queue.js';
import type { Report } from './report.js';
import { backoffMs } from './retry.js';
import { byteLength, now, quietTimer, within } from './runtime.js';
import type { Spool } from './spool.js';
import type { Transport, Verdict } from './transport.js';
import type { EventKind } from './types.js';

const KINDS = ['prediction', 'outcome'] as const;
/** With a wrong key or address: long enough to be harmless, short enough for a key that is repaired on the server. */
const SETTINGS_PAUSE_MS = 60_000;
/** Edge runtimes forget timers and requests together with the visit that began them: so much later they are taken for lost. */
const LOST_MS = 1000;
/** What a disk that hangs may add to the time of `close`. */
const DISK_MS = 2000;

/** The way of events: queue → batch → (spool) → request → counted. Everything that waits, waits here. */
export class Sender {
  readonly #queues: Record<EventKind, EventQueue>;
  readonly #memory: Memory;
  readonly #batches: Batches;
  readonly #gate = new Gate();
  readonly #abort = new AbortController();
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
    this.#batches = new Batches(this.#memory, report, spool);
    this.#spoolStarted = spool?.start(config.batchSize, config.batchBytes, (found) => {
      this.#batches.welcome(found);
      this.#pump();
    });
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
    const flush = this.#batches.flushes.begin(timeoutMs);
    this.#sealAll();
    const epoch = this.#epoch++;
    if (this.#spoolStarted) await Promise.race([this.#spoolStarted, flush.ended]);
    flush.epoch = epoch;
    this.#gate.hurry();
    for (const batch of this.#batches.waiting) batch.retryAt = 0;
    this.#pump();
    this.#batches.lookAtFlushes();
    await flush.ended;
  }

  /** After it nothing is sent; what is not on disk is lost, and told. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#sealAll();
    await within(this.#batches.allStored(), DISK_MS);
    this.#batches.loseUnsaved();
    this.#memory.wakeAll();
    this.#batches.flushes.endAll();
    if (this.spool) await within(this.spool.close(), DISK_MS);
  }

  /** The process ends now: to disk with what is only in memory, or say that it is lost. */
  lastWords(): void {
    let lost = 0;
    for (const kind of KINDS) {
      const lines = this.#batches.unsaved(kind).flatMap((batch) => batch.lines ?? []);
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

  #seal(kind: EventKind): Batch {
    const { lines, bytes } = this.#queues[kind].take();
    const batch = new Batch(kind, lines, lines.length, bytes, this.#epoch);
    this.#batches.add(batch, lines, () => this.#pump());
    return batch;
  }

  #sealAll(): void {
    for (const kind of KINDS) while (this.#queues[kind].count > 0) this.#seal(kind);
  }

  #pump(): void {
    if (this.#stopped) return;
    const at = now();
    const { flying } = this.#batches;
    for (const batch of flying) if (batch.overdueAt <= at) this.#lost(batch);
    // With a spool, batches are made in time even if they have to wait: on disk they are safe.
    if (this.spool) for (const kind of KINDS) while (this.#isDue(kind, at)) this.#seal(kind);
    while (flying.size < this.#gate.width && this.#gate.opensAt <= at) {
      const batch = this.#next(at);
      if (!batch) break;
      batch.overdueAt = Number.POSITIVE_INFINITY;
      this.#batches.leave(batch);
      void this.#fly(batch);
    }
    if (!this.#memory.belowHalf) this.#batches.forgetStored();
    this.#schedule();
  }

  #next(at: number): Batch | undefined {
    const waiting = this.#batches.waiting.find((batch) => !batch.storing && batch.retryAt <= at);
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
    const { flying, waiting } = this.#batches;
    let at = Number.POSITIVE_INFINITY;
    let sendable = this.#gate.opensAt;
    if (flying.size >= this.#gate.width) {
      sendable = Number.POSITIVE_INFINITY;
      for (const { overdueAt } of flying) at = Math.min(at, overdueAt);
    }
    for (const kind of KINDS) {
      const queue = this.#queues[kind];
      if (queue.count > 0) at = Math.min(at, this.spool ? queue.dueAt : Math.max(sendable, queue.dueAt));
    }
    for (const batch of waiting) if (!batch.storing) at = Math.min(at, Math.max(sendable, batch.retryAt));
    const isSet = at >= this.#timerAt && this.#timerAt > now() - LOST_MS; // too early a look does no harm
    if (isSet || at === Number.POSITIVE_INFINITY) return;
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
      if (this.#batches.flying.has(batch)) this.#batches.lose(batch, 'internal');
    }
    this.#pump();
  }

  async #sendOnce(batch: Batch): Promise<void> {
    const lines = batch.lines ?? (await this.#batches.recall(batch));
    if (this.#stopped || !lines) return;
    if (batch.requests > 0) this.report.counts.retried++;
    else this.report.counts.sent += batch.count;
    const request = ++batch.requests;
    batch.overdueAt = now() + this.config.timeoutMs + LOST_MS;
    const verdict = await this.transport.send(batch, lines, this.#abort.signal);
    const isOver = !this.#batches.flying.has(batch) || request !== batch.requests;
    if (this.#stopped || isOver) return;
    this.#conclude(batch, lines, verdict);
  }

  /** Neither an answer nor its absence was told: the runtime has forgotten the request. */
  #lost(batch: Batch): void {
    this.#retryLater(batch, { fate: 'retry', code: 'unreachable', message: 'the runtime has dropped a request' });
  }

  #conclude(batch: Batch, lines: readonly string[], verdict: Verdict): void {
    if (verdict.fate === 'retry') {
      this.#retryLater(batch, verdict);
      return;
    }
    if (verdict.fate === 'settings') {
      this.#gate.failed(now(), SETTINGS_PAUSE_MS, false);
      this.report.error(verdict.code, `${verdict.message}; ${this.report.counts.queued} events wait`);
      this.#batches.back(batch);
      this.#batches.flushes.endAll();
      return;
    }
    this.#gate.answered();
    if (verdict.fate === 'done') {
      const { accepted, duplicates, rejected } = verdict.receipt;
      this.report.counts.accepted += accepted;
      this.report.counts.duplicates += duplicates;
      this.report.rejections(batch.kind, rejected, batch.count - accepted - duplicates, lines);
      this.#batches.finish(batch);
    } else if (verdict.fate === 'plain') {
      this.#batches.back(batch);
    } else if (verdict.fate === 'split' && batch.count > 1) {
      this.#batches.halve(batch, lines);
    } else {
      this.report.error(verdict.code, verdict.message);
      this.#batches.lose(batch, verdict.fate === 'split' ? 'too_large' : 'refused');
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
      this.#batches.lose(batch, 'retries_exhausted');
    } else this.#batches.back(batch);
  }
}
