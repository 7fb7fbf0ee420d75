import type { FeatureProfile } from '@plumbline/contracts';
import { and, type Db, desc, eq, type ModelContext, references } from '@plumbline/control';
import { referenceSource, type Source } from './source.js';

/** What a window is compared with: profiles by marked name, and where its rows are, for measures that need values. */
export type Reference = {
  /** Of a stored one, which never changes. */
  id?: string;
  rows: number;
  profiles: Record<string, FeatureProfile>;
  source: Source;
};
export type StoredReference = Reference & { id: string };
export type ReferenceRow = typeof references.$inferSelect;

const KNOWN_MAX = 500;

/** The references of a model, newest first. */
export const referencesOf = (
  db: Db,
  { projectId, model }: Pick<ModelContext, 'projectId' | 'model'>,
): Promise<ReferenceRow[]> =>
  db
    .select()
    .from(references)
    .where(and(eq(references.projectId, projectId), eq(references.model, model)))
    .orderBy(desc(references.createdAt), desc(references.id))
    .limit(KNOWN_MAX);

/**
 * Of these the one that rows of a version are held against: of those with that id or name, or of all, the newest of the
 * version, otherwise the newest.
 */
export function chooseReference(
  rows: readonly ReferenceRow[],
  { name, version }: { name?: string; version?: string },
): ReferenceRow | undefined {
  const named = name === undefined ? rows : rows.filter((r) => r.id === name || r.name === name);
  return named.find((r) => version !== undefined && r.version === version) ?? named[0];
}

/** A stored reference, ready to be compared with. */
export const storedReference = (
  store: { database: string },
  model: Pick<ModelContext, 'projectId' | 'model'>,
  { id, rows, profiles }: Pick<ReferenceRow, 'id' | 'rows' | 'profiles'>,
): StoredReference => ({ id, rows, profiles, source: referenceSource(store.database, model, id) });

/** What features are held to be: as declared, otherwise as in the reference. */
export const typesOf = (
  model: Pick<ModelContext, 'features'>,
  profiles: Record<string, FeatureProfile>,
): Record<string, { type: string }> => ({
  ...Object.fromEntries(Object.entries(profiles).map(([name, { type }]) => [name, { type }])),
  ...model.features,
});
