import {
  and,
  asc,
  channelStates,
  channels,
  type Db,
  eq,
  inArray,
  isNotNull,
  lte,
  newId,
  outbox,
  sql,
  storms,
  type Tx,
} from '@plumbline/control';
import { type ChannelRow, failWaiting } from '../channel/channels.js';
import { RATE_LIMITS } from '../send/schedule.js';
import { allowance, type ChannelPace, spend } from './pace.js';
import { admitted, afterJoined, isSettled, PAGES, stormTurn, WINDOW_MS } from './storm.js';
import { type StormContent, stormContent } from './stormContent.js';

export type OutboxRow = typeof outbox.$inferSelect;
export type StormRow = typeof storms.$inferSelect;
/** `repeat`: an earlier attempt ended without anybody knowing how. */
export type Taken<T> = { row: T; repeat: boolean };
export type TakenStorm = Taken<StormRow> & { content: StormContent; over: boolean };
export type Turn = {
  channel: ChannelRow;
  rows: Taken<OutboxRow>[];
  storm: TakenStorm | null;
  /** In how many ms more may go, if something was held back by the pace of the vendor. */
  waitMs: number | null;
};

/** How long what was taken belongs to the worker that took it; longer than its timeouts, so that nobody else sends it meanwhile. */
export const HOLD_MS = 15_000;
/** Waiting rows that are looked at in one turn. */
const LOOKED_AT_MAX = 2_000;
const AT_ONCE_MAX = 20;
const NEVER_TOLD =
  'Its beginning was not delivered, so its end is not sent alone. Send the beginning again, and this follows.';

/** Channels that have something to send and are not paused. */
export async function channelsWithWork(db: Db, nowMs: number): Promise<string[]> {
  const now = new Date(nowMs).toISOString();
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT w.channel_id AS id FROM (
      SELECT DISTINCT channel_id FROM app.outbox WHERE state = 'pending' AND storm_id IS NULL AND due_at <= ${now}::timestamptz
      UNION SELECT channel_id FROM app.storms WHERE due_at <= ${now}::timestamptz) w
    LEFT JOIN app.channel_states s ON s.channel_id = w.channel_id
    WHERE s.paused_until IS NULL OR s.paused_until <= ${now}::timestamptz ORDER BY 1 LIMIT 1000`);
  return rows.map((r) => r.id);
}

/**
 * Takes what this channel may send now, in one transaction under the lock of the channel. What was taken is due again when its
 * hold ends, so a worker that dies leaves it to the next; a vendor may then be told twice, under the same dedup key. Within an
 * incident the order holds: nothing goes while something earlier of it waits.
 */
export async function takeTurn(
  db: Db,
  channelId: string,
  silent: (channel: ChannelRow) => boolean,
  nowMs: number,
): Promise<Turn | null> {
  return db.transaction(async (tx) => {
    const [channel] = await tx.select().from(channels).where(eq(channels.id, channelId));
    if (!channel) {
      await failWaiting(tx, channelId);
      return null;
    }
    const limit = RATE_LIMITS[channel.kind];
    const pace = await lockPace(tx, channelId, limit.burst, nowMs);
    const { count, waitMs } = allowance(pace, limit, nowMs);
    if ((pace.pausedUntilMs ?? 0) > nowMs) return { channel, rows: [], storm: null, waitMs: null };
    await admitPages(tx, channel, nowMs);
    await admitEnds(tx, channelId, nowMs);
    const rows = await takeRows(tx, channelId, Math.min(AT_ONCE_MAX, count), nowMs);
    // After the pages that went alone; one message at a time is all that a storm has.
    const storm = count > 0 && rows.length === 0 ? await takeStorm(tx, channelId, silent(channel), nowMs) : null;
    const left = spend(pace, limit, rows.length + (storm ? 1 : 0), nowMs);
    await tx
      .update(channelStates)
      .set({ tokens: left.tokens, tokensAt: new Date(left.tokensAtMs) })
      .where(eq(channelStates.channelId, channelId));
    return { channel, rows, storm, waitMs: count === 0 ? waitMs : null };
  });
}

/** The state of the channel, made if it has none, locked until the transaction ends. */
export async function lockPace(tx: Tx, channelId: string, burst: number, nowMs: number): Promise<ChannelPace> {
  await tx
    .insert(channelStates)
    .values({ channelId, tokens: burst, tokensAt: new Date(nowMs) })
    .onConflictDoNothing();
  const [row] = await tx.select().from(channelStates).where(eq(channelStates.channelId, channelId)).for('update');
  return {
    tokens: row!.tokens,
    tokensAtMs: row!.tokensAt.getTime(),
    failures: row!.failures,
    pausedUntilMs: row!.pausedUntil?.getTime() ?? null,
  };
}

const FIRST_OF_INCIDENT = sql`NOT EXISTS (SELECT 1 FROM app.outbox b WHERE b.incident_id = outbox.incident_id
  AND b.channel_id = outbox.channel_id AND b.sequence < outbox.sequence AND b.state = 'pending' AND b.storm_id IS NULL)`;

const waiting = (channelId: string, nowMs: number) =>
  and(
    eq(outbox.channelId, channelId),
    eq(outbox.state, 'pending'),
    sql`${outbox.stormId} IS NULL`,
    lte(outbox.dueAt, new Date(nowMs)),
    FIRST_OF_INCIDENT,
  );

/** Decides for every page that waits whether it is told by itself or goes into the storm. */
async function admitPages(tx: Tx, channel: ChannelRow, nowMs: number): Promise<void> {
  const pages = await tx
    .select({ id: outbox.id })
    .from(outbox)
    .where(and(waiting(channel.id, nowMs), sql`${outbox.admittedAt} IS NULL`, inArray(outbox.event, [...PAGES])))
    .orderBy(asc(outbox.id))
    .limit(LOOKED_AT_MAX);
  if (pages.length === 0) return;
  const storm = await collectingStorm(tx, channel.id, nowMs);
  const since = new Date(nowMs - WINDOW_MS).toISOString();
  const [recent] = await tx
    .select({ n: sql<number>`count(*)::int` })
    .from(outbox)
    .where(
      and(
        eq(outbox.channelId, channel.id),
        inArray(outbox.event, [...PAGES]),
        sql`${outbox.admittedAt} > ${since}::timestamptz`,
      ),
    );
  const alone = admitted(pages.length, recent!.n, storm !== null);
  const ids = pages.map((p) => p.id);
  if (alone > 0)
    await tx
      .update(outbox)
      .set({ admittedAt: new Date(nowMs) })
      .where(inArray(outbox.id, ids.slice(0, alone)));
  if (alone === ids.length) return;
  const into = storm ?? (await openStorm(tx, channel, nowMs));
  await tx
    .update(outbox)
    .set({ stormId: into.id })
    .where(inArray(outbox.id, ids.slice(alone)));
  const dueAt = new Date(afterJoined(into.sentAt?.getTime() ?? null, nowMs));
  const sooner = into.dueAt !== null && into.dueAt < dueAt ? into.dueAt : dueAt;
  await tx
    .update(storms)
    // While its message is on the way, or waits to be tried again, its time is not ours to change.
    .set({ lastPageAt: new Date(nowMs), dueAt: into.uncertain || into.attempts > 0 ? into.dueAt : sooner })
    .where(eq(storms.id, into.id));
}

/** The storm that takes problems in; one that was quiet for long enough no longer does. */
async function collectingStorm(tx: Tx, channelId: string, nowMs: number): Promise<StormRow | null> {
  const [storm] = await tx
    .select()
    .from(storms)
    .where(and(eq(storms.channelId, channelId), eq(storms.state, 'collecting')));
  if (!storm) return null;
  if (!isSettled(storm.lastPageAt.getTime(), nowMs)) return storm;
  await tx.update(storms).set({ state: 'settled' }).where(eq(storms.id, storm.id));
  return null;
}

async function openStorm(tx: Tx, channel: ChannelRow, nowMs: number): Promise<StormRow> {
  const now = new Date(nowMs);
  const [row] = await tx
    .insert(storms)
    .values({
      id: newId(),
      projectId: channel.projectId,
      channelId: channel.id,
      state: 'collecting',
      openedAt: now,
      lastPageAt: now,
      dueAt: now,
    })
    .returning();
  return row!;
}

/**
 * The end of an incident goes the way of its beginning: by itself, or with the storm that told it. What was never told does
 * not end.
 */
async function admitEnds(tx: Tx, channelId: string, nowMs: number): Promise<void> {
  const ends = await tx
    .select({
      id: outbox.id,
      // Written out: of a single table drizzle leaves the names of tables away, and `p` is one too.
      alone: sql<boolean>`EXISTS (SELECT 1 FROM app.outbox p WHERE p.incident_id = outbox.incident_id AND p.channel_id = outbox.channel_id
        AND p.sequence < outbox.sequence AND p.state = 'sent' AND p.storm_id IS NULL)`,
      storm: sql<string | null>`(SELECT max(p.storm_id) FROM app.outbox p WHERE p.incident_id = outbox.incident_id
        AND p.channel_id = outbox.channel_id AND p.sequence < outbox.sequence AND p.state IN ('pending', 'sent'))`,
    })
    .from(outbox)
    .where(
      and(
        waiting(channelId, nowMs),
        sql`${outbox.admittedAt} IS NULL`,
        inArray(outbox.event, ['acknowledge', 'resolve']),
      ),
    )
    .orderBy(asc(outbox.id))
    .limit(LOOKED_AT_MAX);
  const now = new Date(nowMs);
  for (const { id, alone, storm } of ends) {
    if (alone) await tx.update(outbox).set({ admittedAt: now }).where(eq(outbox.id, id));
    else if (storm !== null) await tx.update(outbox).set({ stormId: storm }).where(eq(outbox.id, id));
    else await tx.update(outbox).set({ state: 'failed', lastError: NEVER_TOLD }).where(eq(outbox.id, id));
  }
}

/** Looks after the storms that are due; takes the first that has something to say. */
async function takeStorm(tx: Tx, channelId: string, silent: boolean, nowMs: number): Promise<TakenStorm | null> {
  const due = await tx
    .select()
    .from(storms)
    .where(and(eq(storms.channelId, channelId), lte(storms.dueAt, new Date(nowMs))))
    .orderBy(asc(storms.id))
    .limit(20);
  for (const row of due) {
    if (row.state !== 'collecting' && row.state !== 'settled') continue;
    const content = await stormContent(tx, row.id);
    const turn = stormTurn(
      {
        state: row.state,
        lastPageAtMs: row.lastPageAt.getTime(),
        sentAtMs: row.sentAt?.getTime() ?? null,
        ...content.counts,
        silent,
      },
      nowMs,
    );
    // Its incidents were deleted with their model: there is nothing to tell.
    if (content.incidents.length === 0) {
      await tx.update(storms).set({ state: 'resolved', dueAt: null }).where(eq(storms.id, row.id));
      continue;
    }
    const over = turn.state === 'resolved';
    const dueAt = turn.send ? nowMs + HOLD_MS : turn.dueAtMs!;
    await tx
      .update(storms)
      .set({ state: over ? 'settled' : turn.state, dueAt: new Date(dueAt), ...(turn.send && { uncertain: true }) })
      .where(eq(storms.id, row.id));
    if (turn.send) return { row, repeat: row.uncertain, content, over };
  }
  return null;
}

async function takeRows(tx: Tx, channelId: string, max: number, nowMs: number): Promise<Taken<OutboxRow>[]> {
  if (max <= 0) return [];
  const rows = await tx
    .select()
    .from(outbox)
    .where(and(waiting(channelId, nowMs), isNotNull(outbox.admittedAt)))
    .orderBy(asc(outbox.id))
    .limit(max);
  if (rows.length === 0) return [];
  await tx
    .update(outbox)
    .set({ dueAt: new Date(nowMs + HOLD_MS), uncertain: true })
    .where(
      inArray(
        outbox.id,
        rows.map((r) => r.id),
      ),
    );
  return rows.map((row) => ({ row, repeat: row.uncertain }));
}
