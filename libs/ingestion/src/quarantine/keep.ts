import { type EventStore, jsonLines, storeTime } from '@plumbline/clickhouse';
import type { Logger } from '@plumbline/config';
import type { Rejection } from '@plumbline/contracts';
import { newId } from '@plumbline/control';
import type { Kind } from '../commit/writeFlush.js';

export type Rejected = { rejection: Rejection; model: string; body: string };

const BODY_MAX = 256 * 1024;
/** Many small requests with a rejected event each must not be many small inserts. */
const GATHER_MS = 20;
const ROWS_AT_ONCE = 5_000;

type Row = Record<string, unknown>;

/** Writes rejected events with their reason, a few requests together; they expire after 30 days. */
export class Quarantine {
  private rows: Row[] = [];
  private next: Promise<void> | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly log: Logger,
  ) {}

  /** Settles when they can be listed. Failing to keep them never fails the request that they came with. */
  async keep(projectId: string, kind: Kind, rejected: readonly Rejected[], nowMs: number): Promise<void> {
    if (rejected.length === 0) return;
    for (const { rejection, model, body } of rejected)
      this.rows.push({
        project: projectId,
        id: newId(),
        kind,
        model: model.slice(0, 128).toWellFormed(),
        prediction_id: (rejection.prediction_id ?? '').slice(0, 128).toWellFormed(),
        code: rejection.code,
        message: rejection.message.toWellFormed(),
        body: body.slice(0, BODY_MAX).toWellFormed(),
        received_at: storeTime(nowMs),
      });
    this.next ??= this.soon();
    await this.next;
  }

  private async soon(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    await this.last; // one insert at a time; what comes meanwhile goes with this one
    const { rows } = this;
    this.rows = [];
    this.next = undefined;
    this.last = this.write(rows);
    await this.last;
  }

  private async write(rows: readonly Row[]): Promise<void> {
    try {
      for (let i = 0; i < rows.length; i += ROWS_AT_ONCE)
        await this.store.insert('quarantine', jsonLines(rows.slice(i, i + ROWS_AT_ONCE)));
    } catch (error) {
      this.log.warn({ err: error, events: rows.length }, 'rejected events could not be kept in quarantine');
    }
  }
}
