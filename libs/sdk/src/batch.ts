import type { Ref } from './spool.js';
import type { EventKind } from './types.js';

export interface Body {
  bytes: string | Uint8Array;
  encoding: 'gzip' | undefined;
}

/** Events that travel together. Every try sends the same bytes, so that the server can tell a repetition. */
export class Batch {
  /** Requests made with it, whatever came of them. */
  requests = 0;
  /** Those that failed for a reason that may pass. */
  failures = 0;
  /** Not before this time (clock of `now`). */
  retryAt = 0;
  /** Being written to the spool. */
  storing = false;
  body: Body | undefined;

  constructor(
    readonly kind: EventKind,
    /** `undefined`: only on disk at the moment. */
    public lines: string[] | undefined,
    readonly count: number,
    readonly bytes: number,
    /** The number of flushes begun when it was made: a flush waits for its own and older ones. */
    readonly epoch: number,
    public ref?: Ref,
  ) {}
}
