import type { JobName, Jobs } from '@plumbline/queue';
import type { Context } from '@plumbline/runtime';
import { countDirty } from '@plumbline/windows';
import { Horizon } from '../horizon.js';
import { keyOf, News, type OfModel } from '../news.js';
import { Hold, type Pace } from '../pace.js';

/** This many windows to compute at once are a backfill or a burst of late labels: what a monitor sees meanwhile is half of it. */
export const BURST_WINDOWS = 4;
/** A burst is over when there was none for this long: between two goes of a backfill nothing is marked. */
const QUIET_MS = 6_000;
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
  /** So many windows of the model were just computed. */
  noteBurst: (of: OfModel) => void;
};

export function beginShift(context: Context, stopping: () => boolean): Shift {
  const settling = new Hold(SETTLE_MS, QUIET_MS);
  const noteBurst = (of: OfModel) => settling.note(keyOf(of));
  const bursting = async (of: OfModel) => {
    if ((await countDirty(context.control.db, of.projectId, of.model)) >= BURST_WINDOWS) noteBurst(of);
    return settling.holds(keyOf(of));
  };
  return { context, stopping, horizon: new Horizon(), news: new News(), bursting, noteBurst };
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
