import { type ChannelBody, type ChannelView, notFound, SEVERITY_RANK, type Severity } from '@plumbline/contracts';
import { and, channels, desc, eq, lt, newId, type Secrets, type Tx } from '@plumbline/control';

export type ChannelRow = typeof channels.$inferSelect;
const HIDDEN = '••••';
/** What of a config may be shown: everything else may be or hold a secret (the path of a Slack URL is one). */
const SHOWN: Record<ChannelBody['kind'], string[]> = { slack: ['channel'], pagerduty: ['url'], webhook: ['format'] };

export function channelView(row: ChannelRow, secrets: Secrets): ChannelView {
  const config = openConfig(row, secrets);
  const shownConfig = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      SHOWN[row.kind].includes(key) ? value : key === 'url' ? `${origin(value)}/${HIDDEN}` : HIDDEN,
    ]),
  );
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    match: row.match ?? null,
    default: row.isDefault,
    config: shownConfig,
    created_at: row.createdAt.toISOString(),
  };
}

export const openConfig = (row: Pick<ChannelRow, 'sealed'>, secrets: Secrets): Record<string, string> =>
  JSON.parse(secrets.open(row.sealed)) as Record<string, string>;
const origin = (url: string) => (URL.canParse(url) ? new URL(url).origin : '');

const columns = (body: ChannelBody, secrets: Secrets) => ({
  kind: body.kind,
  name: body.name ?? body.kind,
  sealed: secrets.seal(JSON.stringify(body.config)),
  match: body.match ?? null,
  isDefault: body.default ?? false,
});

export async function createChannel(
  tx: Tx,
  secrets: Secrets,
  projectId: string,
  body: ChannelBody,
): Promise<ChannelView> {
  const [row] = await tx
    .insert(channels)
    .values({ id: newId(), projectId, ...columns(body, secrets) })
    .returning();
  return channelView(row!, secrets);
}

export async function updateChannel(
  tx: Tx,
  secrets: Secrets,
  projectId: string,
  id: string,
  body: ChannelBody,
): Promise<ChannelView> {
  const [row] = await tx
    .update(channels)
    .set(columns(body, secrets))
    .where(and(eq(channels.projectId, projectId), eq(channels.id, id)))
    .returning();
  if (!row) throw notFound('channel', id);
  return channelView(row, secrets);
}

export async function getChannel(tx: Tx, projectId: string, id: string): Promise<ChannelRow> {
  const [row] = await tx
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, projectId), eq(channels.id, id)));
  if (!row) throw notFound('channel', id);
  return row;
}

export async function listChannels(tx: Tx, projectId: string, limit: number, cursor?: string): Promise<ChannelRow[]> {
  return tx
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, projectId), cursor ? lt(channels.id, cursor) : undefined))
    .orderBy(desc(channels.id))
    .limit(limit);
}

export async function deleteChannel(tx: Tx, projectId: string, id: string): Promise<void> {
  const rows = await tx
    .delete(channels)
    .where(and(eq(channels.projectId, projectId), eq(channels.id, id)))
    .returning({ id: channels.id });
  if (rows.length === 0) throw notFound('channel', id);
}

/** Which channels hear of an incident: those its monitors name; otherwise those whose `match` fits; otherwise the default ones. Pure. */
export function route(
  all: readonly ChannelRow[],
  named: readonly string[],
  about: { model: string; owner: string | null; severity: Severity },
): ChannelRow[] {
  if (named.length > 0) return all.filter((c) => named.includes(c.id));
  const matching = all.filter((c) => c.match && fits(c.match, about));
  return matching.length > 0 ? matching : all.filter((c) => c.isDefault);
}

function fits(
  match: NonNullable<ChannelRow['match']>,
  about: { model: string; owner: string | null; severity: Severity },
): boolean {
  if (match.model !== undefined && match.model !== about.model) return false;
  if (match.owner !== undefined && match.owner !== about.owner) return false;
  return match.severity === undefined || SEVERITY_RANK[about.severity] >= SEVERITY_RANK[match.severity];
}
