import type { MonitorBody, MonitorView, Page } from '@plumbline/contracts';
import { notFound, PlumblineError } from '@plumbline/contracts';
import {
  and,
  type Db,
  desc,
  eq,
  inArray,
  lt,
  lte,
  type ModelContext,
  monitors,
  newId,
  type Tx,
} from '@plumbline/control';
import { assertMonitor } from './assertMonitor.js';
import { defaultMonitors } from './defaults.js';

export type MonitorRow = typeof monitors.$inferSelect;

/** The body with the defaults of fields that are younger than the row. */
export const bodyOf = (row: Pick<MonitorRow, 'body'>): MonitorBody => ({
  ...row.body,
  resolve_for: row.body.resolve_for ?? 1,
  no_data: row.body.no_data ?? 'keep',
});

export const monitorView = (row: MonitorRow): MonitorView => ({
  id: row.id,
  ...bodyOf(row),
  enabled: row.enabled,
  state: row.enabled ? row.state : 'unknown',
  state_detail: row.stateDetail,
  failing_since: row.failingSince?.toISOString() ?? null,
  calibrated: row.calibrated ?? null,
  since: row.since?.toISOString() ?? null,
  evaluated_at: row.evaluatedAt?.toISOString() ?? null,
  origin: row.origin,
  created_at: row.createdAt.toISOString(),
  updated_at: row.updatedAt.toISOString(),
});

export async function createMonitor(
  tx: Tx,
  projectId: string,
  body: MonitorBody,
  origin: 'default' | 'user' = 'user',
): Promise<MonitorRow> {
  assertMonitor(body);
  const [row] = await tx
    .insert(monitors)
    .values({ id: newId(), projectId, model: body.model, name: body.name, origin, body, enabled: body.enabled })
    .onConflictDoNothing()
    .returning();
  if (!row)
    throw new PlumblineError(
      'conflict',
      `The model '${body.model}' already has a monitor called '${body.name}'. Change it with PUT /v1/monitors/{id}.`,
    );
  return row;
}

/** Fields that say whom to tell and how to show it, not what to judge. */
const ABOUT: (keyof MonitorBody)[] = ['name', 'severity', 'channels', 'enabled', 'escalate_after'];
const judgedBy = (body: MonitorBody): string =>
  JSON.stringify(
    Object.entries(body)
      .filter(([field]) => !ABOUT.includes(field as keyof MonitorBody))
      .sort(),
  );

export async function updateMonitor(tx: Tx, projectId: string, id: string, body: MonitorBody): Promise<MonitorRow> {
  assertMonitor(body);
  const before = await getMonitor(tx, projectId, id);
  // Another rule: what was counted and found under the old one is not about it.
  const anew =
    judgedBy(bodyOf(before)) === judgedBy(body) ? {} : { calibrated: null, badCount: 0, okCount: 0, news: {} };
  const [row] = await tx
    .update(monitors)
    .set({
      ...anew,
      name: body.name,
      model: body.model,
      body,
      enabled: body.enabled,
      dueAt: new Date(),
      updatedAt: new Date(),
    })
    .where(and(eq(monitors.projectId, projectId), eq(monitors.id, id)))
    .returning();
  if (!row) throw notFound('monitor', id);
  return row;
}

export async function getMonitor(tx: Tx, projectId: string, id: string): Promise<MonitorRow> {
  const [row] = await tx
    .select()
    .from(monitors)
    .where(and(eq(monitors.projectId, projectId), eq(monitors.id, id)));
  if (!row) throw notFound('monitor', id);
  return row;
}

export async function deleteMonitor(tx: Tx, projectId: string, id: string): Promise<void> {
  const rows = await tx
    .delete(monitors)
    .where(and(eq(monitors.projectId, projectId), eq(monitors.id, id)))
    .returning({ id: monitors.id });
  if (rows.length === 0) throw notFound('monitor', id);
}

export async function listMonitors(
  tx: Tx,
  projectId: string,
  q: { model?: string; limit: number; cursor?: string },
): Promise<Page<MonitorView>> {
  const rows = await tx
    .select()
    .from(monitors)
    .where(
      and(
        eq(monitors.projectId, projectId),
        q.model ? eq(monitors.model, q.model) : undefined,
        q.cursor ? lt(monitors.id, q.cursor) : undefined,
      ),
    )
    .orderBy(desc(monitors.id))
    .limit(q.limit + 1);
  const items = rows.slice(0, q.limit).map(monitorView);
  return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
}

/** Gives a model its starter set once; monitors that a person deleted do not come back. */
export async function seedMonitors(tx: Tx, model: ModelContext): Promise<number> {
  const rows = defaultMonitors(model).map((body) => ({
    id: newId(),
    projectId: model.projectId,
    model: model.model,
    name: body.name,
    origin: 'default' as const,
    body,
    enabled: true,
  }));
  const made = await tx.insert(monitors).values(rows).onConflictDoNothing().returning({ id: monitors.id });
  return made.length;
}

/** Adapts the untouched starter set to a changed declaration (task, granularity, main metric). */
export async function reseedMonitors(tx: Tx, model: ModelContext): Promise<void> {
  await tx
    .delete(monitors)
    .where(
      and(
        eq(monitors.projectId, model.projectId),
        eq(monitors.model, model.model),
        eq(monitors.origin, 'default'),
        inArray(monitors.state, ['unknown', 'no_data', 'ok', 'error']),
      ),
    );
  await seedMonitors(tx, model);
}

/** Enabled monitors whose time has come, oldest first. */
export async function dueMonitors(db: Db, nowMs: number, limit = 2_000): Promise<MonitorRow[]> {
  return db
    .select()
    .from(monitors)
    .where(and(eq(monitors.enabled, true), lte(monitors.dueAt, new Date(nowMs))))
    .orderBy(monitors.dueAt)
    .limit(limit);
}

export async function monitorsOfModel(db: Tx, projectId: string, model: string): Promise<MonitorRow[]> {
  return db
    .select()
    .from(monitors)
    .where(and(eq(monitors.projectId, projectId), eq(monitors.model, model), eq(monitors.enabled, true)));
}
