import { channelStates, channels, type Db, eq, inArray, outbox, storms, type Tx } from '@plumbline/control';
import type { ChannelRow } from '../channel/channels.js';
import type { PostResult } from '../send/classify.js';
import { afterFailure, RATE_LIMITS } from '../send/schedule.js';
import { afterAnswer } from './pace.js';
import { lockPace, type OutboxRow, type TakenStorm } from './take.js';

type Clock = { nowMs: () => number; random: () => number };

/** Writes down how the attempt to tell of one incident ended, and what that means for the channel. */
export async function settleRow(
  db: Db,
  channel: ChannelRow,
  row: OutboxRow,
  result: PostResult,
  { nowMs, random }: Clock,
): Promise<void> {
  const now = nowMs();
  const attempts = row.attempts + 1;
  // What may have arrived once may have arrived, whatever a later attempt was answered.
  const uncertain = result.outcome === 'retry' && (result.status === null || row.uncertain);
  await db.transaction(async (tx) => {
    await settleChannel(tx, channel, result, now, random);
    const mine = eq(outbox.id, row.id);
    if (result.outcome === 'sent') {
      const receipt = result.receipt ? { receipt: result.receipt } : {};
      await tx
        .update(outbox)
        .set({ state: 'sent', attempts, uncertain: false, sentAt: new Date(now), lastError: null, ...receipt })
        .where(mine);
      return;
    }
    const createdAtMs = (row.admittedAt ?? row.createdAt).getTime();
    const next =
      result.outcome === 'dead'
        ? ({ state: 'dead', reason: result.answer } as const)
        : afterFailure({ attempt: attempts, createdAtMs, retryAfterMs: result.retryAfterMs }, now, random);
    await tx
      .update(outbox)
      .set(
        next.state === 'dead'
          ? { state: 'failed', attempts, uncertain, lastError: result.answer || next.reason }
          : { attempts, uncertain, lastError: result.answer, dueAt: new Date(next.at) },
      )
      .where(mine);
  });
}

/** The same of a storm: what its message named is told, unless it was not delivered. */
export async function settleStorm(
  db: Db,
  channel: ChannelRow,
  { row, content, over }: TakenStorm,
  result: PostResult & { named: string[] },
  { nowMs, random }: Clock,
): Promise<void> {
  const now = nowMs();
  const mine = eq(storms.id, row.id);
  const of = (incidents: readonly string[]) => incidents.flatMap((id) => content.pending.get(id) ?? []);
  await db.transaction(async (tx) => {
    await settleChannel(tx, channel, result, now, random);
    if (result.outcome === 'sent') {
      const told = of(over ? [...content.pending.keys()] : result.named);
      await setRows(tx, told, { state: 'sent', attempts: 1, sentAt: new Date(now), lastError: null });
      const receipt = row.receipt === null && result.receipt ? { receipt: result.receipt } : {};
      await tx
        .update(storms)
        .set({
          ...{ sequence: row.sequence + 1, attempts: 0, uncertain: false, sentAt: new Date(now), lastError: null },
          ...(over ? { state: 'resolved', dueAt: null } : { dueAt: new Date(now + 1) }),
          ...receipt,
        })
        .where(mine);
      return;
    }
    const attempts = row.attempts + 1;
    const createdAtMs = (row.sentAt ?? row.openedAt).getTime();
    const next =
      result.outcome === 'dead'
        ? ({ state: 'dead', reason: result.answer } as const)
        : afterFailure({ attempt: attempts, createdAtMs, retryAfterMs: result.retryAfterMs }, now, random);
    const lastError = result.answer || (next.state === 'dead' ? next.reason : null);
    const uncertain = next.state !== 'dead' && (result.status === null || row.uncertain);
    const waits = of([...content.pending.keys()]);
    if (next.state === 'dead') {
      await setRows(tx, waits, { state: 'failed', attempts, lastError });
      await tx.update(storms).set({ state: 'failed', attempts, uncertain, lastError, dueAt: null }).where(mine);
      return;
    }
    await setRows(tx, waits, { attempts, lastError });
    await tx
      .update(storms)
      .set({ attempts, uncertain, lastError, dueAt: new Date(next.at) })
      .where(mine);
  });
}

const AT_ONCE = 1_000;
async function setRows(tx: Tx, ids: readonly string[], values: Partial<OutboxRow>): Promise<void> {
  for (let i = 0; i < ids.length; i += AT_ONCE)
    await tx
      .update(outbox)
      .set(values)
      .where(inArray(outbox.id, ids.slice(i, i + AT_ONCE)));
}

async function settleChannel(
  tx: Tx,
  channel: ChannelRow,
  result: PostResult,
  nowMs: number,
  random: () => number,
): Promise<void> {
  // Deleted meanwhile: it has no state to keep.
  const alive = await tx.select({ id: channels.id }).from(channels).where(eq(channels.id, channel.id));
  if (alive.length === 0) return;
  const before = await lockPace(tx, channel.id, RATE_LIMITS[channel.kind].burst, nowMs);
  const after = afterAnswer(before, result, nowMs, random);
  const now = new Date(nowMs);
  await tx
    .update(channelStates)
    .set({
      failures: after.failures,
      pausedUntil: after.pausedUntilMs === null ? null : new Date(after.pausedUntilMs),
      ...(result.outcome === 'sent' ? { lastSentAt: now } : { lastFailedAt: now, lastError: result.answer }),
    })
    .where(eq(channelStates.channelId, channel.id));
}
