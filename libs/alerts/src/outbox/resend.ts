import { and, type Db, eq, gt, inArray, outbox } from '@plumbline/control';

/**
 * A dead letter goes into the queue again, by hand, as a message of its own. What followed it and was held back because of it
 * follows now. False: there is no such failed delivery.
 */
export async function resend(db: Db, projectId: string, id: string, nowMs: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const now = new Date(nowMs);
    const again = { state: 'pending', dueAt: now, attempts: 0, stormId: null, uncertain: false } as const;
    const [row] = await tx
      .update(outbox)
      .set({ ...again, admittedAt: now })
      .where(and(eq(outbox.projectId, projectId), eq(outbox.id, id), eq(outbox.state, 'failed')))
      .returning();
    if (!row) return false;
    await tx
      .update(outbox)
      .set({ ...again, admittedAt: null })
      .where(
        and(
          eq(outbox.incidentId, row.incidentId),
          eq(outbox.channelId, row.channelId),
          eq(outbox.state, 'failed'),
          gt(outbox.sequence, row.sequence),
          inArray(outbox.event, ['acknowledge', 'resolve']),
        ),
      );
    return true;
  });
}
