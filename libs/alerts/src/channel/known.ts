import { PlumblineError } from '@plumbline/contracts';
import { and, channels, eq, inArray, type Tx } from '@plumbline/control';

/** Throws `invalid_request` naming those of `ids` that are no channel of the project. */
export async function assertChannels(tx: Tx, projectId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const known = await tx
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.projectId, projectId), inArray(channels.id, [...ids])));
  const errors = ids
    .map((id, i) => ({ id, path: `channels.${i}`, message: `there is no channel '${id}'` }))
    .filter(({ id }) => !known.some((c) => c.id === id))
    .map(({ path, message }) => ({ path, message }));
  if (errors.length > 0)
    throw new PlumblineError('invalid_request', errors.map((e) => `${e.path}: ${e.message}`).join('; '), { errors });
}
