import { and, eq, incidentMonitors, incidents, ne, type Tx } from '@plumbline/control';
import { causeAmong } from './fire.js';
import type { Firing } from './firing.js';
import { badSubjects } from './sources.js';
import { announce, attach, enqueue, escalate, note, owedEscalation } from './tell.js';
import type { IncidentRow } from './view.js';

export type { Family, Firing } from './firing.js';

/** An incident that a monitor is part of and fires in; `subjects` are those that its own evidence names. */
export type Attached = { id: string; state: IncidentRow['state']; silenced: boolean; subjects: string[] };

/** The incidents in which the monitor fires, those that a person resolved meanwhile among them. */
export async function attachedTo(tx: Tx, projectId: string, monitorId: string): Promise<Attached[]> {
  const rows = await tx
    .select({ incident: incidents, silenced: incidentMonitors.silenced })
    .from(incidentMonitors)
    .innerJoin(incidents, eq(incidents.id, incidentMonitors.incidentId))
    .where(
      and(
        eq(incidentMonitors.monitorId, monitorId),
        eq(incidentMonitors.firing, true),
        eq(incidents.projectId, projectId),
        ne(incidents.family, 'monitoring'),
      ),
    )
    .orderBy(incidents.id);
  return rows.map(({ incident, silenced }) => ({
    id: incident.id,
    state: incident.state,
    silenced,
    subjects: badSubjects(incident.evidence.filter((e) => e.monitor_id === monitorId)),
  }));
}

/**
 * The monitor fires on. What was silenced is told as soon as neither its cause nor a mute holds it back; what nobody acknowledged
 * in the time that the monitor gives becomes critical and is told again. True if there is something to deliver.
 */
export async function goOn(
  tx: Tx,
  { projectId, model, owner, monitor, nowMs }: Omit<Firing, 'evidence' | 'family'>,
  escalateAfterMs: number | null,
): Promise<boolean> {
  const now = new Date(nowMs);
  const open = await tx
    .select()
    .from(incidents)
    .where(and(eq(incidents.projectId, projectId), eq(incidents.model, model), ne(incidents.state, 'resolved')));
  let changed = false;
  for (const { id, silenced } of await attachedTo(tx, projectId, monitor.id)) {
    const incident = open.find((i) => i.id === id);
    if (!incident) continue;
    const own = incident.evidence.filter((e) => e.monitor_id === monitor.id).at(-1);
    if (silenced && own && !(await causeAmong(tx, open, own))) {
      const owed = await owedEscalation(tx, id);
      const event = (await othersTold(tx, id, monitor.id)) ? 'update' : 'open';
      if (!(await announce(tx, incident, event, { monitor, owner, nowMs }, owed))) continue;
      await enqueue(tx, incident, 'escalate', owed, 'pending', now);
      await attach(tx, id, monitor.id, false);
      await note(
        tx,
        id,
        now,
        'told',
        `${monitor.name} still fires, and nothing holds it back any more.`,
        null,
        monitor.id,
      );
      changed = true;
    }
    const overdue = escalateAfterMs !== null && nowMs - incident.openedAt.getTime() >= escalateAfterMs;
    if (overdue && !silenced && incident.state === 'open' && incident.severity !== 'critical') {
      const text = `Nobody acknowledged it in time; ${monitor.name} makes it critical.`;
      if (await escalate(tx, incident, 'critical', text, { monitor, owner, nowMs })) changed = true;
      else await attach(tx, id, monitor.id, true);
    }
  }
  return changed;
}

/** Whether somebody was told of the incident on behalf of another monitor. */
async function othersTold(tx: Tx, incidentId: string, monitorId: string): Promise<boolean> {
  const [row] = await tx
    .select({ id: incidentMonitors.monitorId })
    .from(incidentMonitors)
    .where(
      and(
        eq(incidentMonitors.incidentId, incidentId),
        eq(incidentMonitors.silenced, false),
        ne(incidentMonitors.monitorId, monitorId),
      ),
    )
    .limit(1);
  return row !== undefined;
}
