import { type ExportQuestion, PlumblineError } from '@plumbline/contracts';
import { and, eq, exports_, inArray, newId, sql, type Tx } from '@plumbline/control';

export type ExportRow = typeof exports_.$inferSelect;
/** Exports of a project that may wait or be written at the same time. */
export const WAITING_MAX = 20;

/** Notes an export for the worker, with what was known now. Errors: `overloaded`, `conflict` when the project keeps too many bytes. */
export async function createExport(
  tx: Tx,
  asked: { projectId: string; model: string; question: ExportQuestion; by: string },
  keptBytesMax: number,
  nowMs: number,
): Promise<ExportRow> {
  const { projectId, model, question, by } = asked;
  // One at a time: what is counted here is what there is.
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`exports:${projectId}`}, 0))`);
  const mine = eq(exports_.projectId, projectId);
  const [held] = await tx
    .select({
      waiting: sql<number>`count(*) filter (where ${inArray(exports_.state, ['queued', 'running'])})`,
      bytes: sql<number>`coalesce(sum(${exports_.bytes}) filter (where ${inArray(exports_.state, ['running', 'done'])}), 0)`,
    })
    .from(exports_)
    .where(mine);
  if (Number(held?.waiting ?? 0) >= WAITING_MAX)
    throw new PlumblineError(
      'overloaded',
      `${WAITING_MAX} exports of this project are waiting or being written. Try again when some are done, or delete them.`,
      { retryAfterS: 30 },
    );
  if (Number(held?.bytes ?? 0) >= keptBytesMax)
    throw new PlumblineError(
      'conflict',
      `The exports of this project hold ${held!.bytes} bytes, the most there may be (PLUMBLINE_EXPORTS_BYTES_MAX). Delete some of them first.`,
    );
  const knownAt = Math.min(question.known_at ?? nowMs, nowMs);
  const [row] = await tx
    .insert(exports_)
    .values({
      id: newId(),
      projectId,
      model,
      state: 'queued',
      question: { ...question, known_at: knownAt },
      createdBy: by,
    })
    .returning();
  return row!;
}

/** Takes an export away; its pieces are removed by whoever does this. Answers with whether there was one. */
export async function deleteExport(tx: Tx, projectId: string, id: string): Promise<ExportRow | undefined> {
  const [row] = await tx
    .delete(exports_)
    .where(and(eq(exports_.projectId, projectId), eq(exports_.id, id)))
    .returning();
  return row;
}
