import { type MutesQuery, notFound, PlumblineError, type Severity } from '@plumbline/contracts';
import { and, desc, eq, gt, lt, mutes, newId, type Tx } from '@plumbline/control';
import { idOf } from '../cursor.js';

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

/** Throws `invalid_request` if it would be over already. */
export async function createMute(
  tx: Tx,
  projectId: string,
  by: string,
  body: { matchers: MuteRow['matchers']; until: number; reason: string },
  nowMs: number,
): Promise<MuteRow> {
  if (body.until <= nowMs) {
    const message = 'has passed: give a time to come';
    throw new PlumblineError('invalid_request', `until: ${message}`, { errors: [{ path: 'until', message }] });
  }
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

/** Newest first: those that are in force, or all. */
export async function listMutes(
  tx: Tx,
  projectId: string,
  q: { state: MutesQuery['state']; limit: number; cursor?: string },
  nowMs: number,
): Promise<MuteRow[]> {
  const after = idOf(q.cursor);
  return tx
    .select()
    .from(mutes)
    .where(
      and(
        eq(mutes.projectId, projectId),
        q.state === 'active' ? gt(mutes.until, new Date(nowMs)) : undefined,
        after ? lt(mutes.id, after) : undefined,
      ),
    )
    .orderBy(desc(mutes.id))
    .limit(q.limit);
}

export async function deleteMute(tx: Tx, projectId: string, id: string): Promise<void> {
  const rows = await tx
    .delete(mutes)
    .where(and(eq(mutes.projectId, projectId), eq(mutes.id, id)))
    .returning({ id: mutes.id });
  if (rows.length === 0) throw notFound('mute', id);
}
