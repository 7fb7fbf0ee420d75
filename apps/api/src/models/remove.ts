import type { EventStore } from '@plumbline/clickhouse';
import {
  and,
  annotations,
  type Db,
  dataContracts,
  dirtyWindows,
  eq,
  incidents,
  models,
  monitors,
  references,
} from '@plumbline/control';

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
  'quarantine',
];

/** Deletes a model with everything under its name; the rows are gone when this returns. */
export async function removeModel(store: EventStore, db: Db, projectId: string, model: string): Promise<void> {
  const params = { project: projectId, model };
  for (const table of TABLES) {
    const mine = `${store.database}.${table} WHERE project = {project:String} AND model = {model:String}`;
    // Deleting nothing takes as long as deleting something.
    if ((await store.query(`SELECT 1 AS one FROM ${mine} LIMIT 1`, params)).length > 0)
      await store.command(`DELETE FROM ${mine}`, params);
  }
  await db.transaction(async (tx) => {
    await tx.delete(monitors).where(and(eq(monitors.projectId, projectId), eq(monitors.model, model)));
    await tx.delete(incidents).where(and(eq(incidents.projectId, projectId), eq(incidents.model, model)));
    await tx.delete(references).where(and(eq(references.projectId, projectId), eq(references.model, model)));
    await tx.delete(dataContracts).where(and(eq(dataContracts.projectId, projectId), eq(dataContracts.model, model)));
    await tx.delete(annotations).where(and(eq(annotations.projectId, projectId), eq(annotations.model, model)));
    await tx.delete(dirtyWindows).where(and(eq(dirtyWindows.projectId, projectId), eq(dirtyWindows.model, model)));
    await tx.delete(models).where(and(eq(models.projectId, projectId), eq(models.name, model)));
  });
}
