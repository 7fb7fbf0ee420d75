import type { EventStore } from '@plumbline/clickhouse';
import type { FeatureProfile, Filter } from '@plumbline/contracts';
import { and, type Db, desc, eq, type ModelContext, references } from '@plumbline/control';
import { Binds, fieldSql, filterSql } from '@plumbline/rows';
import { profile } from './profile.js';
import { remembered } from './remembered.js';
import { referenceSource, type Source } from './source.js';

/** What a window is compared with: profiles by marked name, and where its rows are, for measures that need values. */
export type Reference = {
  /** Of a stored one, which never changes. */
  id?: string;
  /** Of a part of a stored one, what it is known by. */
  part?: string;
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

const parts = remembered<Reference>(200);

/** The rows of a stored reference that filters pick, as a reference of their own. Kept in memory: a reference never changes. */
export async function referencePart(
  store: EventStore,
  model: ModelContext,
  row: Pick<ReferenceRow, 'id' | 'profiles'>,
  filters: readonly Filter[],
): Promise<Reference> {
  // What a filter on the class picks depends on how scores are read.
  const { positive, negative, threshold } = model;
  const key = JSON.stringify([row.id, positive, negative, threshold, filters]);
  const known = parts.get(key);
  if (known) return known;
  const binds = new Binds();
  const conditions = filters.map((f) => filterSql(f, fieldSql(f.field, model, binds), binds));
  const whole = referenceSource(store.database, model, row.id);
  const source = {
    sql: `SELECT * FROM (${whole.sql}) WHERE ${conditions.join(' AND ')}`,
    params: { ...whole.params, ...binds.params },
  };
  const of = (numeric: boolean) =>
    Object.entries(row.profiles).flatMap(([name, p]) => ((p.type === 'numeric') === numeric ? [name] : []));
  const [{ n } = { n: 0 }] = await store.query<{ n: number }>(
    `SELECT count() AS n FROM (${source.sql})`,
    source.params,
  );
  const profiles = Number(n) > 0 ? await profile(store, source, { numeric: of(true), categorical: of(false) }) : {};
  return parts.set(key, { part: key, rows: Number(n), profiles, source });
}

/** What features are held to be: as declared, otherwise as in the reference. */
export const typesOf = (
  model: Pick<ModelContext, 'features'>,
  profiles: Record<string, FeatureProfile>,
): Record<string, { type: string }> => ({
  ...Object.fromEntries(Object.entries(profiles).map(([name, { type }]) => [name, { type }])),
  ...model.features,
});
