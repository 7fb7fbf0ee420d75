import type { DeliveryView, IncidentSummary, IncidentView, Page, TimelineEntry } from '@plumbline/contracts';
import { notFound } from '@plumbline/contracts';
import {
  and,
  channels,
  desc,
  eq,
  inArray,
  incidentEvents,
  incidentMonitors,
  incidents,
  lt,
  monitors,
  ne,
  outbox,
  type Tx,
} from '@plumbline/control';
import { idOf } from '../cursor.js';

export type IncidentRow = typeof incidents.$inferSelect;

export async function getIncidentRow(tx: Tx, projectId: string, id: string): Promise<IncidentRow> {
  const [row] = await tx
    .select()
    .from(incidents)
    .where(and(eq(incidents.projectId, projectId), eq(incidents.id, id)));
  if (!row) throw notFound('incident', id);
  return row;
}

export async function listIncidents(
  tx: Tx,
  projectId: string,
  q: { state?: 'open' | 'acknowledged' | 'resolved' | 'unresolved'; model?: string; limit: number; cursor?: string },
): Promise<Page<IncidentSummary>> {
  const after = idOf(q.cursor);
  const rows = await tx
    .select()
    .from(incidents)
    .where(
      and(
        eq(incidents.projectId, projectId),
        q.state === 'unresolved' ? ne(incidents.state, 'resolved') : q.state ? eq(incidents.state, q.state) : undefined,
        q.model ? eq(incidents.model, q.model) : undefined,
        after ? lt(incidents.id, after) : undefined,
      ),
    )
    .orderBy(desc(incidents.id))
    .limit(q.limit + 1);
  const page = rows.slice(0, q.limit);
  const items = await summaries(tx, page);
  return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
}

export async function incidentView(tx: Tx, row: IncidentRow): Promise<IncidentView> {
  const [summary] = await summaries(tx, [row]);
  const timeline = await tx
    .select()
    .from(incidentEvents)
    .where(eq(incidentEvents.incidentId, row.id))
    .orderBy(incidentEvents.id)
    .limit(1000);
  const sent = await tx
    .select({ o: outbox, channel: { name: channels.name, kind: channels.kind } })
    .from(outbox)
    .leftJoin(channels, eq(channels.id, outbox.channelId))
    .where(eq(outbox.incidentId, row.id))
    .orderBy(outbox.id)
    .limit(1000);
  return {
    ...summary!,
    evidence: row.evidence,
    timeline: timeline.map(
      (e): TimelineEntry => ({
        at: e.at.toISOString(),
        kind: e.kind,
        text: e.text,
        actor: e.actor,
        monitor_id: e.monitorId,
      }),
    ),
    deliveries: sent.map(deliveryView),
  };
}

/** A row of the outbox as the API shows it; `channel`: null when it was deleted. */
export const deliveryView = ({
  o,
  channel,
}: {
  o: typeof outbox.$inferSelect;
  channel: Pick<typeof channels.$inferSelect, 'name' | 'kind'> | null;
}): DeliveryView => ({
  id: o.id,
  channel_id: o.channelId,
  channel: channel?.name ?? (o.channelName === null ? 'deleted channel' : `${o.channelName} (deleted)`),
  kind: channel?.kind ?? o.channelKind ?? 'unknown',
  event: o.event,
  state: o.state,
  attempts: o.attempts,
  last_error: o.lastError,
  created_at: o.createdAt.toISOString(),
  sent_at: o.sentAt?.toISOString() ?? null,
  storm: o.stormId !== null,
});

async function summaries(tx: Tx, rows: readonly IncidentRow[]): Promise<IncidentSummary[]> {
  if (rows.length === 0) return [];
  const attached = await tx
    .select({
      incidentId: incidentMonitors.incidentId,
      firing: incidentMonitors.firing,
      id: incidentMonitors.monitorId,
      body: monitors.body,
    })
    .from(incidentMonitors)
    .leftJoin(monitors, eq(monitors.id, incidentMonitors.monitorId))
    .where(
      inArray(
        incidentMonitors.incidentId,
        rows.map((r) => r.id),
      ),
    );
  return rows.map((r) => ({
    id: r.id,
    number: r.number,
    model: r.model,
    state: r.state,
    severity: r.severity,
    title: r.title,
    family: r.family,
    opened_at: r.openedAt.toISOString(),
    since: r.since.toISOString(),
    acknowledged_at: r.acknowledgedAt?.toISOString() ?? null,
    acknowledged_by: r.acknowledgedBy,
    resolved_at: r.resolvedAt?.toISOString() ?? null,
    updated_at: r.updatedAt.toISOString(),
    monitors: attached
      .filter((a) => a.incidentId === r.id)
      .map((a) => ({
        id: a.id,
        name: a.body?.name ?? 'deleted monitor',
        kind: a.body?.kind ?? r.evidence.findLast((e) => e.monitor_id === a.id)?.kind ?? 'unknown',
        firing: a.firing,
      })),
    subjects: r.subjects,
  }));
}
