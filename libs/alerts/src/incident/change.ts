import { and, desc, eq, incidentMonitors, incidents, type Tx } from '@plumbline/control';
import { close, note, tellTold } from './tell.js';
import type { IncidentRow } from './view.js';

export { calm } from './calm.js';
export { fire } from './fire.js';
export { type Attached, attachedTo, type Family, type Firing, goOn } from './goOn.js';

/** Windows named in one entry about verdicts that changed. */
const REVISIONS_SHOWN = 5;

export async function acknowledge(
  tx: Tx,
  incident: IncidentRow,
  by: string,
  text: string | undefined,
  nowMs: number,
): Promise<void> {
  if (incident.state !== 'open') return;
  const now = new Date(nowMs);
  const [row] = await tx
    .update(incidents)
    .set({ state: 'acknowledged', acknowledgedAt: now, acknowledgedBy: by, updatedAt: now })
    .where(eq(incidents.id, incident.id))
    .returning();
  await note(tx, incident.id, now, 'acknowledged', text ?? 'Acknowledged.', by, null);
  await tellTold(tx, row!, 'acknowledge');
}

export async function resolve(
  tx: Tx,
  incident: IncidentRow,
  by: string,
  text: string | undefined,
  nowMs: number,
): Promise<void> {
  if (incident.state === 'resolved') return;
  await close(
    tx,
    incident,
    text ?? 'Resolved by hand. It opens again when a monitor was well and fires anew.',
    by,
    new Date(nowMs),
  );
}

export async function addNote(tx: Tx, incident: IncidentRow, by: string, text: string, nowMs: number): Promise<void> {
  await note(tx, incident.id, new Date(nowMs), 'note', text, by, null);
  await tx
    .update(incidents)
    .set({ updatedAt: new Date(nowMs) })
    .where(eq(incidents.id, incident.id));
}

/**
 * Notes on the incidents of a monitor that verdicts on their windows are others now; nobody is paged about the past, and the
 * evidence stays as it was seen. Returns the incidents it wrote to.
 */
export async function noteRevisions(
  tx: Tx,
  projectId: string,
  monitor: { id: string; name: string },
  revisions: readonly { start: number; end: number; text: string }[],
  nowMs: number,
): Promise<string[]> {
  const found = await tx
    .select({ id: incidents.id, since: incidents.since, resolvedAt: incidents.resolvedAt })
    .from(incidentMonitors)
    .innerJoin(incidents, eq(incidents.id, incidentMonitors.incidentId))
    .where(and(eq(incidentMonitors.monitorId, monitor.id), eq(incidents.projectId, projectId)))
    .orderBy(desc(incidents.id))
    .limit(20);
  const now = new Date(nowMs);
  const noted: string[] = [];
  for (const { id, since, resolvedAt } of found) {
    const own = revisions.filter((r) => r.end > since.getTime() && r.start < (resolvedAt?.getTime() ?? nowMs));
    if (own.length === 0) continue;
    const shown = own.slice(0, REVISIONS_SHOWN).map((r) => r.text);
    const more = own.length > shown.length ? ` And ${own.length - shown.length} more windows.` : '';
    await note(tx, id, now, 'revised', `${monitor.name}: ${shown.join(' ')}${more}`, null, monitor.id);
    await tx.update(incidents).set({ updatedAt: now }).where(eq(incidents.id, id));
    noted.push(id);
  }
  return noted;
}
