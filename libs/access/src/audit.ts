import { type Page, type Principal } from '@plumbline/contracts';
import { and, audit, desc, eq, lt, newId, type Tx } from '@plumbline/control';

/** Who changed what; in the transaction of the change. `detail` never holds secrets. */
export async function record(
  tx: Tx,
  who: Principal,
  action: string,
  subject: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await tx.insert(audit).values({ id: newId(), projectId: who.projectId, actor: who.name, action, subject, detail });
}

export type AuditEntry = {
  id: string;
  at: string;
  actor: string;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
};

export async function listAudit(db: Tx, projectId: string, limit: number, cursor?: string): Promise<Page<AuditEntry>> {
  const rows = await db
    .select()
    .from(audit)
    .where(and(eq(audit.projectId, projectId), cursor ? lt(audit.id, cursor) : undefined))
    .orderBy(desc(audit.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map((r) => ({
    id: r.id,
    at: r.at.toISOString(),
    actor: r.actor,
    action: r.action,
    subject: r.subject,
    detail: r.detail,
  }));
  return { items, next_cursor: rows.length > limit ? items.at(-1)!.id : null };
}
