import type { Evidence, Explanation } from '@plumbline/contracts';
import { and, asc, type Db, eq, incidents, ne, sql, type Tx } from '@plumbline/control';
import { title } from './sources.js';
import { note } from './tell.js';
import type { IncidentRow } from './view.js';

/** Kinds of monitors whose evidence can be searched. */
const EXPLAINED = ['performance', 'missing', 'volume'];
const AT_ONCE = 50;

export const waitsForExplanation = (e: Evidence | null | undefined): boolean =>
  e != null && e.explanation === undefined && EXPLAINED.includes(e.kind);

/** Models with unresolved incidents whose evidence was not searched yet. */
export async function modelsToExplain(db: Db): Promise<{ projectId: string; model: string }[]> {
  const kinds = EXPLAINED.map((kind) => `@.kind == "${kind}"`).join(' || ');
  const lacking = `$[*] ? ((${kinds}) && !exists(@.explanation))`;
  return db
    .selectDistinct({ projectId: incidents.projectId, model: incidents.model })
    .from(incidents)
    .where(and(ne(incidents.state, 'resolved'), sql`jsonb_path_exists(${incidents.evidence}, ${lacking}::jsonpath)`))
    .limit(AT_ONCE);
}

/** Evidence of unresolved incidents of a model that waits to be searched, oldest first. */
export async function toExplain(
  tx: Tx,
  projectId: string,
  model: string,
): Promise<{ id: string; evidence: Evidence }[]> {
  const rows = await tx
    .select({ id: incidents.id, evidence: incidents.evidence })
    .from(incidents)
    .where(and(eq(incidents.projectId, projectId), eq(incidents.model, model), ne(incidents.state, 'resolved')))
    .orderBy(asc(incidents.id))
    .limit(AT_ONCE);
  return rows.flatMap(({ id, evidence }) => evidence.filter(waitsForExplanation).map((e) => ({ id, evidence: e })));
}

/**
 * Puts what the search found beside the evidence that it is about, and into the title and the timeline. Nobody is told anew: what was sent is
 * read beside the incident, and what is still to be sent says it. False if the evidence is gone.
 */
export async function attachExplanation(
  tx: Tx,
  projectId: string,
  incidentId: string,
  about: Pick<Evidence, 'monitor_id' | 'known_at' | 'monitor'>,
  explanation: Explanation | null,
  nowMs: number,
): Promise<boolean> {
  // As `fire` does: what both add to the evidence stays.
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`incidents:${projectId}`}, 0))`);
  const [row]: (IncidentRow | undefined)[] = await tx
    .select()
    .from(incidents)
    .where(and(eq(incidents.projectId, projectId), eq(incidents.id, incidentId)))
    .for('update');
  const own = (e: Evidence) => e.monitor_id === about.monitor_id && e.known_at === about.known_at;
  if (!row?.evidence.some(own)) return false;
  const evidence = row.evidence.map((e) => (own(e) ? { ...e, explanation } : e));
  const now = new Date(nowMs);
  await tx
    .update(incidents)
    .set({ evidence, ...(explanation ? { title: title(row.model, evidence), updatedAt: now } : {}) })
    .where(eq(incidents.id, incidentId));
  if (explanation)
    await note(tx, incidentId, now, 'explained', `${about.monitor}: ${explanation.sentence}.`, null, about.monitor_id);
  return true;
}
