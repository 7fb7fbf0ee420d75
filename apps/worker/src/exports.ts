import { setTimeout } from 'node:timers/promises';
import { getModel, withLease } from '@plumbline/control';
import { nextExport, runExport } from '@plumbline/exports';
import { hasUnrecorded, pendingBatches, uncomparedBatches } from '@plumbline/labels';
import type { Context } from '@plumbline/runtime';

const DAY_MS = 86_400_000;
/** What was answered is stored, and told to the workers, within this time; on a machine that is busy, or should its writer have died, later. */
const TOLD_MS = 2_000;
const UNTOLD_MS_MAX = 120_000;
/** How long an export waits for events that had arrived by its moment to be joined, and compared with earlier ones. */
const JOIN_MS_MAX = 300_000;
const COMPARE_MS_MAX = 5_000;
const LOOK_MS = 500;
/** Batches that old were joined long ago. */
const BACK_MS = 7 * DAY_MS;
export const PLUMBLINE_VERSION = '0.1.0';

/** Writes the exports of a model that wait, one after the other, unless another process is at it. */
export async function writeExports(
  context: Context,
  projectId: string,
  model: string,
  stopping: () => boolean,
): Promise<void> {
  const { store, control, config, log, instance } = context;
  const { db } = control;
  const limits = {
    fileBytesMax: config.PLUMBLINE_EXPORT_BYTES_MAX,
    keptBytesMax: config.PLUMBLINE_EXPORTS_BYTES_MAX,
    keepMs: config.PLUMBLINE_EXPORT_DAYS * DAY_MS,
    version: PLUMBLINE_VERSION,
  };
  await withLease(db, `exports:${projectId}:${model}`, instance, async () => {
    for (let row = await nextExport(db, projectId, model); row && !stopping(); ) {
      const isSettled = await settled(context, projectId, model, row.question.known_at, stopping);
      const ctx = await getModel(db, projectId, model);
      const end = await runExport(store, db, ctx, row, { limits, settled: isSettled, stopping });
      log.info({ model, export: row.id, end }, 'an export was written');
      row = await nextExport(db, projectId, model);
    }
    return true;
  });
}

/**
 * Waits until whatever had arrived by `knownAt` is joined, and a moment for its identities to be compared: a file of the same rows that is written
 * tomorrow must not hold more. Under steady load that is a matter of seconds; after five minutes the file is written all the same, and its manifest
 * says so (false).
 */
async function settled(
  { store }: Pick<Context, 'store'>,
  projectId: string,
  model: string,
  knownAt: number,
  stopping: () => boolean,
): Promise<boolean> {
  const since = knownAt - BACK_MS;
  const among = (batches: readonly { committed_ms: number }[]) =>
    batches.some((b) => Number(b.committed_ms) <= knownAt + TOLD_MS);
  const toldMs = Math.min(knownAt, Date.now()) + TOLD_MS - Date.now();
  if (toldMs > 0) await setTimeout(toldMs);
  const arrived = { from: knownAt - UNTOLD_MS_MAX, to: knownAt };
  for (const { waits, withinMs } of [
    { waits: () => hasUnrecorded(store, projectId, model, arrived), withinMs: UNTOLD_MS_MAX },
    { waits: async () => among(await pendingBatches(store, projectId, model, since)), withinMs: JOIN_MS_MAX },
    { waits: async () => among(await uncomparedBatches(store, projectId, model, since)), withinMs: COMPARE_MS_MAX },
  ])
    for (const giveUpMs = Date.now() + withinMs; await waits(); await setTimeout(LOOK_MS))
      if (Date.now() >= giveUpMs || stopping()) return false;
  return true;
}
