import { createDeliverer, modelsToExplain } from '@plumbline/alerts';
import { groupBy } from '@plumbline/contracts';
import { findModelRow, type ModelContext, modelContext, withLease } from '@plumbline/control';
import { expireExports, waitingExports } from '@plumbline/exports';
import {
  adoptBatches,
  compareIdentities,
  joinModel,
  modelsToCompare,
  modelsWithPendingBatches,
} from '@plumbline/labels';
import { dueMonitors, type MonitorRow, monitorsOfModel } from '@plumbline/monitors';
import type { Handlers } from '@plumbline/queue';
import { modelsWithLabels } from '@plumbline/reviews';
import { type Context, consoleUrl } from '@plumbline/runtime';
import {
  clearDirty,
  countDirty,
  dueWindows,
  estimatorsOf,
  markRipe,
  modelsWithDueWindows,
  recomputeWindows,
} from '@plumbline/windows';
import pLimit from 'p-limit';
import { afterJoin } from './afterJoin.js';
import { lookAt, lookBack } from './evaluate.js';
import { explainModel } from './explain/explainModel.js';
import { writeExports } from './exports.js';
import { Horizon } from './horizon.js';
import { Hold, Pace } from './pace.js';
import { createProbes } from './probes.js';
import { modelsWithReferences, profileHours } from './profileHours.js';
import { retain } from './retain.js';
import { review } from './review.js';
import { ReviewIngest, settleReviews } from './reviews.js';
import { searchNext } from './slices/searchNext.js';

const SOON_MS = 1_600;
/** How long a job waits for vendors; what takes longer goes on beside it. */
const SEND_WITHIN_MS = 1_000;
const HOUR_MS = 3_600_000;
/** This many windows to compute at once are a backfill or a burst of late labels: what a monitor sees meanwhile is half of it. */
const BURST_WINDOWS = 4;
const SETTLE_MS = 30_000;
/** New rows and labels of a model after which its monitors look again before they are due. */
const ROWS_MATERIAL = 20;
/** Rows of hours before that change what monitors would have said in the past. */
const LATE_MS = 2 * HOUR_MS;
/** Models whose monitors are looked at side by side: while one waits for a store, another is thought about. */
const MODELS_AT_ONCE = 2;
/** How much longer a model rests from a kind of work than it took: by itself, and with all others that have it too. */
const REST_FACTOR = 5;
const REST_OF_ALL = 4;
/** Labels without a usable hint are sought among all ids of the model, so joining rests too. */
const JOIN_REST_FACTOR = 2;
/** Comparing identities reads the ids of all rows of a model: it may cost a twentieth of a core. */
const COMPARE_REST_FACTOR = 20;
const COMPARE_REST_OF_ALL = 10;
const COMPARE_AFTER_MS = 5_000;
/** Verdicts of the past are reviewed when what changed has settled, at a twentieth of a core. */
const REVIEW_REST_FACTOR = 20;
const REVIEW_REST_OF_ALL = 10;
const REVIEW_AFTER_MS = 5_000;
const RETENTION_EVERY_MS = 3_600_000;
/** Mature windows are searched when nothing else is urgent, at a twentieth of a core. */
const SLICES_REST_FACTOR = 20;
const SLICES_REST_OF_ALL = 20;
const SLICES_AFTER_MS = 10_000;
/** Incidents are explained at a fifth of a core, all together. */
const EXPLAIN_REST_FACTOR = 2;
const EXPLAIN_REST_OF_ALL = 5;
/** Hours are profiled when they are over, at a tenth of a core. */
const PROFILE_REST_FACTOR = 10;
const PROFILE_REST_OF_ALL = 4;
const PROFILE_AFTER_MS = 5_000;
/** Now and then all of the past is looked through for rows that came late. */
const PROFILE_ALL_EVERY_MS = 600_000;
const PROFILE_BACK_MS = 8 * 86_400_000;
/** Waiting alone makes windows final, and hours over. */
const RIPEN_EVERY_MS = 600_000;
const ADOPT_EVERY_MS = 30_000;
const ADOPT_WITHIN_MS = 2 * 86_400_000;

/**
 * What the worker does for each kind of job. Every handler finds its work in the stores and may run twice, late or not at
 * all for a while: `reconcile` looks for everything that is due. Once `stopping`, long lists are left where they stand.
 */
export function createHandlers(
  context: Context,
  stopping: () => boolean = () => false,
  reviewIngest: ReviewIngest = new ReviewIngest(context),
): Handlers {
  const { store, control, queue, log, config, live, instance } = context;
  const { db } = control;
  const probes = createProbes(store, db);
  const deliverer = createDeliverer({
    db,
    secrets: context.secrets,
    log,
    consoleUrl: consoleUrl(config),
    allowPrivate: config.PLUMBLINE_ALLOW_PRIVATE_TARGETS,
  });
  /** When the past of a model's monitors was last found to say something; a stream of late labels must not repeat it all the time. */
  const lookedBack = new Map<string, number>();
  /** Models whose past changed since, and those that this process knows of: what changed before it started may not have been looked at. */
  const changedBack = new Set<string>();
  const knownBack = new Set<string>();

  const windowsPace = new Pace(REST_FACTOR, REST_OF_ALL);
  const looksPace = new Pace(REST_FACTOR, REST_OF_ALL);
  const joinPace = new Pace(JOIN_REST_FACTOR);
  const comparePace = new Pace(COMPARE_REST_FACTOR, COMPARE_REST_OF_ALL);
  const reviewPace = new Pace(REVIEW_REST_FACTOR, REVIEW_REST_OF_ALL);
  const slicesPace = new Pace(SLICES_REST_FACTOR, SLICES_REST_OF_ALL);
  const explainPace = new Pace(EXPLAIN_REST_FACTOR, EXPLAIN_REST_OF_ALL);
  const profilesPace = new Pace(PROFILE_REST_FACTOR, PROFILE_REST_OF_ALL);
  const horizon = new Horizon();
  const profiledAll = new Map<string, number>();
  let retainedAtMs = 0;
  let ripenedAtMs = 0;
  let adoptedAtMs = 0;
  const settling = new Hold(SETTLE_MS);
  const newRows = new Map<string, number>();
  const keyOf = (projectId: string, model: string) => `${projectId}~${model}`;
  const news = ({ projectId, model }: MonitorRow) => newRows.get(keyOf(projectId, model)) ?? 0;
  const bursting = async (projectId: string, model: string) =>
    settling.holds(keyOf(projectId, model), (await countDirty(db, projectId, model)) >= BURST_WINDOWS);

  /** Works with the monitors of a model, unless somebody else does. */
  const looking = (projectId: string, model: string, work: () => Promise<void>) =>
    withLease(db, `evaluate:${projectId}:${model}`, instance, async () => {
      await work();
      return true;
    });

  const lookBackAgain = async (ctx: ModelContext, rows: readonly MonitorRow[]) => {
    const { projectId, model } = ctx;
    const key = keyOf(projectId, model);
    if (knownBack.has(key) && !changedBack.has(key)) return;
    const restMs = (lookedBack.get(key) ?? 0) + HOUR_MS - Date.now();
    if (restMs > 0) return queue.ask('look', { projectId, model }, restMs);
    knownBack.add(key);
    changedBack.delete(key);
    if ((await lookBack(context, probes, rows, ctx, Date.now(), stopping)) > 0) lookedBack.set(key, Date.now());
  };

  return {
    async join({ projectId, model }) {
      const key = keyOf(projectId, model);
      const waitMs = joinPace.waitMs(key);
      if (waitMs > 0) return queue.ask('join', { projectId, model }, waitMs);
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
                if (j.hours.some((hour) => hour < startedMs - LATE_MS)) changedBack.add(key);
                return afterJoin(context, projectId, model, j);
              },
              since,
            ),
          );
          if (!joined.more) horizon.saw(`join~${key}`, since, startedMs);
          if (joined.batches === 0) break;
          newRows.set(key, (newRows.get(key) ?? 0) + joined.predictionRows + joined.outcomeRows);
          await queue.ask('windows', { projectId, model }, SOON_MS);
          if (joined.predictionRows > 0) await queue.ask('compare', { projectId, model }, COMPARE_AFTER_MS);
          more = joined.more;
        }
        return true;
      });
      if (!mine) await queue.ask('join', { projectId, model }, SOON_MS);
    },

    async compare({ projectId, model }) {
      const key = keyOf(projectId, model);
      const waitMs = comparePace.waitMs(key);
      if (waitMs > 0) return queue.ask('compare', { projectId, model }, waitMs);
      const startedMs = Date.now();
      const since = horizon.since(`compare~${key}`);
      const compared = await withLease(db, `compare:${projectId}:${model}`, instance, () =>
        comparePace.run(key, () =>
          compareIdentities(store, projectId, model, startedMs, {
            beforeDone: (hours) => afterJoin(context, projectId, model, { hours, liveAtMs: null }),
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
        await queue.ask('windows', { projectId, model }, SOON_MS);
      }
      if (compared.more) await queue.ask('compare', { projectId, model }, COMPARE_AFTER_MS);
    },

    async windows({ projectId, model }) {
      const key = keyOf(projectId, model);
      const waitMs = windowsPace.waitMs(key);
      if (waitMs > 0) return queue.ask('windows', { projectId, model }, waitMs);
      await withLease(db, `windows:${projectId}:${model}`, instance, async () => {
        const row = await findModelRow(db, projectId, model);
        if (!row) return;
        const nowMs = Date.now();
        const due = await dueWindows(db, projectId, model, nowMs);
        if (due.starts.length === 0) return;
        const ctx = modelContext(row);
        await windowsPace.run(key, () =>
          recomputeWindows(store, ctx, due.starts, nowMs, { estimators: estimatorsOf(store, db, ctx), stopping }),
        );
        if (stopping()) return; // they stay marked
        await clearDirty(db, projectId, model, due);
        await live.publish({ projectId, type: 'window', model });
        if ((newRows.get(key) ?? ROWS_MATERIAL) >= ROWS_MATERIAL) await queue.ask('look', { projectId, model });
        await queue.ask('review', { projectId, model }, REVIEW_AFTER_MS);
        await queue.ask('profiles', { projectId, model }, PROFILE_AFTER_MS);
        await queue.ask('slices', { projectId, model }, SLICES_AFTER_MS);
      });
    },

    async profiles({ projectId, model }) {
      const key = keyOf(projectId, model);
      const waitMs = (await bursting(projectId, model)) ? SETTLE_MS : profilesPace.waitMs(key);
      if (waitMs > 0) return queue.ask('profiles', { projectId, model }, waitMs);
      const row = await findModelRow(db, projectId, model);
      if (!row) return;
      const nowMs = Date.now();
      const all = nowMs - (profiledAll.get(key) ?? 0) > PROFILE_ALL_EVERY_MS;
      const kept = await withLease(db, `profiles:${projectId}:${model}`, instance, () =>
        profilesPace.run(key, () =>
          profileHours(context, modelContext(row), nowMs, { sinceMs: all ? 0 : nowMs - PROFILE_BACK_MS, stopping }),
        ),
      );
      if (kept && all && !kept.more) profiledAll.set(key, nowMs);
      if (kept?.more) await queue.ask('profiles', { projectId, model }, PROFILE_AFTER_MS);
    },

    async review({ projectId, model }) {
      const key = keyOf(projectId, model);
      const waitMs = (await bursting(projectId, model)) ? SETTLE_MS : reviewPace.waitMs(key);
      if (waitMs > 0) return queue.ask('review', { projectId, model }, waitMs);
      const row = await findModelRow(db, projectId, model);
      if (row) await reviewPace.run(key, () => review(context, probes, modelContext(row), Date.now(), stopping));
    },

    async slices({ projectId, model }) {
      const key = keyOf(projectId, model);
      const waitMs = (await bursting(projectId, model)) ? SETTLE_MS : slicesPace.waitMs(key);
      if (waitMs > 0) return queue.ask('slices', { projectId, model }, waitMs);
      const row = await findModelRow(db, projectId, model);
      if (!row) return;
      const searched = await withLease(db, `slices:${projectId}:${model}`, instance, () =>
        slicesPace.run(key, () => searchNext(context, modelContext(row), Date.now())),
      );
      if (searched?.more) await queue.ask('slices', { projectId, model }, SLICES_AFTER_MS);
    },

    async explain({ projectId, model }) {
      const key = keyOf(projectId, model);
      const waitMs = explainPace.waitMs(key);
      if (waitMs > 0) return queue.ask('explain', { projectId, model }, waitMs);
      const row = await findModelRow(db, projectId, model);
      if (!row) return;
      await withLease(db, `explain:${projectId}:${model}`, instance, () =>
        explainPace.run(key, () => explainModel(context, modelContext(row), stopping)),
      );
    },

    async evaluate() {
      const due = groupBy(await dueMonitors(db, Date.now()), (row) => keyOf(row.projectId, row.model));
      // Where the most has happened something is the likeliest to be wrong.
      const order = [...due.values()].sort((a, b) => news(b[0]!) - news(a[0]!));
      const limit = pLimit(MODELS_AT_ONCE);
      const lookAtModel = async (rows: readonly MonitorRow[]) => {
        const { projectId, model } = rows[0]!;
        if (stopping() || (await bursting(projectId, model))) return;
        await looking(projectId, model, async () => void (await lookAt(context, probes, rows, Date.now())));
      };
      await Promise.all(order.map((rows) => limit(() => lookAtModel(rows))));
    },

    /** Rows or labels changed what monitors saw: they look before they are due, and over the past at most once an hour. */
    async look({ projectId, model }) {
      const key = keyOf(projectId, model);
      const waitMs = (await bursting(projectId, model)) ? SOON_MS : looksPace.waitMs(key);
      if (waitMs > 0) return queue.ask('look', { projectId, model }, waitMs);
      const modelRow = await findModelRow(db, projectId, model);
      const rows = await monitorsOfModel(db, projectId, model);
      if (!modelRow || rows.length === 0) return;
      const looked = await looking(projectId, model, () =>
        looksPace.run(key, async () => {
          newRows.delete(key);
          if (!stopping()) await lookAt(context, probes, rows, Date.now());
          if (!stopping()) await lookBackAgain(modelContext(modelRow), rows);
        }),
      );
      if (!looked) await queue.ask('look', { projectId, model }, SOON_MS);
    },

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

    async reconcile() {
      const nowMs = Date.now();
      if (nowMs - adoptedAtMs >= ADOPT_EVERY_MS) {
        adoptedAtMs = nowMs;
        const since = horizon.since('adopt');
        await withLease(db, 'adopt', instance, () =>
          adoptBatches(store, nowMs, Math.max(since, nowMs - ADOPT_WITHIN_MS)),
        );
        horizon.saw('adopt', since, nowMs);
      }
      for (const { name, find } of [
        { name: 'join', find: modelsWithPendingBatches },
        { name: 'compare', find: modelsToCompare },
      ] as const) {
        const since = horizon.since(name);
        const waiting = await find(store, since);
        for (const { project, model } of waiting) await queue.ask(name, { projectId: project, model });
        horizon.saw(name, since, Number(waiting[0]?.oldest ?? nowMs));
      }
      for (const model of await modelsToExplain(db)) await queue.ask('explain', model);
      for (const { projectId, model } of await modelsWithDueWindows(db, nowMs))
        await queue.ask('windows', { projectId, model });
      for (const model of await waitingExports(db)) await queue.ask('exports', model);
      for (const model of await modelsWithLabels(db, nowMs)) await queue.ask('reviews', model);
      if (nowMs - ripenedAtMs >= RIPEN_EVERY_MS) {
        ripenedAtMs = nowMs;
        await withLease(db, 'ripen', instance, () => markRipe(store, db, nowMs));
        for (const model of await modelsWithReferences(db)) await queue.ask('profiles', model);
        await withLease(db, 'expire', instance, () => expireExports(store, db, nowMs));
      }
      if (nowMs - retainedAtMs < RETENTION_EVERY_MS) return;
      retainedAtMs = nowMs;
      await withLease(db, 'retention', instance, () => retain(context, nowMs, stopping));
    },
  };
}
