import type { DeliveryListed, DeliveryView, Page } from '@plumbline/contracts';
import { and, channels, type Db, desc, eq, incidents, lt, outbox } from '@plumbline/control';
import { idOf } from '../cursor.js';
import { deliveryView } from '../incident/view.js';

/** Deliveries of all incidents, newest first: `state: 'failed'` are the dead letters. */
export async function listDeliveries(
  db: Db,
  projectId: string,
  q: { state?: DeliveryView['state']; channel?: string; limit: number; cursor?: string },
): Promise<Page<DeliveryListed>> {
  const after = idOf(q.cursor);
  const rows = await db
    .select({
      o: outbox,
      channel: { name: channels.name, kind: channels.kind },
      incident: {
        id: incidents.id,
        number: incidents.number,
        model: incidents.model,
        title: incidents.title,
        state: incidents.state,
      },
    })
    .from(outbox)
    .leftJoin(channels, eq(channels.id, outbox.channelId))
    .innerJoin(incidents, eq(incidents.id, outbox.incidentId))
    .where(
      and(
        eq(outbox.projectId, projectId),
        q.state && eq(outbox.state, q.state),
        q.channel ? eq(outbox.channelId, q.channel) : undefined,
        after ? lt(outbox.id, after) : undefined,
      ),
    )
    .orderBy(desc(outbox.id))
    .limit(q.limit + 1);
  const items = rows.slice(0, q.limit).map(({ incident, ...row }) => ({ ...deliveryView(row), incident }));
  return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
}
