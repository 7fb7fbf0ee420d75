import { type Db, type ModelContext, references } from '@plumbline/control';
import { chooseReference, type Kept, keepProfiles, referencesOf, storedReference } from '@plumbline/drift';
import type { Context } from '@plumbline/runtime';
import { dirtyStarts } from '@plumbline/windows';

const MODELS_MAX = 10_000;

/** Profiles hours that are over on the bins of the references that questions fall back on: that of a version and that of all. */
export async function profileHours(
  { store, control }: Pick<Context, 'store' | 'control'>,
  model: ModelContext,
  nowMs: number,
  { sinceMs = 0, stopping }: { sinceMs?: number; stopping?: () => boolean } = {},
): Promise<Kept> {
  const rows = await referencesOf(control.db, model);
  if (rows.length === 0) return { hours: 0, rows: 0, more: false };
  const dirty = await dirtyStarts(control.db, model, sinceMs, nowMs);
  const of = (version: string) =>
    [...new Set([chooseReference(rows, { version })!, rows[0]!])].map((row) => storedReference(store, model, row));
  return keepProfiles(store, model, of, nowMs, { sinceMs, skip: new Set(dirty), stopping });
}

/** Models with anything to profile against. */
export const modelsWithReferences = (db: Db): Promise<{ projectId: string; model: string }[]> =>
  db.selectDistinct({ projectId: references.projectId, model: references.model }).from(references).limit(MODELS_MAX);
