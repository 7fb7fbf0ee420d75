import type { Severity } from '@plumbline/contracts';
import {
  and,
  channels,
  desc,
  eq,
  inArray,
  incidentEvents,
  incidentMonitors,
  incidents,
  ne,
  newId,
  outbox,
  type Tx,
} from '@plumbline/control';
import { route } from '../channel/channels.js';
import type { Firing } from './firing.js';
import { activeMutes, type MuteRow, muting } from './mutes.js';
import { subjectsOf } from './problem.js';
import type { IncidentRow } from './view.js';

type Event = 'open' | 'update' | 'escalate' | 'acknowledge' | 'resolve';

export async function note(
  tx: Tx,
  incidentId: string,
  at: Date,
  kind: string,
  text: string,
  actor: string | null = null,
  monitorId: string | null = null,
): Promise<void> {
  await tx.insert(incidentEvents).values({ id: newId(), incidentId, at, kind, text, actor, monitorId });
}

/** The monitor is part of the incident and fires; `silenced`: nobody was told on its behalf. */
export async function attach(tx: Tx, incidentId: string, monitorId: string, silenced: boolean): Promise<void> {
  await tx
    .insert(incidentMonitors)
    .values({ incidentId, monitorId, firing: true, silenced })
    .onConflictDoUpdate({
      target: [incidentMonitors.incidentId, incidentMonitors.monitorId],
      set: { firing: true, silenced },
    });
}

/**
 * Puts one notification per routed channel into the outbox; a mute leaves a trace instead of a page. A monitor that joins an
 * open incident opens it for its own channels too, unless they know of it; `except` are told by other means. False: a mute held
 * it back.
 */
export async function announce(
  tx: Tx,
  incident: IncidentRow,
  event: 'open' | 'update' | 'escalate',
  firing: Pick<Firing, 'monitor' | 'owner' | 'nowMs'>,
  except: readonly string[] = [],
): Promise<boolean> {
  // A page that was held back by a mute was not heard.
  const told = event === 'open' ? await channelsOf(tx, incident.id) : [];
  const heard = event === 'open' ? await channelsOf(tx, incident.id, 'muted') : [];
  const mute = await muteOf(tx, incident, firing);
  if (mute && event === 'update') return false;
  const known = [...(mute ? told : heard), ...except];
  const routed = await routedOf(tx, incident, firing);
  if (routed.length === 0 && !mute) await noteUntold(tx, incident, event, firing);
  const targets = routed.filter((id) => !known.includes(id));
  if (targets.length === 0) return !mute;
  if (mute) await noteMuted(tx, incident, mute, new Date(firing.nowMs));
  await enqueue(tx, incident, event, targets, mute ? 'muted' : 'pending', new Date(firing.nowMs));
  return !mute;
}

/** Whether a channel that this monitor tells has not heard of the incident: what follows from it is news there. */
export async function isNewsTo(tx: Tx, incident: IncidentRow, { monitor, owner }: Firing): Promise<boolean> {
  const heard = await channelsOf(tx, incident.id, 'muted');
  return (await routedOf(tx, incident, { monitor, owner })).some((id) => !heard.includes(id));
}

/** The channels that hear what this monitor has to say of the incident, as bad as that is now. */
async function routedOf(
  tx: Tx,
  { projectId, model, severity }: IncidentRow,
  { monitor, owner }: Pick<Firing, 'monitor' | 'owner'>,
): Promise<string[]> {
  const all = await tx.select().from(channels).where(eq(channels.projectId, projectId)).limit(500);
  return route(all, monitor.channels, { model, owner, severity }).map((c) => c.id);
}

/** The mute that holds back what this monitor has to say of the incident. */
async function muteOf(
  tx: Tx,
  incident: IncidentRow,
  { monitor, nowMs }: Pick<Firing, 'monitor' | 'nowMs'>,
): Promise<MuteRow | undefined> {
  return muting(await activeMutes(tx, incident.projectId, nowMs), {
    model: incident.model,
    monitors: [monitor],
    subjects: [...subjectsOf(incident.evidence)],
    severity: incident.severity,
  });
}

const noteMuted = (tx: Tx, { id }: IncidentRow, { reason, until, createdBy }: MuteRow, now: Date): Promise<void> =>
  note(tx, id, now, 'muted', `Nobody was told: ${reason} (until ${until.toISOString()}).`, createdBy);

/** Writes down that there is nobody to tell: of what is worse each time, otherwise once in an incident that nobody knows of. */
async function noteUntold(
  tx: Tx,
  incident: IncidentRow,
  event: Event,
  { monitor, nowMs }: Pick<Firing, 'monitor' | 'nowMs'>,
): Promise<void> {
  const of = and(eq(incidentEvents.incidentId, incident.id), eq(incidentEvents.kind, 'untold'));
  if (event !== 'escalate') {
    const [noted] = await tx.select({ id: incidentEvents.id }).from(incidentEvents).where(of).limit(1);
    if (noted || (await channelsOf(tx, incident.id)).length > 0) return;
  }
  const gone = monitor.channels.length > 0 ? 'the channels that it names are gone, ' : '';
  const text = `Nobody was told: ${gone}no channel matches, and none is the default.`;
  await note(tx, incident.id, new Date(nowMs), 'untold', text, null, monitor.id);
}

/** Whoever was told of the incident hears how it goes on; whoever was not, does not. */
export async function tellTold(tx: Tx, incident: IncidentRow, event: Event): Promise<void> {
  await enqueue(tx, incident, event, await channelsOf(tx, incident.id, 'muted'), 'pending', incident.updatedAt);
}

/** Ends the incident and tells who was told of it. */
export async function close(tx: Tx, incident: IncidentRow, text: string, by: string | null, now: Date): Promise<void> {
  const [row] = await tx
    .update(incidents)
    .set({ state: 'resolved', resolvedAt: now, updatedAt: now })
    .where(eq(incidents.id, incident.id))
    .returning();
  await note(tx, incident.id, now, 'resolved', text, by);
  await tellTold(tx, row!, 'resolve');
}

/**
 * Nobody took it in time: it is as bad as it gets. Whoever was told is told again, and so is who hears only of what is as bad.
 * False: a mute held it back.
 */
export async function escalate(
  tx: Tx,
  incident: IncidentRow,
  to: Severity,
  text: string,
  firing: Pick<Firing, 'monitor' | 'owner' | 'nowMs'>,
): Promise<boolean> {
  const now = new Date(firing.nowMs);
  const [row] = await tx
    .update(incidents)
    .set({ severity: to, updatedAt: now })
    .where(eq(incidents.id, incident.id))
    .returning();
  await note(tx, incident.id, now, 'escalated', text);
  const mute = await muteOf(tx, row!, firing);
  if (mute) await noteMuted(tx, incident, mute, now);
  const told = await channelsOf(tx, incident.id, 'muted');
  const targets = new Set([...told, ...(await routedOf(tx, row!, firing))]);
  await enqueue(tx, row!, 'escalate', [...targets], mute ? 'muted' : 'pending', now);
  return !mute;
}

/** The channels for which a mute held back that the incident is worse. */
export async function owedEscalation(tx: Tx, incidentId: string): Promise<string[]> {
  const rows = await tx
    .select({ channelId: outbox.channelId, state: outbox.state })
    .from(outbox)
    .where(and(eq(outbox.incidentId, incidentId), eq(outbox.event, 'escalate')))
    .orderBy(outbox.sequence);
  const last = new Map(rows.map((r) => [r.channelId, r.state]));
  return [...last].filter(([, state]) => state === 'muted').map(([channelId]) => channelId);
}

/** The channels that have a notification of the incident, other than in the state `except`. */
async function channelsOf(tx: Tx, incidentId: string, except?: 'muted'): Promise<string[]> {
  const rows = await tx
    .selectDistinct({ channelId: outbox.channelId })
    .from(outbox)
    .where(and(eq(outbox.incidentId, incidentId), except && ne(outbox.state, except)));
  return rows.map((r) => r.channelId);
}

/** Puts a notification into the outbox for each of these channels that still exists. */
export async function enqueue(
  tx: Tx,
  incident: IncidentRow,
  event: Event,
  toldIds: readonly string[],
  state: 'pending' | 'muted',
  at: Date,
): Promise<void> {
  if (toldIds.length === 0) return;
  const alive = await tx
    .select({ id: channels.id })
    .from(channels)
    .where(inArray(channels.id, [...toldIds]));
  const channelIds = toldIds.filter((id) => alive.some((c) => c.id === id));
  if (channelIds.length === 0) return;
  const [last] = await tx
    .select({ sequence: outbox.sequence })
    .from(outbox)
    .where(eq(outbox.incidentId, incident.id))
    .orderBy(desc(outbox.sequence))
    .limit(1);
  const sequence = (last?.sequence ?? 0) + 1;
  await tx.insert(outbox).values(
    channelIds.map((channelId) => ({
      id: newId(),
      projectId: incident.projectId,
      incidentId: incident.id,
      channelId,
      event,
      sequence,
      state,
      dueAt: at,
    })),
  );
}
