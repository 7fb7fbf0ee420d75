import type { JobName, Jobs } from '@plumbline/queue';
import type { Context } from '@plumbline/runtime';
import { countDirty } from '@plumbline/windows';
import { Horizon } from '../horizon.js';
import { keyOf, News, type OfModel } from '../news.js';
import { Hold, type Pace } from '../pace.js';

/** This many windows to compute at once are a backfill or a burst of late labels: what a monitor sees meanwhile is half of it. */
const BURST_WINDOWS = 4;
/** How long a burst holds back what looks at whole windows. */
export const SETTLE_MS = 30_000;
/** When work that was just made possible is asked for. */
export const SOON_MS = 1_600;

type ModelJob = { [N in JobName]: Jobs[N] extends OfModel ? N : never }[JobName];

/** What all jobs of a process know. Once `stopping`, long lists are left where they stand. */
export type Shift = {
  context: Context;
  stopping: () => boolean;
  horizon: Horizon;
  news: News;
  /** Are so many windows of the model to be computed that whoever looks at them should wait? */
  bursting: (of: OfModel) => Promise<boolean>;
};

export function beginShift(context: Context, stopping: () => boolean): Shift {
  const settling = new Hold(SETTLE_MS);
  const bursting = async (of: OfModel) =>
    settling.holds(keyOf(of), (await countDirty(context.control.db, of.projectId, of.model)) >= BURST_WINDOWS);
  return { context, stopping, horizon: new Horizon(), news: new News(), bursting };
}

/**
 * Is it the turn of the model? While it rests from the last time, or a burst of its windows goes on (looked at if `burstMs` is given), it
 * is not, and the job is asked for again.
 */
export async function isTurn(
  { context, bursting }: Shift,
  job: { name: ModelJob; of: OfModel; pace: Pace; burstMs?: number },
): Promise<boolean> {
  const { name, of, pace, burstMs } = job;
  const waitMs = burstMs !== undefined && (await bursting(of)) ? burstMs : pace.waitMs(keyOf(of));
  if (waitMs > 0) await context.queue.ask(name, { projectId: of.projectId, model: of.model }, waitMs);
  return waitMs <= 0;
}
