import { groupBy } from '@plumbline/contracts';
import { findModelRow, modelContext, withLease } from '@plumbline/control';
import { dueMonitors, type MonitorRow, monitorsOfModel } from '@plumbline/monitors';
import type { Handlers } from '@plumbline/queue';
import pLimit from 'p-limit';
import { lookAt, lookBack } from '../evaluate.js';
import { explainModel } from '../explain/explainModel.js';
import { keyOf, type OfModel } from '../news.js';
import { Pace } from '../pace.js';
import { createProbes } from '../probes.js';
import { review } from '../review.js';
import { isTurn, SETTLE_MS, type Shift, SOON_MS } from './shift.js';

/** Models whose monitors are looked at side by side: while one waits for a store, another is thought about. */
const MODELS_AT_ONCE = 2;
const LOOKS_REST_FACTOR = 5;
const LOOKS_REST_OF_ALL = 4;
const LOOKS_REST_MS_MAX = 30_000;
/** Nobody waits for what monitors would have said in the past: it is looked at when the present was, at a twentieth of a core. */
const PAST_REST_FACTOR = 20;
const PAST_REST_OF_ALL = 10;
const PAST_AFTER_MS = 5_000;
/** Verdicts of the past are reviewed when what changed has settled, at a twentieth of a core. */
const REVIEW_REST_FACTOR = 20;
const REVIEW_REST_OF_ALL = 10;
const REVIEW_AGAIN_MS = 5_000;
/** Incidents are explained at a fifth of a core, all together. */
const EXPLAIN_REST_FACTOR = 2;
const EXPLAIN_REST_OF_ALL = 5;

/** Monitors look when they are due or something came, their verdicts are reviewed, and the incidents they opened explained. */
export function monitorJobs(shift: Shift): Pick<Handlers, 'evaluate' | 'look' | 'past' | 'review' | 'explain'> {
  const { context, stopping, news, bursting } = shift;
  const { store, control, queue, instance } = context;
  const { db } = control;
  const probes = createProbes(store, db);
  const looksPace = new Pace(LOOKS_REST_FACTOR, LOOKS_REST_OF_ALL, Date.now, LOOKS_REST_MS_MAX);
  const pastPace = new Pace(PAST_REST_FACTOR, PAST_REST_OF_ALL);
  const reviewPace = new Pace(REVIEW_REST_FACTOR, REVIEW_REST_OF_ALL);
  const explainPace = new Pace(EXPLAIN_REST_FACTOR, EXPLAIN_REST_OF_ALL);

  /** Works with the monitors of a model, unless somebody else does. */
  const looking = ({ projectId, model }: OfModel, work: () => Promise<void>) =>
    withLease(db, `evaluate:${projectId}:${model}`, instance, async () => {
      await work();
      return true;
    });

  return {
    async evaluate() {
      const due = groupBy(await dueMonitors(db, Date.now()), keyOf);
      // Where the most has happened something is the likeliest to be wrong.
      const came = (rows: readonly MonitorRow[]) => news.of(rows[0]!) ?? 0;
      const order = [...due.values()].sort((a, b) => came(b) - came(a));
      const limit = pLimit(MODELS_AT_ONCE);
      const lookAtModel = async (rows: readonly MonitorRow[]) => {
        if (stopping() || (await bursting(rows[0]!))) return;
        await looking(rows[0]!, async () => void (await lookAt(context, probes, rows, Date.now())));
      };
      await Promise.all(order.map((rows) => limit(() => lookAtModel(rows))));
    },

    async look({ projectId, model }) {
      const of = { projectId, model };
      if (!(await isTurn(shift, { name: 'look', of, pace: looksPace, burstMs: SOON_MS }))) return;
      const rows = await monitorsOfModel(db, projectId, model);
      if (rows.length === 0 || stopping()) return;
      const looked = await looking(of, () =>
        looksPace.run(keyOf(of), async () => {
          news.seen(of);
          await lookAt(context, probes, rows, Date.now());
        }),
      );
      if (!looked) await queue.ask('look', of, SOON_MS);
      if (news.isPastDue(of, Date.now())) await queue.ask('past', of, PAST_AFTER_MS);
    },

    async past({ projectId, model }) {
      const of = { projectId, model };
      if (!(await isTurn(shift, { name: 'past', of, pace: pastPace, burstMs: SETTLE_MS }))) return;
      const row = await findModelRow(db, projectId, model);
      const rows = await monitorsOfModel(db, projectId, model);
      if (!row || rows.length === 0) return news.pastSeen(of);
      await withLease(db, `past:${projectId}:${model}`, instance, () =>
        pastPace.run(keyOf(of), async () => {
          if (stopping() || !news.isPastDue(of, Date.now())) return;
          news.pastSeen(of);
          const { kept, failed } = await lookBack(context, probes, rows, modelContext(row), Date.now(), stopping);
          if (kept > 0 || failed > 0) news.pastRestsFrom(of, Date.now());
          if (failed > 0) news.changedPast(of);
        }),
      );
    },

    async review({ projectId, model }) {
      const of = { projectId, model };
      if (!(await isTurn(shift, { name: 'review', of, pace: reviewPace, burstMs: SETTLE_MS }))) return;
      const row = await findModelRow(db, projectId, model);
      if (!row) return;
      const { more } = await reviewPace.run(keyOf(of), () =>
        review(context, probes, modelContext(row), Date.now(), stopping),
      );
      if (more) await queue.ask('review', of, REVIEW_AGAIN_MS);
    },

    async explain({ projectId, model }) {
      const of = { projectId, model };
      if (!(await isTurn(shift, { name: 'explain', of, pace: explainPace }))) return;
      const row = await findModelRow(db, projectId, model);
      if (!row) return;
      await withLease(db, `explain:${projectId}:${model}`, instance, () =>
        explainPace.run(keyOf(of), () => explainModel(context, modelContext(row), stopping)),
      );
    },
  };
}
