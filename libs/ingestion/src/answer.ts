import { type IngestAnswer, PlumblineError, type Rejection } from '@plumbline/contracts';
import type { Refusal } from './check/refusal.js';
import type { Entry, Verdict } from './commit/groupCommit.js';
import { compare, type Said } from './dedup/compare.js';
import type { Row } from './encode/row.js';
import type { Rejected } from './quarantine/keep.js';
import type { Origin, Parsed } from './read/body.js';

/** An event of a body that waits for a row: its own, or the first one under its identity, which it repeats or contradicts (`again`). */
export type Waiting = { index: number; entry: Entry; again?: Said; origin: Origin };

const CONFLICT =
  'Another payload is already stored under this model, version and prediction_id; the first one stays. Use a new prediction_id.';
const UNSTORABLE = 'The store refused this event; it is kept in quarantine.';
const ID_SHOWN = 128;

/** Collects what becomes of the events of one body. */
export class Answer {
  private accepted = 0;
  private duplicates = 0;
  readonly rejected: Rejected[] = [];
  private readonly waiting: Waiting[] = [];

  constructor(private readonly shownMax: number) {}

  waitFor(waiting: Waiting): void {
    this.waiting.push(waiting);
  }
  duplicate(): void {
    this.duplicates++;
  }
  conflict(index: number, row: Row, origin: Origin): void {
    this.reject({ index, prediction_id: row.predictionId, code: 'conflict', message: CONFLICT }, row.model, origin);
  }
  refuse(index: number, { code, message }: Refusal, parsed: Parsed): void {
    const event = parsed.ok && typeof parsed.event === 'object' && parsed.event !== null ? parsed.event : {};
    const { prediction_id: id, model } = event as Record<string, unknown>;
    const shown = typeof id === 'string' && id !== '' ? { prediction_id: id.slice(0, ID_SHOWN) } : {};
    this.reject({ index, ...shown, code, message }, typeof model === 'string' ? model : '', parsed.origin);
  }

  /** Turns entries into verdicts, now that every flush they waited for has ended. */
  settle(): IngestAnswer {
    for (const waiting of this.waiting) {
      const { index, origin } = waiting;
      const { row } = waiting.entry;
      const verdict = verdictOf(waiting);
      if (verdict === 'accepted') this.accepted++;
      else if (verdict === 'duplicate') this.duplicates++;
      else if (verdict === 'conflict') this.conflict(index, row, origin);
      else {
        const rejection = { index, prediction_id: row.predictionId, code: verdict, message: UNSTORABLE };
        this.reject(rejection, row.model, origin);
      }
    }
    const rejected = this.rejected.map((r) => r.rejection).sort((a, b) => a.index - b.index);
    const cut = rejected.length > this.shownMax ? { rejected_total: rejected.length } : {};
    return {
      accepted: this.accepted,
      duplicates: this.duplicates,
      rejected: rejected.slice(0, this.shownMax),
      ...cut,
    };
  }

  /** How many events were refused, by code. */
  codes(): Map<string, number> {
    const codes = new Map<string, number>();
    for (const { rejection } of this.rejected) codes.set(rejection.code, (codes.get(rejection.code) ?? 0) + 1);
    return codes;
  }

  private reject(rejection: Rejection, model: string, origin: Origin): void {
    this.rejected.push({ rejection, model, body: origin.text() });
  }
}

/** What becomes of an event, now that the flush has ended which holds the row that it waited for. */
function verdictOf({ entry: { verdict, row, known }, again }: Waiting): Verdict {
  if (!verdict) throw new PlumblineError('internal', 'A flush ended without a verdict for one of its events.');
  if (!again) return verdict;
  // If an earlier copy of that row was stored already, that one counts.
  if (compare(again, known ?? row) === 'conflict') return 'conflict';
  return verdict === 'unstorable' ? 'unstorable' : 'duplicate';
}
