import { groupBy } from '@plumbline/contracts';
import type { ModelContext, Tx } from '@plumbline/control';
import { and, dirtyWindows, eq, gte, inArray, lt, lte, sql } from '@plumbline/control';
import { windowStart } from '@plumbline/rows';

const QUIET_MS = 1_500;
const WAIT_MAX_MS = 10_000;
const TAKE_MAX = 20_000;

/** Marks the windows that hold these hours: they are computed again when their rows have been quiet for a moment. */
export async function markDirty(
  tx: Tx,
  model: Pick<ModelContext, 'projectId' | 'model' | 'granularity'>,
  hours: readonly number[],
  nowMs: number,
): Promise<void> {
  const starts = [...new Set(hours.map((h) => windowStart(h, model.granularity)))].sort((a, b) => a - b);
  const now = new Date(nowMs);
  for (let i = 0; i < starts.length; i += 2_000) {
    await tx
      .insert(dirtyWindows)
      .values(
        starts.slice(i, i + 2_000).map((s) => ({
          projectId: model.projectId,
          model: model.model,
          windowStart: new Date(s),
          firstMarkedAt: now,
          markedAt: now,
          dueAt: new Date(nowMs + QUIET_MS),
        })),
      )
      .onConflictDoUpdate({
        target: [dirtyWindows.projectId, dirtyWindows.model, dirtyWindows.windowStart],
        set: {
          markedAt: now,
          dueAt: sql`least(${dirtyWindows.firstMarkedAt} + ${`${WAIT_MAX_MS} milliseconds`}::interval, ${new Date(nowMs + QUIET_MS).toISOString()}::timestamptz)`,
        },
      });
  }
}

/** Windows to compute, and the marks that they had when they were taken. */
export type Dirty = { starts: number[]; marks: { start: Date; markedAt: Date }[] };

/** Dirty windows of a model that are due, oldest first. They stay marked until `clearDirty`. */
export async function dueWindows(tx: Tx, projectId: string, model: string, nowMs: number): Promise<Dirty> {
  const marks = await tx
    .select({ start: dirtyWindows.windowStart, markedAt: dirtyWindows.markedAt })
    .from(dirtyWindows)
    .where(
      and(
        eq(dirtyWindows.projectId, projectId),
        eq(dirtyWindows.model, model),
        lte(dirtyWindows.dueAt, new Date(nowMs)),
      ),
    )
    .orderBy(dirtyWindows.windowStart)
    .limit(TAKE_MAX);
  return { starts: marks.map((m) => m.start.getTime()), marks };
}

/**
 * Unmarks computed windows, except those that were marked again meanwhile: their mark is another one. (Comparing it with the
 * time of taking would trust the clocks of several machines.)
 */
export async function clearDirty(tx: Tx, projectId: string, model: string, { marks }: Dirty): Promise<void> {
  for (const marked of groupBy(marks, (m) => m.markedAt.getTime()).values()) {
    for (let i = 0; i < marked.length; i += 2_000) {
      const starts = marked.slice(i, i + 2_000).map((m) => m.start);
      await tx
        .delete(dirtyWindows)
        .where(
          and(
            eq(dirtyWindows.projectId, projectId),
            eq(dirtyWindows.model, model),
            inArray(dirtyWindows.windowStart, starts),
            eq(dirtyWindows.markedAt, marked[0]!.markedAt),
          ),
        );
    }
  }
}

/** Models with windows that are due. */
export async function modelsWithDueWindows(tx: Tx, nowMs: number): Promise<{ projectId: string; model: string }[]> {
  return tx
    .selectDistinct({ projectId: dirtyWindows.projectId, model: dirtyWindows.model })
    .from(dirtyWindows)
    .where(lte(dirtyWindows.dueAt, new Date(nowMs)))
    .limit(10_000);
}

/** Windows of a range (epoch ms) that wait to be computed. */
export async function dirtyStarts(
  tx: Tx,
  { projectId, model }: Pick<ModelContext, 'projectId' | 'model'>,
  from: number,
  to: number,
): Promise<number[]> {
  const rows = await tx
    .select({ start: dirtyWindows.windowStart })
    .from(dirtyWindows)
    .where(
      and(
        eq(dirtyWindows.projectId, projectId),
        eq(dirtyWindows.model, model),
        gte(dirtyWindows.windowStart, new Date(from)),
        lt(dirtyWindows.windowStart, new Date(to)),
      ),
    )
    .limit(TAKE_MAX);
  return rows.map((r) => r.start.getTime());
}

/** How many windows of a model wait to be computed. */
export async function countDirty(tx: Tx, projectId: string, model: string): Promise<number> {
  const [row] = await tx
    .select({ n: sql<number>`count(*)::int` })
    .from(dirtyWindows)
    .where(and(eq(dirtyWindows.projectId, projectId), eq(dirtyWindows.model, model)));
  return row?.n ?? 0;
}
