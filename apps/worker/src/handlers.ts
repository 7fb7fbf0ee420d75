import { createDeliverer } from '@plumbline/alerts';
import type { Handlers } from '@plumbline/queue';
import { type Context, consoleUrl } from '@plumbline/runtime';
import { writeExports } from './exports.js';
import { labelJobs } from './jobs/labels.js';
import { monitorJobs } from './jobs/monitors.js';
import { reconcileJob } from './jobs/reconcile.js';
import { beginShift } from './jobs/shift.js';
import { windowJobs } from './jobs/windows.js';
import { ReviewIngest, settleReviews } from './reviews.js';

/** How long a job waits for vendors; what takes longer goes on beside it. */
const SEND_WITHIN_MS = 1_000;

/**
 * What the worker does for each kind of job. Every handler finds its work in the stores and may run twice, late or not at
 * all for a while: `reconcile` looks for everything that is due. Once `stopping`, long lists are left where they stand.
 */
export function createHandlers(
  context: Context,
  stopping: () => boolean = () => false,
  reviewIngest: ReviewIngest = new ReviewIngest(context),
): Handlers {
  const { control, queue, log, config, secrets } = context;
  const shift = beginShift(context, stopping);
  const deliverer = createDeliverer({
    db: control.db,
    secrets,
    log,
    consoleUrl: consoleUrl(config),
    allowPrivate: config.PLUMBLINE_ALLOW_PRIVATE_TARGETS,
  });

  return {
    ...labelJobs(shift),
    ...windowJobs(shift),
    ...monitorJobs(shift),
    ...reconcileJob(shift),

    async exports({ projectId, model }) {
      if (!stopping()) await writeExports(context, projectId, model, stopping);
    },

    async reviews({ projectId, model }) {
      if (!stopping()) await settleReviews(context, reviewIngest, projectId, model);
    },

    async deliver() {
      const { waitMs } = await deliverer.startDue(SEND_WITHIN_MS);
      if (waitMs !== null && waitMs <= SEND_WITHIN_MS) await queue.ask('deliver', {}, waitMs);
    },
  };
}
