import {
  durationMs,
  type FeatureSpec,
  type ModelBody,
  notFound,
  PRIMARY_METRIC,
  type Task,
} from '@plumbline/contracts';
import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from './open.js';
import { models } from './schema/models.js';

export type ModelRow = typeof models.$inferSelect;

/** What every question needs to know of a model: its declaration with the defaults filled in. */
export type ModelContext = {
  projectId: string;
  model: string;
  task: Task;
  /** Labels and classes that mean "positive"; for a model that declared none: 1 and true. */
  positive: string[];
  negative: string | null;
  classes: string[];
  threshold: number;
  primaryMetric: string;
  granularity: '1h' | '1d' | '7d';
  features: Record<string, FeatureSpec>;
  slices: string[][];
  attributionMs: number | null;
  missingLabels: 'ignore' | 'negative';
  liveSince: Date | null;
  owner: string | null;
  createdAt: Date;
};

export function modelContext(row: ModelRow): ModelContext {
  const spec = row.spec;
  const positive = spec.positive_class === undefined ? ['1', 'true'] : [spec.positive_class];
  const others = (spec.classes ?? []).filter((c) => !positive.includes(c));
  return {
    projectId: row.projectId,
    model: row.name,
    task: row.task,
    positive,
    negative: row.task === 'binary' ? (others[0] ?? (positive[0] === 'true' ? 'false' : '0')) : null,
    classes: spec.classes ?? [],
    threshold: spec.decision_threshold ?? 0.5,
    primaryMetric: spec.primary_metric ?? PRIMARY_METRIC[row.task],
    granularity: spec.granularity ?? '1h',
    features: spec.features ?? {},
    slices: spec.slices ?? [],
    attributionMs: spec.labels?.attribution_window ? durationMs(spec.labels.attribution_window) : null,
    missingLabels: spec.labels?.missing ?? 'ignore',
    liveSince: row.liveSince,
    owner: spec.owner ?? null,
    createdAt: row.createdAt,
  };
}

export async function findModelRow(tx: Tx, projectId: string, name: string): Promise<ModelRow | undefined> {
  const [row] = await tx
    .select()
    .from(models)
    .where(and(eq(models.projectId, projectId), eq(models.name, name)));
  return row;
}

/** The model or 404. */
export async function getModel(tx: Tx, projectId: string, name: string): Promise<ModelContext> {
  const row = await findModelRow(tx, projectId, name);
  if (!row) throw notFound('model', name);
  return modelContext(row);
}

/** Creates or replaces the declaration; what was only discovered becomes declared. */
export async function putModel(
  tx: Tx,
  projectId: string,
  name: string,
  body: ModelBody,
): Promise<{ row: ModelRow; created: boolean }> {
  const { task, ...spec } = body;
  const before = await findModelRow(tx, projectId, name);
  const now = new Date();
  const [row] = await tx
    .insert(models)
    .values({ projectId, name, task, state: 'declared', spec })
    .onConflictDoUpdate({
      target: [models.projectId, models.name],
      set: { task, state: 'declared', spec, updatedAt: now },
    })
    .returning();
  return { row: row!, created: !before };
}

/** Sets how long the events of a model are kept, and nothing else of its declaration. False if there is no such model. */
export async function putRetention(
  tx: Tx,
  projectId: string,
  name: string,
  retention: string | null,
): Promise<boolean> {
  const spec =
    retention === null
      ? sql`${models.spec} - 'retention'`
      : sql`${models.spec} || jsonb_build_object('retention', ${retention}::text)`;
  const rows = await tx
    .update(models)
    .set({ spec, updatedAt: new Date() })
    .where(and(eq(models.projectId, projectId), eq(models.name, name)))
    .returning({ name: models.name });
  return rows.length > 0;
}
