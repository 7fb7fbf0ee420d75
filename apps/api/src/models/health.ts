import type { EventStore } from '@plumbline/clickhouse';
import type { ModelHealth, Page } from '@plumbline/contracts';
import { and, type Db, eq, gt, inArray, incidents, models, monitors, ne, sql } from '@plumbline/control';

type Open = { severity: string };
type Rule = { state: string; enabled: boolean };

/** The worst of what is open and of what cannot be looked at; without any event there is nothing to say. */
export function healthOf(open: readonly Open[], rules: readonly Rule[], hasData: boolean): ModelHealth['health'] {
  if (open.some((i) => i.severity === 'critical')) return 'critical';
  if (open.length > 0 || rules.some((r) => r.enabled && r.state === 'error')) return 'warning';
  return hasData ? 'ok' : 'no_data';
}

/** The names of a project's models and how they are: what every page shows at its side. */
export async function modelsHealth(
  store: EventStore,
  db: Db,
  projectId: string,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<Page<ModelHealth>> {
  const rows = await db
    .select({ name: models.name, task: models.task, owner: sql<string | null>`${models.spec}->>'owner'` })
    .from(models)
    .where(and(eq(models.projectId, projectId), cursor ? gt(models.name, cursor) : undefined))
    .orderBy(models.name)
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const names = page.map((r) => r.name);
  if (names.length === 0) return { items: [], next_cursor: null };
  const [open, failing, seen] = await Promise.all([
    db
      .select({ model: incidents.model, severity: incidents.severity })
      .from(incidents)
      .where(and(eq(incidents.projectId, projectId), inArray(incidents.model, names), ne(incidents.state, 'resolved')))
      .limit(2000),
    db
      .select({ model: monitors.model, state: monitors.state, enabled: monitors.enabled })
      .from(monitors)
      .where(and(eq(monitors.projectId, projectId), inArray(monitors.model, names), eq(monitors.state, 'error')))
      .limit(5000),
    store.query<{ model: string }>(
      `SELECT DISTINCT model FROM ${store.database}.catalog WHERE project = {project:String} AND model IN {names:Array(String)} AND kind = 'version' LIMIT {limit:UInt32}`,
      { project: projectId, names, limit },
    ),
  ]);
  const known = new Set(seen.map((s) => s.model));
  const items = page.map(({ name, task, owner }): ModelHealth => {
    const own = open.filter((i) => i.model === name);
    const rules = failing.filter((r) => r.model === name);
    return { name, task, owner, health: healthOf(own, rules, known.has(name)), open_incidents: own.length };
  });
  return { items, next_cursor: rows.length > limit ? names.at(-1)! : null };
}
