import { type Evidence, SEVERITY_RANK, type Severity } from '@plumbline/contracts';
import {
  and,
  channels,
  desc,
  eq,
  incidentEvents,
  incidentMonitors,
  incidents,
  ne,
  newId,
  outbox,
  type Tx,
} from '@plumbline/control';
import { route } from '../channel/channels.js';
import { activeMutes, muting } from './mutes.js';
import { badSubjects, failsIn, soleSource, title } from './sources.js';
import type { IncidentRow } from './view.js';

/** A monitor that started to fire (or fires on with news), as the evaluation saw it. */
export type Firing = {
  projectId: string;
  model: string;
  owner: string | null;
  family: 'performance' | 'drift' | 'data';
  monitor: { id: string; name: string; channels: string[] };
  evidence: Evidence;
  nowMs: number;
};

/** Windows named in one entry about verdicts that changed. */
const REVISIONS_SHOWN = 5;
const HIGHEST = (a: Severity, b: Severity): Severity => (SEVERITY_RANK[a] >= SEVERITY_RANK[b] ? a : b);

/**
 * Opens the incident of this cause or adds to the one that is open: one page for one problem. State, timeline and
 * notifications change in the caller's transaction, so that none is without the others.
 */
export async function fire(tx: Tx, firing: Firing): Promise<{ id: string; opened: boolean }> {
  const { projectId, model, family, evidence } = firing;
  const now = new Date(firing.nowMs);
  const open = await openIncident(tx, firing);
  if (!open) {
    const [last] = await tx
      .select({ number: incidents.number })
      .from(incidents)
      .where(eq(incidents.projectId, projectId))
      .orderBy(desc(incidents.number))
      .limit(1);
    const [row] = await tx
      .insert(incidents)
      .values({
        id: newId(),
        projectId,
        number: (last?.number ?? 0) + 1,
        model,
        family,
        cause: family,
        state: 'open',
        severity: evidence.severity,
        title: title(model, [evidence]),
        subjects: badSubjects([evidence]),
        evidence: [evidence],
        since: new Date(evidence.since),
        openedAt: now,
        updatedAt: now,
      })
      .returning();
    await attach(tx, row!.id, firing.monitor.id);
    await note(tx, row!.id, now, 'opened', evidence.headline, null, firing.monitor.id);
    await announce(tx, row!, 'open', firing);
    return { id: row!.id, opened: true };
  }
  const merged = [...open.evidence.filter((e) => e.monitor_id !== evidence.monitor_id), evidence];
  const severity = HIGHEST(open.severity, evidence.severity);
  const [row] = await tx
    .update(incidents)
    .set({
      evidence: merged,
      severity,
      title: title(model, merged),
      subjects: badSubjects(merged),
      since: new Date(Math.min(open.since.getTime(), Date.parse(evidence.since))),
      updatedAt: now,
    })
    .where(eq(incidents.id, open.id))
    .returning();
  await attach(tx, open.id, firing.monitor.id);
  await note(tx, open.id, now, 'joined', `${firing.monitor.name}: ${evidence.headline}`, null, firing.monitor.id);
  await announce(tx, row!, SEVERITY_RANK[severity] > SEVERITY_RANK[open.severity] ? 'escalate' : 'open', firing);
  return { id: open.id, opened: false };
}

/**
 * The incident that this is part of: the open one of its family; else one in which the same upstream source fails, because a
 * source that sends nothing in one column and nonsense in another is one problem.
 */
async function openIncident(tx: Tx, { projectId, model, family, evidence }: Firing): Promise<IncidentRow | undefined> {
  const unresolved = await tx
    .select()
    .from(incidents)
    .where(and(eq(incidents.projectId, projectId), eq(incidents.model, model), ne(incidents.state, 'resolved')))
    .orderBy(incidents.id);
  const own = unresolved.find((i) => i.cause === family);
  const source = soleSource(evidence);
  return own ?? (source === null ? undefined : unresolved.find((i) => failsIn(i.evidence, source)));
}

/** The monitor is well again; when it was the last one, the incident resolves and those who were told hear of it. */
export async function calm(
  tx: Tx,
  projectId: string,
  monitorId: string,
  message: string,
  nowMs: number,
): Promise<void> {
  const now = new Date(nowMs);
  const [found] = await tx
    .select({ incident: incidents })
    .from(incidentMonitors)
    .innerJoin(incidents, eq(incidents.id, incidentMonitors.incidentId))
    .where(
      and(
        eq(incidentMonitors.monitorId, monitorId),
        eq(incidents.projectId, projectId),
        ne(incidents.state, 'resolved'),
      ),
    )
    .limit(1);
  if (!found) return;
  const { incident } = found;
  await tx
    .update(incidentMonitors)
    .set({ firing: false })
    .where(and(eq(incidentMonitors.incidentId, incident.id), eq(incidentMonitors.monitorId, monitorId)));
  await note(tx, incident.id, now, 'recovered', message, null, monitorId);
  const still = await tx
    .select({ id: incidentMonitors.monitorId })
    .from(incidentMonitors)
    .where(and(eq(incidentMonitors.incidentId, incident.id), eq(incidentMonitors.firing, true)))
    .limit(1);
  if (still.length === 0) await close(tx, incident, 'Every monitor of this incident is well again.', null, now);
}

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

async function close(tx: Tx, incident: IncidentRow, text: string, by: string | null, now: Date): Promise<void> {
  const [row] = await tx
    .update(incidents)
    .set({ state: 'resolved', resolvedAt: now, updatedAt: now })
    .where(eq(incidents.id, incident.id))
    .returning();
  await note(tx, incident.id, now, 'resolved', text, by, null);
  await tellTold(tx, row!, 'resolve');
}

async function attach(tx: Tx, incidentId: string, monitorId: string): Promise<void> {
  await tx
    .insert(incidentMonitors)
    .values({ incidentId, monitorId, firing: true })
    .onConflictDoUpdate({ target: [incidentMonitors.incidentId, incidentMonitors.monitorId], set: { firing: true } });
}

async function note(
  tx: Tx,
  incidentId: string,
  at: Date,
  kind: string,
  text: string,
  actor: string | null,
  monitorId: string | null,
): Promise<void> {
  await tx.insert(incidentEvents).values({ id: newId(), incidentId, at, kind, text, actor, monitorId });
}

/**
 * Puts one notification per routed channel into the outbox; a mute leaves a trace instead of a page. A monitor that joins an
 * open incident opens it for its own channels too, unless they know of it.
 */
async function announce(tx: Tx, incident: IncidentRow, event: 'open' | 'escalate', firing: Firing): Promise<void> {
  const all = await tx.select().from(channels).where(eq(channels.projectId, incident.projectId)).limit(500);
  const told = event === 'open' ? await channelsOf(tx, incident.id) : [];
  const targets = route(all, firing.monitor.channels, {
    model: incident.model,
    owner: firing.owner,
    severity: incident.severity,
  }).filter((c) => !told.includes(c.id));
  if (targets.length === 0 && told.length > 0) return;
  const mute = muting(await activeMutes(tx, incident.projectId, firing.nowMs), {
    model: incident.model,
    monitors: [firing.monitor],
    subjects: incident.subjects,
    severity: incident.severity,
  });
  if (mute)
    await note(
      tx,
      incident.id,
      new Date(firing.nowMs),
      'muted',
      `Nobody was told: ${mute.reason} (until ${mute.until.toISOString()}).`,
      mute.createdBy,
      null,
    );
  await enqueue(
    tx,
    incident,
    event,
    targets.map((c) => c.id),
    mute ? 'muted' : 'pending',
    new Date(firing.nowMs),
  );
}

/** Whoever was told of the incident hears how it goes on; whoever was not, does not. */
async function tellTold(tx: Tx, incident: IncidentRow, event: 'acknowledge' | 'resolve'): Promise<void> {
  await enqueue(tx, incident, event, await channelsOf(tx, incident.id, 'muted'), 'pending', incident.updatedAt);
}

/** The channels that have a notification of the incident, other than in the state `except`. */
async function channelsOf(tx: Tx, incidentId: string, except?: 'muted'): Promise<string[]> {
  const rows = await tx
    .selectDistinct({ channelId: outbox.channelId })
    .from(outbox)
    .where(and(eq(outbox.incidentId, incidentId), except && ne(outbox.state, except)));
  return rows.map((r) => r.channelId);
}

async function enqueue(
  tx: Tx,
  incident: IncidentRow,
  event: 'open' | 'escalate' | 'acknowledge' | 'resolve',
  channelIds: readonly string[],
  state: 'pending' | 'muted',
  at: Date,
): Promise<void> {
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
