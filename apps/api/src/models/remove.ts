import { setTimeout } from 'node:timers/promises';
import type { EventStore } from '@plumbline/clickhouse';
import { PlumblineError } from '@plumbline/contracts';
import {
  and,
  annotations,
  type Db,
  dataContracts,
  dirtyWindows,
  eq,
  exports_,
  incidents,
  models,
  monitors,
  references,
  withLease,
} from '@plumbline/control';
import { deleteReviews } from '@plumbline/reviews';
import type { Context } from '@plumbline/runtime';

const TABLES = [
  'predictions',
  'outcomes',
  'arrived_predictions',
  'arrived_outcomes',
  'located',
  'labels',
  'unmatched',
  'catalog',
  'batches',
  'batches_done',
  'reference_rows',
  'window_results',
  'window_newest',
  'estimates_scored',
  'profile_bins',
  'profile_facts',
  'profiles',
  'slices_found',
  'quarantine',
  'export_chunks',
  'export_rows',
];

/** What writes rows of a model in the background, in the order in which one asks for the next. */
const WRITERS = ['reviews', 'compare', 'join', 'windows', 'profiles', 'slices', 'explain', 'exports'];
const WAIT_MS_MAX = 30_000;
const WAIT_MS = 100;

/** Deletes a model with everything under its name; the rows are gone when this returns, and nobody who was at them writes them again. */
export async function removeModel(context: Context, projectId: string, model: string): Promise<void> {
  // One that is being written notices it after its part and lets go.
  const { db } = context.control;
  await db.delete(exports_).where(and(eq(exports_.projectId, projectId), eq(exports_.model, model)));
  const names = WRITERS.map((writer) => `${writer}:${projectId}:${model}`);
  await whileNobody(context, names, () => removeRows(context.store, context.control.db, projectId, model));
}

/** Takes all these leases, one after the other, then works. Errors: `overloaded` if somebody keeps one for too long. */
async function whileNobody(context: Context, [name, ...more]: string[], work: () => Promise<void>): Promise<void> {
  if (name === undefined) return work();
  const deadline = Date.now() + WAIT_MS_MAX;
  for (;;) {
    const done = await withLease(context.control.db, name, context.instance, async () => {
      await whileNobody(context, more, work);
      return true;
    });
    if (done) return;
    if (Date.now() > deadline)
      throw new PlumblineError('overloaded', 'The model is being worked on in the background. Try again in a minute.', {
        retryAfterS: 60,
      });
    await setTimeout(WAIT_MS);
  }
}

async function removeRows(store: EventStore, db: Db, projectId: string, model: string): Promise<void> {
  const params = { project: projectId, model };
  for (const table of TABLES) {
    const mine = `${store.database}.${table} WHERE project = {project:String} AND model = {model:String}`;
    // Deleting nothing takes as long as deleting something.
    if ((await store.query(`SELECT 1 AS one FROM ${mine} LIMIT 1`, params)).length > 0)
      await store.command(`DELETE FROM ${mine}`, params);
  }
  await db.transaction(async (tx) => {
    await deleteReviews(tx, projectId, model);
    await tx.delete(exports_).where(and(eq(exports_.projectId, projectId), eq(exports_.model, model)));
    await tx.delete(monitors).where(and(eq(monitors.projectId, projectId), eq(monitors.model, model)));
    await tx.delete(incidents).where(and(eq(incidents.projectId, projectId), eq(incidents.model, model)));
    await tx.delete(references).where(and(eq(references.projectId, projectId), eq(references.model, model)));
    await tx.delete(dataContracts).where(and(eq(dataContracts.projectId, projectId), eq(dataContracts.model, model)));
    await tx.delete(annotations).where(and(eq(annotations.projectId, projectId), eq(annotations.model, model)));
    await tx.delete(dirtyWindows).where(and(eq(dirtyWindows.projectId, projectId), eq(dirtyWindows.model, model)));
    await tx.delete(models).where(and(eq(models.projectId, projectId), eq(models.name, model)));
  });
}
