/** The two kinds of events; each has its own address and its own batches. */
export type EventKind = 'prediction' | 'outcome';

/** A point in time: a `Date`, epoch **milliseconds**, or ISO-8601 text with a zone. */
export type Time = Date | number | string;

export type Label = string | number | boolean;

/** What the model answered; at least one of the four. */
export interface PredictionValue {
  /** Probability of the positive class (binary). */
  score?: number | null;
  /** Probability of every class (multiclass). */
  scores?: Readonly<Record<string, number>>;
  /** The decision. Left out, it is `score >= decision_threshold` on the server. */
  class?: Label;
  /** The number predicted (regression). */
  value?: number | null;
}

export interface PredictionInput {
  /** Default: `model` of the client. */
  model?: string;
  /** 1–128 characters, yours or none: a UUIDv7 is made then. `id` is the same thing, shorter. */
  predictionId?: string;
  id?: string;
  /** When it was predicted; default: now. */
  ts?: Time;
  /** Default: `version` of the client. */
  version?: string;
  /**
   * Model inputs by name: number, string, boolean, null, nested objects (flattened with `.` by the server), arrays of numbers.
   * Copied during the call, so it may be changed afterwards.
   */
  features: object;
  prediction: PredictionValue;
  /** For slicing, not model input. Numbers and booleans become text. */
  tags?: Readonly<Record<string, string | number | boolean | null | undefined>>;
  latencyMs?: number;
}

export interface OutcomeInput {
  model?: string;
  predictionId: string;
  /** What turned out to be true. */
  label: Label;
  /** When it became known; default: now. */
  ts?: Time;
  /** When the prediction was made, if you know it: the join is faster. */
  predictionTs?: Time;
}

/** An event as it is sent, see the API page. */
export interface WireEvent {
  model: string;
  prediction_id: string;
  ts: string;
  [field: string]: unknown;
}

/** Closed list; `docs/sdk-typescript.md` says what to do about each. */
export const ERROR_CODES = [
  'invalid_config',
  'invalid_event',
  'non_finite_feature',
  'unsupported_feature',
  'queue_full',
  'unreachable',
  'rate_limited',
  'server_error',
  'bad_answer',
  'unauthorized',
  'wrong_address',
  'refused',
  'too_large',
  'rejected',
  'retries_exhausted',
  'closed',
  'spool',
  'spool_full',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Why events were lost. */
export const DROP_REASONS = [
  'invalid_event',
  'invalid_config',
  'queue_full',
  'refused',
  'too_large',
  'retries_exhausted',
  'closed',
  'spool',
  'internal',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export interface Drop {
  kind: EventKind;
  reason: DropReason;
  /** `null` when the event could not even be built. */
  event: WireEvent | null;
}

/** One event that the server refused, with its reason. It is also in the quarantine of the server. */
export interface Rejection {
  kind: EventKind;
  code: string;
  message: string;
  predictionId: string | undefined;
  event: WireEvent | null;
}

export interface FlushResult {
  /** Acknowledged by the server meanwhile; events that it knew already count too. */
  delivered: number;
  /** Refused one by one by the server meanwhile. */
  rejected: number;
  /** Not acknowledged yet, in memory or in the spool. */
  pending: number;
}

/** Counts of events, except `retried` (requests) and `errors` (occurrences). */
export interface Stats {
  /** Now waiting for an acknowledgement: in memory, under way or in the spool. */
  queued: number;
  /** Put on the wire; a repeated request does not count again. */
  sent: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  dropped: number;
  retried: number;
  errors: number;
  /** Of `queued`, those that are on disk. */
  spooled: number;
}

/** The part of `fetch` that is used; the global one and most others fit. */
export interface FetchInit {
  method?: string;
  headers?: unknown;
  body?: unknown;
  redirect?: unknown;
  signal?: unknown;
}
export interface FetchAnswer {
  status: number;
  headers: { get(name: string): string | null };
  /** A `ReadableStream`, if there is one: then an answer without end is cut off. */
  body?: unknown;
  text(): Promise<string>;
}

export interface SpoolOptions {
  /** One directory for one project of one server; several processes may share it. */
  dir: string;
  /** Default 256 MiB. */
  maxBytes?: number;
}

export interface PlumblineOptions {
  /** Base URL of the server; default `PLUMBLINE_URL`. */
  url?: string;
  /** A key with scope `ingest`; default `PLUMBLINE_API_KEY`. */
  apiKey?: string;
  /** For events that name none. */
  model?: string;
  version?: string;
  /** Events in a request. Default 500. */
  batchSize?: number;
  /** Bytes of a request before compression. Default 1 MiB; one larger event travels alone. */
  batchBytes?: number;
  /** How long an event waits for company. Default 1000. */
  flushIntervalMs?: number;
  /** Events held in memory; beyond it the newest are dropped. Default 50,000. */
  queueMax?: number;
  /** The same in bytes. Default 128 MiB. */
  queueBytesMax?: number;
  /** Of one request. Default 10,000. */
  timeoutMs?: number;
  /** Tries of one batch after the first. Default 100: about 25 minutes. Does not count for batches in the spool. */
  retriesMax?: number;
  /** Back-off: full jitter below `retryBaseMs * 2^n`, at most `retryCapMs`. Defaults 500 and 30,000. */
  retryBaseMs?: number;
  retryCapMs?: number;
  gzip?: boolean;
  /** Keep undelivered events on disk (Node.js only). */
  spool?: SpoolOptions;
  /** Default: a line on `console.warn`, at most one a minute for each code. */
  onError?: (error: PlumblineError) => void;
  onDrop?: (drop: Drop) => void;
  onReject?: (rejection: Rejection) => void;
  /** Check and count events, send and store nothing. */
  dryRun?: boolean;
  /** Instead of the global `fetch`. */
  fetch?(url: string, init?: FetchInit): Promise<FetchAnswer>;
  /** Deliver at `beforeExit`, SIGTERM and SIGINT. Default true. */
  shutdownSignals?: boolean;
}

/** Never thrown into your code, only given to `onError`. */
export class PlumblineError extends Error {
  override readonly name = 'PlumblineError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message);
    if (options?.cause !== undefined) this.cause = options.cause;
  }
}
