import { type Evidence, SEVERITY_RANK, type Severity } from '@plumbline/contracts';
import { and, desc, eq, incidentMonitors, incidents, ne, newId, sql, type Tx } from '@plumbline/control';
import type { Firing } from './firing.js';
import { followsFrom } from './inhibit.js';
import { causeOf, sameProblem } from './problem.js';
import { badSubjects, title } from './sources.js';
import { announce, attach, isNewsTo, note } from './tell.js';
import type { IncidentRow } from './view.js';

/** Pieces of evidence that one incident keeps. */
const EVIDENCE_MAX = 40;
const HIGHEST = (a: Severity, b: Severity): Severity => (SEVERITY_RANK[a] >= SEVERITY_RANK[b] ? a : b);

/**
 * Opens the incident of this cause or adds to the one that is open: one page for one problem. What follows from another problem is
 * written into its timeline and tells nobody who knows of that, unless it is worse. State, timeline and notifications change in the caller's
 * transaction, so that none is without the others.
 */
export async function fire(tx: Tx, firing: Firing): Promise<{ id: string; opened: boolean }> {
  // One at a time in a project: two monitors that find the same problem at the same moment must not open it twice.
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`incidents:${firing.projectId}`}, 0))`);
  const open = await unresolvedOf(tx, firing);
  const causing = await causeAmong(tx, open, firing.evidence);
  if (causing) return join(tx, causing.incident, firing, { why: causing.why, follows: true });
  for (const incident of open) {
    const why = sameProblem(incident, firing);
    if (why !== null) return join(tx, incident, firing, { why, follows: false });
  }
  return begin(tx, firing, open);
}

/** The unresolved incidents of the model; a store that is away is one problem of all models. */
async function unresolvedOf(tx: Tx, { projectId, model, family }: Firing): Promise<IncidentRow[]> {
  const of = family === 'monitoring' ? eq(incidents.family, family) : eq(incidents.model, model);
  return tx
    .select()
    .from(incidents)
    .where(and(eq(incidents.projectId, projectId), of, ne(incidents.state, 'resolved')))
    .orderBy(incidents.id);
}

/** The incident from which this follows: by the evidence of a monitor in it that fires still, and was told. */
export async function causeAmong(
  tx: Tx,
  open: readonly IncidentRow[],
  evidence: Evidence,
): Promise<{ incident: IncidentRow; why: string } | null> {
  for (const incident of open) {
    const found = incident.evidence
      .map((e) => ({ monitorId: e.monitor_id, why: followsFrom(e, evidence) }))
      .filter((x): x is { monitorId: string; why: string } => x.why !== null);
    if (found.length === 0) continue;
    const firing = await tx
      .select({ id: incidentMonitors.monitorId })
      .from(incidentMonitors)
      .where(
        and(
          eq(incidentMonitors.incidentId, incident.id),
          eq(incidentMonitors.firing, true),
          eq(incidentMonitors.silenced, false),
        ),
      );
    const cause = found.find((x) => firing.some((f) => f.id === x.monitorId));
    if (cause) return { incident, why: cause.why };
  }
  return null;
}

async function begin(tx: Tx, firing: Firing, open: readonly IncidentRow[]): Promise<{ id: string; opened: boolean }> {
  const { projectId, model, family, evidence } = firing;
  const now = new Date(firing.nowMs);
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
      cause: causeOf(family, evidence, open),
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
  await note(tx, row!.id, now, 'opened', evidence.headline, null, firing.monitor.id);
  const told = await announce(tx, row!, 'open', firing);
  await attach(tx, row!.id, firing.monitor.id, !told);
  return { id: row!.id, opened: true };
}

async function join(
  tx: Tx,
  open: IncidentRow,
  firing: Firing,
  { why, follows }: { why: string; follows: boolean },
): Promise<{ id: string; opened: boolean }> {
  const { evidence, monitor } = firing;
  const now = new Date(firing.nowMs);
  const others = firing.adds ? open.evidence : open.evidence.filter((e) => e.monitor_id !== evidence.monitor_id);
  const merged = [...others, evidence].slice(-EVIDENCE_MAX);
  const severity = HIGHEST(open.severity, evidence.severity);
  const worse = SEVERITY_RANK[severity] > SEVERITY_RANK[open.severity];
  const [row] = await tx
    .update(incidents)
    .set({
      evidence: merged,
      severity,
      title: title(open.model, merged),
      subjects: badSubjects(merged),
      since: new Date(Math.min(open.since.getTime(), Date.parse(evidence.since))),
      updatedAt: now,
    })
    .where(eq(incidents.id, open.id))
    .returning();
  if (follows && !worse && !(await isNewsTo(tx, row!, firing))) {
    const text = `${monitor.name}: ${evidence.headline} Nobody was told: it follows from ${why}`;
    await note(tx, open.id, now, 'silenced', text, null, monitor.id);
    await attach(tx, open.id, monitor.id, true);
    return { id: open.id, opened: false };
  }
  await note(tx, open.id, now, 'joined', `${monitor.name}: ${evidence.headline} (${why})`, null, monitor.id);
  const told = await announce(tx, row!, worse ? 'escalate' : 'open', firing);
  await attach(tx, open.id, monitor.id, !told);
  return { id: open.id, opened: false };
}
