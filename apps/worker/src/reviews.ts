import { findModelRow, modelContext, withLease } from '@plumbline/control';
import { given, type Ingest, openIngest } from '@plumbline/ingestion';
import {
  labelsToWithdraw,
  type RejectedOutcome,
  type ReviewOutcome,
  SOURCE,
  sendLabels,
  withdrawLabels,
} from '@plumbline/reviews';
import type { Context } from '@plumbline/runtime';
import { markDirty } from '@plumbline/windows';

/** Labels are few: what memory does not know is looked up. */
const REMEMBERED = 1_000;
const SOON_MS = 250;
const WINDOWS_MS = 1_600;

/** The way in for labels of reviewers: the same as for all outcomes. Opened with the first of them. */
export class ReviewIngest {
  private opened: Promise<Ingest> | undefined;
  constructor(private readonly context: Context) {}

  /** Settles when all that tells of these outcomes is written, so that nothing of them comes after what is done to them next. Answers with those that were rejected. */
  async take(projectId: string, outcomes: readonly ReviewOutcome[]): Promise<readonly RejectedOutcome[]> {
    this.opened ??= this.open();
    const ingest = await this.opened;
    const answer = await ingest.take('outcomes', { projectId, keyId: SOURCE }, once(outcomes.map(given)), {
      source: SOURCE,
    });
    await ingest.recorded();
    if (answer.rejected.length > 0)
      this.context.log.warn({ rejected: answer.rejected.slice(0, 10) }, 'labels of reviewers were rejected');
    return answer.rejected;
  }

  async close(): Promise<void> {
    await (await this.opened)?.close();
  }

  private open(): Promise<Ingest> {
    const { store, control, config, log, queue } = this.context;
    const opening = openIngest({
      store,
      db: control.db,
      config: { ...config, PLUMBLINE_DEDUP_EVENTS: REMEMBERED },
      log,
      onCommitted: (_kind, models) => {
        for (const { projectId, model } of models) void queue.ask('join', { projectId, model }, SOON_MS);
      },
    });
    opening.catch(() => {
      this.opened = undefined; // the next label tries again
    });
    return opening;
  }
}

async function* once<T>(items: T[]): AsyncGenerator<T[]> {
  yield items;
}

/** Sends labels that are due, and takes those back that were undone, unless another process is at it. */
export async function settleReviews(
  { store, control: { db }, queue, instance }: Context,
  ingest: ReviewIngest,
  projectId: string,
  model: string,
): Promise<void> {
  const wait = await withLease(db, `reviews:${projectId}:${model}`, instance, async () => {
    const take = (outcomes: ReviewOutcome[]) => ingest.take(projectId, outcomes);
    const { waitMs } = await sendLabels(db, projectId, model, take, Date.now());
    const gone = await labelsToWithdraw(db, projectId, model);
    if (gone.length === 0) return waitMs;
    const changed = async (hours: number[]) => {
      const row = await findModelRow(db, projectId, model);
      if (row) await markDirty(db, modelContext(row), hours, Date.now());
    };
    // The join may be writing them at this moment.
    const withdrawn = await withLease(db, `join:${projectId}:${model}`, instance, async () => {
      await withdrawLabels(store, db, gone, changed);
      return true;
    });
    if (!withdrawn) return SOON_MS;
    await queue.ask('windows', { projectId, model }, WINDOWS_MS);
    return waitMs;
  });
  if (typeof wait === 'number') await queue.ask('reviews', { projectId, model }, Math.max(SOON_MS, wait));
}
