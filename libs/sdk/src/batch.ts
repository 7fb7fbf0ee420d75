import { byteLength } from './runtime.js';
import type { Ref, Spool } from './spool.js';
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
  /** When the request that is under way has to have ended, whatever became of its timer. */
  overdueAt = Number.POSITIVE_INFINITY;
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

/** NDJSON: every event one line, and the last one ended too. */
export function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** For a server that finds the batch too large; on disk they stay where they are. */
export function halvesOf(batch: Batch, lines: readonly string[], spool: Spool | undefined): [Batch, Batch] {
  const middle = Math.ceil(lines.length / 2);
  const size = byteLength(textOf(lines.slice(0, middle)));
  const refs: (Ref | undefined)[] = batch.ref && spool ? spool.split(batch.ref, size) : [];
  const half = (part: string[], bytes: number, ref: Ref | undefined) =>
    new Batch(batch.kind, part, part.length, bytes, batch.epoch, ref);
  return [half(lines.slice(0, middle), size, refs[0]), half(lines.slice(middle), batch.bytes - size, refs[1])];
}
