import { eq, incidents, outbox, type Tx } from '@plumbline/control';
import { inOrder, type StormIncident } from '../render/storm/notice.js';
import { isPage } from './storm.js';

export type StormContent = {
  incidents: StormIncident[];
  /** Rows of the outbox that wait to be told, by incident. */
  pending: Map<string, string[]>;
  counts: { unnamed: number; changed: number; unresolved: number };
};

/** What a storm is about as it stands now. */
export async function stormContent(tx: Tx, stormId: string): Promise<StormContent> {
  const rows = await tx
    .select({
      id: outbox.id,
      event: outbox.event,
      state: outbox.state,
      incident: {
        id: incidents.id,
        number: incidents.number,
        model: incidents.model,
        title: incidents.title,
        severity: incidents.severity,
        state: incidents.state,
        openedAt: incidents.openedAt,
        resolvedAt: incidents.resolvedAt,
      },
    })
    .from(outbox)
    .innerJoin(incidents, eq(incidents.id, outbox.incidentId))
    .where(eq(outbox.stormId, stormId))
    .orderBy(outbox.id);
  const found = new Map<string, StormIncident>();
  const pending = new Map<string, string[]>();
  const unnamed = new Set<string>();
  for (const { id, event, state, incident: i } of rows) {
    if (!found.has(i.id))
      found.set(i.id, {
        ...{ id: i.id, number: i.number, model: i.model, title: i.title, severity: i.severity, state: i.state },
        opened_at: i.openedAt.toISOString(),
        resolved_at: i.resolvedAt?.toISOString() ?? null,
        told: true,
      });
    if (state !== 'pending') continue;
    found.get(i.id)!.told = false;
    pending.set(i.id, [...(pending.get(i.id) ?? []), id]);
    if (isPage(event)) unnamed.add(i.id);
  }
  const all = inOrder([...found.values()]);
  return {
    incidents: all,
    pending,
    counts: {
      unnamed: unnamed.size,
      changed: pending.size - unnamed.size,
      unresolved: all.filter((i) => i.state !== 'resolved').length,
    },
  };
}
