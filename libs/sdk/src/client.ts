import { type Config, configOf, readable, spoolOf } from './config.js';
import { type Defaults, outcomeLine, predictionIdOf, predictionLine } from './event.js';
import { type MonitorOptions, type MonitorResult, monitored } from './monitor.js';
import { Report } from './report.js';
import { Sender } from './sender.js';
import { atShutdown } from './shutdown.js';
import { Spool } from './spool.js';
import { Transport } from './transport.js';
import type { EventKind, FlushResult, OutcomeInput, PlumblineOptions, PredictionInput, Stats } from './types.js';
import type { Note } from './values.js';

const FLUSH_MS = 30_000;
/** A program that is done should not seem to hang because its monitoring is away. */
const EXIT_MS = 10_000;
/** Orchestrators give 10 to 30 s between SIGTERM and SIGKILL, and the application needs some of it. */
const SIGNAL_MS = 5_000;

/**
 * Sends predictions and outcomes to Plumbline in the background. No method throws or blocks; what goes wrong is told to
 * `onError`, `onDrop` and `onReject` and counted in `stats()`.
 */
export class Plumbline {
  readonly #report: Report;
  readonly #config: Config;
  readonly #defaults: Defaults;
  readonly #sender: Sender | undefined;
  readonly #note: Note;
  readonly #forgetShutdown: () => void;
  #closing: Promise<FlushResult> | undefined;

  constructor(given: PlumblineOptions = {}) {
    const options = readable(given);
    this.#report = new Report(options);
    this.#config = configOf(options, this.#report);
    this.#defaults = { model: options.model, version: options.version };
    this.#note = (code, name, detail) => this.#report.once(code, name, detail);
    if (this.#config.url) {
      const spool = spoolOf(options, this.#report);
      const disk = spool && new Spool(spool, this.#report);
      this.#sender = new Sender(this.#config, this.#report, new Transport(this.#config, options.fetch), disk);
    }
    this.#forgetShutdown = this.#sender && options.shutdownSignals !== false ? this.#atShutdown() : () => undefined;
  }

  /** Takes a prediction in and returns its id, with which its outcome can be logged later. */
  logPrediction(input: PredictionInput): string {
    const nowMs = Date.now();
    const id = predictionIdOf(input, nowMs);
    this.#log('prediction', () => predictionLine(input, id, nowMs, this.#defaults, this.#note));
    return id;
  }

  logOutcome(input: OutcomeInput): void {
    this.#log('outcome', () => outcomeLine(input, Date.now(), this.#defaults));
  }

  /**
   * The same function, which also logs its inputs, output and latency.
   *
   * @example const predict = plumbline.monitor(model.predict, { toFeatures: (x) => x, toPrediction: (score) => ({ score }) });
   */
  monitor<F extends (...args: never[]) => unknown>(
    fn: F,
    options: MonitorOptions<Parameters<F>, MonitorResult<ReturnType<F>>>,
  ): F {
    if (typeof fn !== 'function') {
      this.#report.error('invalid_config', 'monitor needs a function');
      return fn;
    }
    return monitored(
      fn,
      options,
      (input) => void this.logPrediction(input),
      (error) => this.#invalid('prediction', error),
    );
  }

  /** Delivers all that was logged before, or as much as the time allows (default 30 s). */
  async flush(options: { timeoutMs?: number } = {}): Promise<FlushResult> {
    const { counts } = this.#report;
    const before = { ...counts };
    await this.#sender?.flush(timeoutOf(options));
    return {
      delivered: counts.accepted + counts.duplicates - before.accepted - before.duplicates,
      rejected: counts.rejected - before.rejected,
      pending: counts.queued,
    };
  }

  /**
   * `flush`, then the end: later events are dropped, and so are undelivered ones unless there is a spool. `pending` in the result
   * are those that were not acknowledged.
   */
  close(options: { timeoutMs?: number } = {}): Promise<FlushResult> {
    this.#closing ??= this.flush(options).then(async (result) => {
      this.#forgetShutdown();
      await this.#sender?.stop();
      return result;
    });
    return this.#closing;
  }

  /** Resolves when the queue is less than half full: `await` it between events when sending faster than the network. */
  ready(): Promise<void> {
    return this.#sender && !this.#closing ? this.#sender.ready() : Promise.resolve();
  }

  stats(): Stats {
    return { ...this.#report.counts };
  }

  #log(kind: EventKind, build: () => string): void {
    try {
      const line = build();
      if (this.#config.dryRun) {
        this.#report.counts.sent++;
        return;
      }
      if (this.#closing) this.#report.drop(kind, 'closed', line);
      else if (!this.#sender) this.#report.drop(kind, 'invalid_config', line);
      else this.#sender.push(kind, line);
    } catch (error) {
      this.#invalid(kind, error);
    }
  }

  #invalid(kind: EventKind, error: unknown): void {
    const reason = error instanceof Error ? error.message : 'unreadable';
    this.#report.error('invalid_event', `${kind} not sent: ${reason}`, error);
    this.#report.drop(kind, 'invalid_event', undefined);
  }

  #atShutdown(): () => void {
    return atShutdown({
      beforeExit: async () => {
        if (this.#report.counts.queued === 0 || this.#closing) return;
        const { pending } = await this.flush({ timeoutMs: EXIT_MS });
        if (pending > 0) await this.close({ timeoutMs: 0 }); // or this would begin anew for ever
      },
      signal: async (last) => {
        if (last) await this.close({ timeoutMs: SIGNAL_MS });
        else await this.flush({ timeoutMs: SIGNAL_MS });
      },
      exit: () => this.#sender?.lastWords(),
    });
  }
}

function timeoutOf(options: { timeoutMs?: number } | undefined): number {
  try {
    const { timeoutMs } = options ?? {};
    return typeof timeoutMs === 'number' && timeoutMs >= 0 ? timeoutMs : FLUSH_MS;
  } catch {
    return FLUSH_MS; // a getter that throws
  }
}
