import type { Severity } from '@plumbline/contracts';
import { notFound } from '@plumbline/contracts';
import { and, desc, eq, gt, lt, mutes, newId, type Tx } from '@plumbline/control';

export type MuteRow = typeof mutes.$inferSelect;
export type Muted = {
  model: string;
  monitors: readonly { id: string; name: string }[];
  /** Features and metrics that are bad, without the groups in which they are. */
  subjects: readonly string[];
  severity: Severity;
};

/** Pure: the mute that silences this, if any. Every matcher given must hold; `feature` must cover every subject. */
export function muting(active: readonly MuteRow[], about: Muted): MuteRow | undefined {
  return active.find(({ matchers: m }) => {
    if (m.model !== undefined && m.model !== about.model) return false;
    if (m.severity !== undefined && m.severity !== about.severity) return false;
    if (m.monitor !== undefined && !about.monitors.every((x) => x.id === m.monitor || x.name === m.monitor))
      return false;
    return m.feature === undefined || (about.subjects.length > 0 && about.subjects.every((s) => s === m.feature));
  });
}

export async function activeMutes(tx: Tx, projectId: string, nowMs: number): Promise<MuteRow[]> {
  return tx
    .select()
    .from(mutes)
    .where(and(eq(mutes.projectId, projectId), gt(mutes.until, new Date(nowMs))))
    .limit(1000);
}

export async function createMute(
  tx: Tx,
  projectId: string,
  by: string,
  body: { matchers: MuteRow['matchers']; until: number; reason: string },
): Promise<MuteRow> {
  const [row] = await tx
    .insert(mutes)
    .values({
      id: newId(),
      projectId,
      matchers: body.matchers,
      until: new Date(body.until),
      reason: body.reason,
      createdBy: by,
    })
    .returning();
  return row!;
}

export async function listMutes(tx: Tx, projectId: string, limit: number, cursor?: string): Promise<MuteRow[]> {
  return tx
    .select()
    .from(mutes)
    .where(and(eq(mutes.projectId, projectId), cursor ? lt(mutes.id, cursor) : undefined))
    .orderBy(desc(mutes.id))
    .limit(limit);
}

export async function deleteMute(tx: Tx, projectId: string, id: string): Promise<void> {
  const rows = await tx
    .delete(mutes)
    .where(and(eq(mutes.projectId, projectId), eq(mutes.id, id)))
    .returning({ id: mutes.id });
  if (rows.length === 0) throw notFound('mute', id);
}
