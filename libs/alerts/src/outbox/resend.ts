import { PlumblineError } from '@plumbline/contracts';
import { and, asc, channels, type Db, eq, gt, inArray, lt, outbox, type Tx } from '@plumbline/control';
import { isPage, PAGES } from './storm.js';
import type { OutboxRow } from './take.js';

/**
 * A dead letter goes into the queue again, by hand, as a message of its own; what was held back because of it follows. The end of
 * something whose beginning failed too begins with that. False: there is no such failed delivery. Throws `conflict` if its channel
 * is gone.
 */
export async function resend(db: Db, projectId: string, id: string, nowMs: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [asked] = await tx
      .select()
      .from(outbox)
      .where(and(eq(outbox.projectId, projectId), eq(outbox.id, id), eq(outbox.state, 'failed')))
      .for('update');
    if (!asked) return false;
    const alive = await tx.select({ id: channels.id }).from(channels).where(eq(channels.id, asked.channelId));
    if (alive.length === 0)
      throw new PlumblineError('conflict', 'Its channel was deleted: nothing goes there any more.');
    const first = isPage(asked.event) ? asked : ((await failedBeginning(tx, asked)) ?? asked);
    const now = new Date(nowMs);
    const again = { state: 'pending', dueAt: now, attempts: 0, stormId: null, uncertain: false } as const;
    await tx
      .update(outbox)
      .set({ ...again, admittedAt: now })
      .where(eq(outbox.id, first.id));
    await tx
      .update(outbox)
      .set({ ...again, admittedAt: null })
      .where(
        and(ofSame(first), gt(outbox.sequence, first.sequence), inArray(outbox.event, ['acknowledge', 'resolve'])),
      );
    return true;
  });
}

/** What failed of the same incident in the same channel. */
const ofSame = (row: OutboxRow) =>
  and(eq(outbox.incidentId, row.incidentId), eq(outbox.channelId, row.channelId), eq(outbox.state, 'failed'));

async function failedBeginning(tx: Tx, end: OutboxRow): Promise<OutboxRow | undefined> {
  const [row] = await tx
    .select()
    .from(outbox)
    .where(and(ofSame(end), lt(outbox.sequence, end.sequence), inArray(outbox.event, [...PAGES])))
    .orderBy(asc(outbox.sequence))
    .limit(1);
  return row;
}
