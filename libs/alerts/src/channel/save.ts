import { randomBytes } from 'node:crypto';
import { type ChannelBody, type ChannelChange, type ChannelSaved, notFound } from '@plumbline/contracts';
import { and, channelStates, channels, eq, gt, newId, outbox, type Secrets, type Tx } from '@plumbline/control';
import { type ChannelRow, channelView, getChannel, openConfig } from './channels.js';
import { assertNoMask, type Config, changed } from './config.js';

/** Every webhook is signed: one without a secret gets one, which is shown this once. */
function withSecret(body: ChannelBody): { body: ChannelBody; made?: { secret: string } } {
  if (body.kind !== 'webhook' || body.config.secret !== undefined) return { body };
  const secret = randomBytes(32).toString('base64url');
  return { body: { ...body, config: { ...body.config, secret } }, made: { secret } };
}

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
  asked: ChannelBody,
): Promise<ChannelSaved> {
  assertNoMask(asked.config as Config);
  const { body, made } = withSecret(asked);
  const [row] = await tx
    .insert(channels)
    .values({ id: newId(), projectId, ...columns(body, secrets) })
    .returning();
  return { ...channelView(row!, secrets), ...made };
}

/** Secrets that are left out or masked stay as they are; what waits because of failures goes now. */
export async function updateChannel(
  tx: Tx,
  secrets: Secrets,
  projectId: string,
  id: string,
  asked: ChannelChange,
): Promise<ChannelSaved> {
  const before = await getChannel(tx, projectId, id);
  const { body, made } = withSecret(changed(readable(before, secrets), asked));
  const [row] = await tx
    .update(channels)
    .set(columns(body, secrets))
    .where(and(eq(channels.projectId, projectId), eq(channels.id, id)))
    .returning();
  if (!row) throw notFound('channel', id);
  await startAfresh(tx, id);
  return { ...channelView(row, secrets), ...made };
}

/** What was sealed with another key cannot be kept, only given anew. */
function readable(row: ChannelRow, secrets: Secrets): { kind: ChannelRow['kind']; config: Config } | null {
  try {
    return { kind: row.kind, config: openConfig(row, secrets) };
  } catch {
    return null;
  }
}

/** A channel that was changed may be mended: what waits because of its failures goes now. */
async function startAfresh(tx: Tx, id: string): Promise<void> {
  await tx.update(channelStates).set({ failures: 0, pausedUntil: null }).where(eq(channelStates.channelId, id));
  const waits = and(eq(outbox.channelId, id), eq(outbox.state, 'pending'), eq(outbox.uncertain, false));
  await tx
    .update(outbox)
    .set({ dueAt: new Date() })
    .where(and(waits, gt(outbox.attempts, 0)));
}
