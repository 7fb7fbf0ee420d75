import { now } from './runtime.js';
import {
  type Drop,
  type DropReason,
  type ErrorCode,
  type EventKind,
  PlumblineError,
  type PlumblineOptions,
  type Rejection,
  type Stats,
  type WireEvent,
} from './types.js';

const NAMES_MAX = 1000;
const REPEAT_MS = 60_000;

/** The counters, and the only place that calls the user's functions: whatever they do, it stays with them. */
export class Report {
  readonly counts: Stats = {
    queued: 0,
    sent: 0,
    accepted: 0,
    duplicates: 0,
    rejected: 0,
    dropped: 0,
    retried: 0,
    errors: 0,
    spooled: 0,
  };
  readonly #onError: PlumblineOptions['onError'];
  readonly #onDrop: PlumblineOptions['onDrop'];
  readonly #onReject: PlumblineOptions['onReject'];
  readonly #told = new Set<string>();
  #calling = false;

  constructor(options: PlumblineOptions) {
    this.#onError = isHandler(options.onError) ? options.onError : consoleReporter();
    this.#onDrop = isHandler(options.onDrop) ? options.onDrop : undefined;
    this.#onReject = isHandler(options.onReject) ? options.onReject : undefined;
    for (const name of ['onError', 'onDrop', 'onReject'] as const) {
      if (options[name] != null && !isHandler(options[name])) this.error('invalid_config', `${name} is not a function`);
    }
  }

  error(code: ErrorCode, message: string, cause?: unknown): void {
    this.counts.errors++;
    this.#call(this.#onError, () => new PlumblineError(code, message, { cause }));
  }

  /** Counted always, told once for each name: a broken feature is broken in every event. */
  once(code: ErrorCode, name: string, message: string): void {
    const key = `${code} ${name}`;
    if (this.#told.has(key) || this.#told.size >= NAMES_MAX) {
      this.counts.errors++;
      return;
    }
    this.#told.add(key);
    this.error(code, `${name} ${message}`);
  }

  drop(kind: EventKind, reason: DropReason, line: string | undefined): void {
    this.counts.dropped++;
    this.#call(this.#onDrop, (): Drop => ({ kind, reason, event: parse(line) }));
  }

  /** `lines`: the batch that was sent. `count`: of refused events, of which a server names 10,000 at most. */
  rejections(kind: EventKind, rejected: readonly Refusal[], count: number, lines: readonly string[]): void {
    const first = rejected[0];
    if (!first) return;
    this.counts.rejected += count;
    if (!this.#onReject) {
      this.error(
        'rejected',
        `${count} of ${lines.length} ${kind}s refused; the first: ${first.code}: ${first.message}`,
      );
      return;
    }
    for (const { index, code, message, prediction_id } of rejected) {
      this.#call(this.#onReject, (): Rejection => {
        const event = parse(lines[index]);
        return { kind, code, message, predictionId: event?.prediction_id ?? prediction_id, event };
      });
    }
  }

  #call<T>(handler: ((value: T) => unknown) | undefined, value: () => T): void {
    if (!handler || this.#calling) return; // a handler that causes what it is told of would never come back
    this.#calling = true;
    try {
      const result = handler(value()) as PromiseLike<unknown> | undefined | null;
      if (typeof result?.then === 'function') result.then(undefined, () => undefined);
    } catch {
      // a broken handler must not break the user's request
    } finally {
      this.#calling = false;
    }
  }
}

/** One entry of `rejected` in the answer of the server. */
export interface Refusal {
  index: number;
  code: string;
  message: string;
  prediction_id?: string;
}

function parse(line: string | undefined): WireEvent | null {
  try {
    return line === undefined ? null : (JSON.parse(line) as WireEvent);
  } catch {
    return null;
  }
}

function isHandler(given: unknown): given is (value: unknown) => unknown {
  return typeof given === 'function';
}

function consoleReporter(): (error: PlumblineError) => void {
  const last = new Map<ErrorCode, number>();
  return (error) => {
    const before = last.get(error.code);
    if (before !== undefined && now() - before < REPEAT_MS) return;
    last.set(error.code, now());
    console.warn(`plumbline: ${error.code}: ${error.message}`);
  };
}
