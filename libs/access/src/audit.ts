import type { AuditView, auditQuery, Page, Principal } from '@plumbline/contracts';
import { and, audit, desc, eq, gte, lt, newId, or, sql, type Tx } from '@plumbline/control';
import type { z } from 'zod';

/** Who changed what; in the transaction of the change. `detail` never holds secrets. */
export async function record(
  tx: Tx,
  who: Principal,
  action: string,
  subject: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await tx.insert(audit).values({
    id: newId(),
    projectId: who.projectId,
    actor: who.name,
    actorKind: who.person ? 'person' : 'key',
    action,
    subject,
    detail,
  });
}

export type AuditQuery = Partial<Omit<z.output<typeof auditQuery>, 'limit'>> & { limit: number };

export async function listAudit(db: Tx, projectId: string, asked: AuditQuery): Promise<Page<AuditView>> {
  const { limit, cursor, q, action, actor, from, to } = asked;
  const rows = await db
    .select()
    .from(audit)
    .where(
      and(
        eq(audit.projectId, projectId),
        cursor ? lt(audit.id, cursor) : undefined,
        action ? or(eq(audit.action, action), sql`starts_with(${audit.action}, ${`${action}.`})`) : undefined,
        actor ? eq(audit.actor, actor) : undefined,
        from === undefined ? undefined : gte(audit.at, new Date(from)),
        to === undefined ? undefined : lt(audit.at, new Date(to)),
        // position() rather than LIKE: nothing that is typed is a wildcard.
        q
          ? sql`position(lower(${q}) in lower(concat_ws(' ', ${audit.action}, ${audit.actor}, ${audit.subject}, ${audit.detail}::text))) > 0`
          : undefined,
      ),
    )
    .orderBy(desc(audit.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map((r) => ({
    id: r.id,
    at: r.at.toISOString(),
    actor: r.actor,
    actor_kind: r.actorKind,
    action: r.action,
    subject: r.subject,
    detail: r.detail,
  }));
  return { items, next_cursor: rows.length > limit ? items.at(-1)!.id : null };
}
