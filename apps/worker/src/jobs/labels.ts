import { withLease } from '@plumbline/control';
import { compareIdentities, joinModel } from '@plumbline/labels';
import type { Handlers } from '@plumbline/queue';
import { afterJoin } from '../afterJoin.js';
import { keyOf } from '../news.js';
import { Pace } from '../pace.js';
import { isTurn, type Shift, SOON_MS } from './shift.js';

/** Rows of hours before that change what monitors would have said in the past. */
const LATE_MS = 2 * 3_600_000;
/** Labels without a usable hint are sought among all ids of the model, so joining rests. */
const JOIN_REST_FACTOR = 2;
/** Comparing identities reads the ids of all rows of a model: it may cost a twentieth of a core. */
const COMPARE_REST_FACTOR = 20;
const COMPARE_REST_OF_ALL = 10;
const COMPARE_AFTER_MS = 5_000;

/** Rows that arrived become part of their model: joined, and held against all that came before. */
export function labelJobs(shift: Shift): Pick<Handlers, 'join' | 'compare'> {
  const { context, stopping, horizon, news } = shift;
  const { store, control, queue, log, instance } = context;
  const { db } = control;
  const joinPace = new Pace(JOIN_REST_FACTOR);
  const comparePace = new Pace(COMPARE_REST_FACTOR, COMPARE_REST_OF_ALL);

  return {
    async join({ projectId, model }) {
      const of = { projectId, model };
      const key = keyOf(of);
      if (!(await isTurn(shift, { name: 'join', of, pace: joinPace }))) return;
      const mine = await withLease(db, `join:${projectId}:${model}`, instance, async () => {
        for (let more = true; more && !stopping(); ) {
          const startedMs = Date.now();
          const since = horizon.since(`join~${key}`);
          const joined = await joinPace.run(key, () =>
            joinModel(
              store,
              projectId,
              model,
              startedMs,
              (j) => {
                if (j.hours.some((hour) => hour < startedMs - LATE_MS)) news.changedPast(of);
                return afterJoin(context, projectId, model, j);
              },
              since,
            ),
          );
          if (!joined.more) horizon.saw(`join~${key}`, since, startedMs);
          if (joined.batches === 0) break;
          news.came(of, joined.predictionRows + joined.outcomeRows);
          await queue.ask('windows', of, SOON_MS);
          if (joined.predictionRows > 0) await queue.ask('compare', of, COMPARE_AFTER_MS);
          more = joined.more;
          // What is joined so late may lie before what comparing has seen.
          if (more) horizon.forget(`compare~${key}`);
        }
        return true;
      });
      if (!mine) await queue.ask('join', of, SOON_MS);
    },

    async compare({ projectId, model }) {
      const of = { projectId, model };
      const key = keyOf(of);
      if (!(await isTurn(shift, { name: 'compare', of, pace: comparePace }))) return;
      const startedMs = Date.now();
      const since = horizon.since(`compare~${key}`);
      const compared = await withLease(db, `compare:${projectId}:${model}`, instance, () =>
        comparePace.run(key, () =>
          compareIdentities(store, projectId, model, startedMs, {
            onChange: (hours) => afterJoin(context, projectId, model, { hours, liveAtMs: null }),
            sinceMs: since,
            exclusively: (work) => withLease(db, `join:${projectId}:${model}`, instance, work),
          }),
        ),
      );
      if (!compared) return;
      if (!compared.more) horizon.saw(`compare~${key}`, since, startedMs);
      if (compared.duplicates + compared.conflicts > 0) {
        const { duplicates, conflicts } = compared;
        log.info({ model, duplicates, conflicts }, 'repeated identities were put right');
        await queue.ask('windows', of, SOON_MS);
      }
      if (compared.more) await queue.ask('compare', of, COMPARE_AFTER_MS);
    },
  };
}
