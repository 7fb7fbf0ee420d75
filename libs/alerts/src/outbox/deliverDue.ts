import type { Logger } from '@plumbline/config';
import { and, channels, type Db, eq, incidents, lt, lte, outbox, type Secrets, sql } from '@plumbline/control';
import { type ChannelRow, openConfig } from '../channel/channels.js';
import { incidentView } from '../incident/view.js';
import type { Notification } from '../render/notification.js';
import type { PostResult } from '../send/classify.js';
import { deliver } from '../send/deliver.js';
import { afterFailure, type Bucket, RATE_LIMITS, take } from '../send/schedule.js';

export type DeliveryDeps = {
  db: Db;
  secrets: Secrets;
  log: Logger;
  consoleUrl: string;
  allowPrivate: string[];
  nowMs?: () => number;
  random?: () => number;
};

const TAKE_MAX = 100;
/** How long a delivery belongs to the worker that took it; longer than its timeouts, so that nobody else sends it meanwhile. */
const HOLD_MS = 60_000;

const UNREADABLE: PostResult = {
  outcome: 'retry',
  status: null,
  answer: 'The channel was saved under another PLUMBLINE_SECRET_KEY. Set that key again, or save the channel anew.',
};

type OutboxRow = typeof outbox.$inferSelect;

/**
 * Sends what is due. A row is taken by moving its due time ahead, so a worker that dies leaves it to the next; a vendor
 * may then be told twice, under the same dedup key. Within an incident and channel the order holds: resolve never before open.
 */
export function createDeliverer({
  db,
  secrets,
  log,
  consoleUrl,
  allowPrivate,
  nowMs = Date.now,
  random = Math.random,
}: DeliveryDeps) {
  const buckets = new Map<string, Bucket>();

  /** The config, unless it was sealed with another key: that may be mended, so the delivery waits and says so. */
  const readable = (channel: ChannelRow): Record<string, string> | null => {
    try {
      return openConfig(channel, secrets);
    } catch {
      return null;
    }
  };

  const takeDue = async (): Promise<OutboxRow[]> => {
    const now = new Date(nowMs());
    return db
      .update(outbox)
      .set({ dueAt: new Date(now.getTime() + HOLD_MS) })
      .where(
        sql`${outbox.id} IN (SELECT o.id FROM app.outbox o WHERE o.state = 'pending' AND o.due_at <= ${now.toISOString()}::timestamptz
          AND NOT EXISTS (SELECT 1 FROM app.outbox b WHERE b.incident_id = o.incident_id AND b.channel_id = o.channel_id AND b.sequence < o.sequence AND b.state = 'pending')
          ORDER BY o.id LIMIT ${TAKE_MAX} FOR UPDATE SKIP LOCKED)`,
      )
      .returning();
  };

  const sendOne = async (row: OutboxRow): Promise<void> => {
    const [found] = await db
      .select({ incident: incidents, channel: channels })
      .from(outbox)
      .innerJoin(incidents, eq(incidents.id, outbox.incidentId))
      .innerJoin(channels, eq(channels.id, outbox.channelId))
      .where(eq(outbox.id, row.id));
    if (!found) return;
    const { channel } = found;
    const limit = take(RATE_LIMITS[channel.kind], buckets.get(channel.id), nowMs());
    buckets.set(channel.id, limit.bucket);
    if (!limit.allowed) {
      await db
        .update(outbox)
        .set({ dueAt: new Date(nowMs() + limit.waitMs) })
        .where(eq(outbox.id, row.id));
      return;
    }
    const notification: Notification = {
      event: row.event,
      incident: await incidentView(db, found.incident),
      consoleUrl,
      dedupKey: `plumbline-${row.incidentId}`,
      sequence: row.sequence,
      at: row.createdAt.toISOString(),
    };
    const config = readable(channel);
    const result = config
      ? await deliver({ id: channel.id, kind: channel.kind, config }, notification, { nowMs, allowPrivate })
      : UNREADABLE;
    const attempts = row.attempts + 1;
    const mine = eq(outbox.id, row.id);
    if (result.outcome === 'sent') {
      await db
        .update(outbox)
        .set({ state: 'sent', attempts, sentAt: new Date(nowMs()), lastError: null })
        .where(mine);
      return;
    }
    log.warn(
      {
        channel: channel.name,
        kind: channel.kind,
        event: row.event,
        incident: found.incident.number,
        attempts,
        answer: result.answer,
      },
      'a notification was not delivered',
    );
    const next =
      result.outcome === 'dead'
        ? ({ state: 'dead', reason: result.answer } as const)
        : afterFailure(
            { attempt: attempts, createdAtMs: row.createdAt.getTime(), retryAfterMs: result.retryAfterMs },
            nowMs(),
            random,
          );
    await db
      .update(outbox)
      .set(
        next.state === 'dead'
          ? { state: 'failed', attempts, lastError: result.answer || next.reason }
          : { attempts, lastError: result.answer, dueAt: new Date(next.at) },
      )
      .where(mine);
  };

  return {
    /** Returns how many were tried. */
    async deliverDue(): Promise<number> {
      const due = await takeDue();
      const results = await Promise.allSettled(due.map(sendOne));
      for (const r of results)
        if (r.status === 'rejected')
          log.error({ err: r.reason }, 'a delivery could not be worked on; it is tried again');
      return due.length;
    },
  };
}

/** Dead letters back into the queue, by hand. */
export async function resend(db: Db, projectId: string, id: string, nowMs: number): Promise<boolean> {
  const rows = await db
    .update(outbox)
    .set({ state: 'pending', dueAt: new Date(nowMs), attempts: 0 })
    .where(and(eq(outbox.projectId, projectId), eq(outbox.id, id), eq(outbox.state, 'failed')))
    .returning({ id: outbox.id });
  return rows.length > 0;
}

/** When the next pending notification is due, for whoever wants to sleep until then. */
export async function nextDelivery(db: Db, withinMs: number, nowMs: number): Promise<number | null> {
  const [row] = await db
    .select({ at: outbox.dueAt })
    .from(outbox)
    .where(and(eq(outbox.state, 'pending'), lte(outbox.dueAt, new Date(nowMs + withinMs)), lt(outbox.attempts, 1_000)))
    .orderBy(outbox.dueAt)
    .limit(1);
  return row ? row.at.getTime() : null;
}
