import { type ChannelView, notFound, SEVERITY_RANK, type Severity } from '@plumbline/contracts';
import {
  and,
  channelStates,
  channels,
  desc,
  eq,
  inArray,
  lt,
  monitors,
  outbox,
  type Secrets,
  sql,
  type Tx,
} from '@plumbline/control';
import { idOf } from '../cursor.js';
import { healthOf } from '../outbox/pace.js';
import { masked } from './config.js';

export type ChannelRow = typeof channels.$inferSelect;
type StateRow = typeof channelStates.$inferSelect;

export function channelView(row: ChannelRow, secrets: Secrets, state?: StateRow, nowMs = Date.now()): ChannelView {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    match: row.match ?? null,
    default: row.isDefault,
    config: masked(row.kind, openConfig(row, secrets)),
    health: {
      state: state
        ? healthOf({ failures: state.failures, pausedUntilMs: state.pausedUntil?.getTime() ?? null }, nowMs)
        : 'ok',
      failures: state?.failures ?? 0,
      paused_until: state?.pausedUntil?.toISOString() ?? null,
      last_error: state?.lastError ?? null,
      last_failed_at: state?.lastFailedAt?.toISOString() ?? null,
      last_sent_at: state?.lastSentAt?.toISOString() ?? null,
    },
    created_at: row.createdAt.toISOString(),
  };
}

/** The channels with how they are doing. */
export async function channelViews(tx: Tx, rows: readonly ChannelRow[], secrets: Secrets): Promise<ChannelView[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((r) => r.id);
  const states = await tx.select().from(channelStates).where(inArray(channelStates.channelId, ids));
  return rows.map((row) =>
    channelView(
      row,
      secrets,
      states.find((s) => s.channelId === row.id),
    ),
  );
}

export const openConfig = (row: Pick<ChannelRow, 'sealed'>, secrets: Secrets): Record<string, string> =>
  JSON.parse(secrets.open(row.sealed)) as Record<string, string>;

export async function getChannel(tx: Tx, projectId: string, id: string): Promise<ChannelRow> {
  const [row] = await tx
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, projectId), eq(channels.id, id)));
  if (!row) throw notFound('channel', id);
  return row;
}

export async function listChannels(tx: Tx, projectId: string, limit: number, cursor?: string): Promise<ChannelRow[]> {
  const after = idOf(cursor);
  return tx
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, projectId), after ? lt(channels.id, after) : undefined))
    .orderBy(desc(channels.id))
    .limit(limit);
}

/** What it was told stays with its incidents, under its name; what still waited for it has failed. */
export async function deleteChannel(tx: Tx, projectId: string, id: string): Promise<void> {
  const [row] = await tx
    .delete(channels)
    .where(and(eq(channels.projectId, projectId), eq(channels.id, id)))
    .returning();
  if (!row) throw notFound('channel', id);
  await tx.update(outbox).set({ channelName: row.name, channelKind: row.kind }).where(eq(outbox.channelId, id));
  await failWaiting(tx, id);
  // Monitors that name it go on without it; without any they are told by the rules of the others.
  await tx
    .update(monitors)
    .set({ body: sql`jsonb_set(body, '{channels}', (body->'channels') - ${id}::text)` })
    .where(and(eq(monitors.projectId, projectId), sql`body->'channels' @> ${JSON.stringify([id])}::jsonb`));
}

/** Nothing goes to a channel that does not exist any more. */
export async function failWaiting(tx: Tx, channelId: string): Promise<void> {
  await tx
    .update(outbox)
    .set({ state: 'failed', lastError: 'The channel was deleted before this was sent.' })
    .where(and(eq(outbox.channelId, channelId), eq(outbox.state, 'pending')));
}

/**
 * Which channels hear of an incident: those that its monitor names, as far as they exist; if it names none, or none that exists,
 * those whose `match` fits and the default ones. Pure.
 */
export function route(
  all: readonly ChannelRow[],
  named: readonly string[],
  about: { model: string; owner: string | null; severity: Severity },
): ChannelRow[] {
  const known = all.filter((c) => named.includes(c.id));
  if (known.length > 0) return known;
  return all.filter((c) => c.isDefault || (c.match && fits(c.match, about)));
}

function fits(
  match: NonNullable<ChannelRow['match']>,
  about: { model: string; owner: string | null; severity: Severity },
): boolean {
  if (match.model !== undefined && match.model !== about.model) return false;
  if (match.owner !== undefined && match.owner !== about.owner) return false;
  return match.severity === undefined || SEVERITY_RANK[about.severity] >= SEVERITY_RANK[match.severity];
}
