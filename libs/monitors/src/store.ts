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
  if (!row) throw nameTaken(body);
  return row;
}

const nameTaken = ({ model, name }: MonitorBody) =>
  new PlumblineError(
    'conflict',
    `The model '${model}' already has a monitor called '${name}'. Change it with PUT /v1/monitors/{id}.`,
  );

const UNSEEN = {
  ...{ state: 'unknown' as const, stateDetail: null, since: null, evaluatedTo: null },
  ...{ badCount: 0, okCount: 0, news: {}, failingSince: null, failingTold: false },
};

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
  const [other] = await tx
    .select({ id: monitors.id })
    .from(monitors)
    .where(and(eq(monitors.projectId, projectId), eq(monitors.model, body.model), eq(monitors.name, body.name)));
  if (other && other.id !== id) throw nameTaken(body);
  // Another rule: what was counted and found under the old one is not about it.
  const anew =
    judgedBy(bodyOf(before)) === judgedBy(body) ? {} : { calibrated: null, badCount: 0, okCount: 0, news: {} };
  // Its incidents are over: it begins as if it were new.
  const begins = before.model !== body.model || before.enabled !== body.enabled ? UNSEEN : {};
  const [row] = await tx
    .update(monitors)
    .set({
      ...anew,
      ...begins,
      // Whoever changed it wants it so, whatever the model is declared as.
      origin: 'user',
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
  if (q.cursor !== undefined && !/^[\w-]{1,64}$/.test(q.cursor)) throw badCursor();
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

export const badCursor = () =>
  new PlumblineError('invalid_request', 'This cursor is not one that a list gave. Begin without a cursor.', {
    errors: [{ path: 'cursor', message: 'is not valid' }],
  });

/** Gives a model its starter set once; monitors that a person deleted do not come back. */
export async function seedMonitors(tx: Tx, model: ModelContext): Promise<number> {
  return insertDefaults(tx, model, defaultMonitors(model));
}

async function insertDefaults(tx: Tx, { projectId, model }: ModelContext, bodies: readonly MonitorBody[]) {
  if (bodies.length === 0) return 0;
  const rows = bodies.map((body) => ({
    ...{ id: newId(), projectId, model, name: body.name, body },
    ...{ origin: 'default' as const, enabled: true },
  }));
  const made = await tx.insert(monitors).values(rows).onConflictDoNothing().returning({ id: monitors.id });
  return made.length;
}

/**
 * Adapts the untouched starter set to a changed declaration (task, granularity, main metric): what the set has now is made or changed in
 * place, what it no longer has is deleted. A monitor that fires stays as it is, and one that a person changed or deleted too.
 */
export async function reseedMonitors(tx: Tx, before: ModelContext, now: ModelContext): Promise<void> {
  const [old, wanted] = [byName(defaultMonitors(before)), byName(defaultMonitors(now))];
  const rows = await tx
    .select()
    .from(monitors)
    .where(
      and(
        eq(monitors.projectId, now.projectId),
        eq(monitors.model, now.model),
        eq(monitors.origin, 'default'),
        eq(monitors.failingTold, false),
        inArray(monitors.state, ['unknown', 'no_data', 'ok', 'error']),
      ),
    );
  for (const row of rows) {
    const body = wanted.get(row.name);
    if (!body) await deleteMonitor(tx, now.projectId, row.id);
    else if (judgedBy(body) !== judgedBy(row.body))
      await tx
        .update(monitors)
        .set({ ...UNSEEN, body, calibrated: null, dueAt: new Date(), updatedAt: new Date() })
        .where(eq(monitors.id, row.id));
  }
  const added = [...wanted.values()].filter((body) => !old.has(body.name));
  await insertDefaults(tx, now, added);
}

const byName = (bodies: readonly MonitorBody[]) => new Map(bodies.map((body) => [body.name, body]));

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
