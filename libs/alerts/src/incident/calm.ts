import { and, eq, incidentMonitors, incidents, ne, type Tx } from '@plumbline/control';
import { close, note } from './tell.js';
import type { IncidentRow } from './view.js';

/** What of a monitor is well again: everything, what it watches, its own health, or its part in one incident. */
export type Part = 'all' | 'watched' | 'health' | { incidentId: string };

/** The monitor is well again; when it was the last one, the incident resolves and those who were told hear of it. */
export async function calm(
  tx: Tx,
  projectId: string,
  monitorId: string,
  message: string,
  nowMs: number,
  part: Part = 'all',
): Promise<void> {
  const found = await tx
    .select({ incident: incidents, firing: incidentMonitors.firing })
    .from(incidentMonitors)
    .innerJoin(incidents, eq(incidents.id, incidentMonitors.incidentId))
    .where(and(eq(incidentMonitors.monitorId, monitorId), eq(incidents.projectId, projectId), within(part)))
    .orderBy(incidents.id);
  for (const { incident, firing } of found) {
    // A repeated recovery of an open incident is told once more; what is over is only cleared.
    if (incident.state === 'resolved' && !firing) continue;
    await tx
      .update(incidentMonitors)
      .set({ firing: false, silenced: false })
      .where(and(eq(incidentMonitors.incidentId, incident.id), eq(incidentMonitors.monitorId, monitorId)));
    if (incident.state !== 'resolved') await recover(tx, incident, monitorId, message, new Date(nowMs));
  }
}

function within(part: Part) {
  if (part === 'all') return undefined;
  if (part === 'health') return eq(incidents.family, 'monitoring');
  return part === 'watched' ? ne(incidents.family, 'monitoring') : eq(incidents.id, part.incidentId);
}

async function recover(tx: Tx, incident: IncidentRow, monitorId: string, message: string, now: Date): Promise<void> {
  await note(tx, incident.id, now, 'recovered', message, null, monitorId);
  const still = await tx
    .select({ id: incidentMonitors.monitorId })
    .from(incidentMonitors)
    .where(and(eq(incidentMonitors.incidentId, incident.id), eq(incidentMonitors.firing, true)))
    .limit(1);
  if (still.length === 0) await close(tx, incident, 'Every monitor of this incident is well again.', null, now);
}
