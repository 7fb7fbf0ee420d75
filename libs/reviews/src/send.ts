import { type EventStore, storeTime } from '@plumbline/clickhouse';
import { groupBy } from '@plumbline/contracts';
import { and, asc, type Db, eq, inArray, lte, reviewLabels, sql } from '@plumbline/control';
import { type LabelRow, rejectLabel } from './decide.js';

/** An outcome as the way in takes it. */
export type ReviewOutcome = { model: string; prediction_id: string; prediction_ts: string; label: string; ts: string };

/** Of outcomes that were given to the way in one that it did not take: which, and why. */
export type RejectedOutcome = { index: number; message: string };

export const SOURCE = 'review';
const AT_ONCE = 500;
/** Where a label lies once it was sent, with the column that has its time. */
const TABLES = {
  outcomes: 'ts',
  arrived_outcomes: 'ts',
  located: 'outcome_ts',
  unmatched: 'outcome_ts',
  labels: 'outcome_ts',
} as const;

/** Models with labels that are due to be sent or taken back. */
export async function modelsWithLabels(db: Db, nowMs: number): Promise<{ projectId: string; model: string }[]> {
  return db
    .selectDistinct({ projectId: reviewLabels.projectId, model: reviewLabels.model })
    .from(reviewLabels)
    .where(
      and(inArray(reviewLabels.state, ['waiting', 'sending', 'withdrawing']), lte(reviewLabels.dueAt, new Date(nowMs))),
    )
    .limit(1000);
}

/**
 * Sends what is due through the way in; run under a lease of the model. What was being sent when a process died is sent again: it is the
 * same outcome. What `take` rejects is shown in its review; the others are kept, so that they can be undone. Answers with how many were
 * taken, and in how many ms the next are due.
 */
export async function sendLabels(
  db: Db,
  projectId: string,
  model: string,
  take: (outcomes: ReviewOutcome[]) => Promise<readonly RejectedOutcome[]>,
  nowMs: number,
): Promise<{ sent: number; waitMs: number | null }> {
  const mine = and(eq(reviewLabels.projectId, projectId), eq(reviewLabels.model, model));
  let sent = 0;
  for (;;) {
    const due = await db
      .select({ id: reviewLabels.id })
      .from(reviewLabels)
      .where(and(mine, inArray(reviewLabels.state, ['waiting', 'sending']), lte(reviewLabels.dueAt, new Date(nowMs))))
      .orderBy(asc(reviewLabels.id))
      .limit(AT_ONCE);
    if (due.length === 0) break;
    // One that was undone in between is not taken.
    const rows = await db
      .update(reviewLabels)
      .set({ state: 'sending' })
      .where(
        and(
          inArray(
            reviewLabels.id,
            due.map((d) => d.id),
          ),
          inArray(reviewLabels.state, ['waiting', 'sending']),
        ),
      )
      .returning();
    const rejected = rows.length > 0 ? await take(rows.map(outcomeOf)) : [];
    for (const { index, message } of rejected) await db.transaction((tx) => rejectLabel(tx, rows[index]!, message));
    await db
      .update(reviewLabels)
      .set({ state: 'sent' })
      .where(
        and(
          inArray(
            reviewLabels.id,
            rows.map((r) => r.id),
          ),
          eq(reviewLabels.state, 'sending'),
        ),
      );
    sent += rows.length - rejected.length;
  }
  const [next] = await db
    .select({ at: sql<string | null>`min(${reviewLabels.dueAt})` })
    .from(reviewLabels)
    .where(and(mine, eq(reviewLabels.state, 'waiting')));
  return { sent, waitMs: next?.at ? Math.max(0, new Date(next.at).getTime() - nowMs) : null };
}

/** As text, which is how classes and labels are compared. */
const outcomeOf = (row: LabelRow): ReviewOutcome => ({
  model: row.model,
  prediction_id: row.predictionId,
  prediction_ts: row.predictionTs.toISOString(),
  label: row.label,
  ts: row.ts.toISOString(),
});

export async function labelsToWithdraw(db: Db, projectId: string, model: string): Promise<LabelRow[]> {
  return db
    .select()
    .from(reviewLabels)
    .where(
      and(eq(reviewLabels.projectId, projectId), eq(reviewLabels.model, model), eq(reviewLabels.state, 'withdrawing')),
    )
    .limit(AT_ONCE);
}

/**
 * Takes labels that were undone out of the outcomes and wherever the join wrote them; run while nobody joins the model. It may be repeated
 * whenever it ended: the hours that change are written down before anything is deleted, and a request goes last, after `beforeDone` told
 * the rest of the system.
 */
export async function withdrawLabels(
  store: EventStore,
  db: Db,
  rows: readonly LabelRow[],
  beforeDone: (hours: number[]) => Promise<void>,
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const hours = await noteHours(store, db, first, rows);
  const params = {
    project: first.projectId,
    model: first.model,
    ids: rows.map((r) => r.predictionId),
    said: rows.map((r) => `${r.predictionId}\n${storeTime(r.ts.getTime())}\n${r.label}`),
  };
  for (const [table, time] of Object.entries(TABLES)) {
    const where = `${store.database}.${table} WHERE project = {project:String} AND model = {model:String} AND prediction_id IN {ids:Array(String)}
      AND source = '${SOURCE}' AND concat(prediction_id, '\\n', toString(${time}), '\\n', label) IN {said:Array(String)}`;
    // Deleting nothing takes as long as deleting something.
    if ((await store.query(`SELECT 1 AS one FROM ${where} LIMIT 1`, params)).length > 0)
      await store.command(`DELETE FROM ${where}`, params);
  }
  await beforeDone(hours);
  await db.delete(reviewLabels).where(
    inArray(
      reviewLabels.id,
      rows.map((r) => r.id),
    ),
  );
}

/** The hours in which these labels count, now or when taking them back was begun before. Deleting takes away what tells them, so they are kept. */
async function noteHours(
  store: EventStore,
  db: Db,
  { projectId: project, model }: LabelRow,
  rows: readonly LabelRow[],
): Promise<number[]> {
  // Other versions may have answered the same id in another hour.
  const found = await store.query<{ id: string; hour: number }>(
    `SELECT DISTINCT prediction_id AS id, toUnixTimestamp64Milli(toDateTime64(toStartOfHour(ts), 3, 'UTC')) AS hour FROM ${store.database}.labels
     WHERE project = {project:String} AND model = {model:String} AND prediction_id IN {ids:Array(String)} AND source = '${SOURCE}'`,
    { project, model, ids: rows.map((r) => r.predictionId) },
  );
  const byId = groupBy(found, ({ id }) => id);
  const noted = rows.map(({ id, predictionId, hours }) => {
    const now = (byId.get(predictionId) ?? []).map(({ hour }) => Number(hour));
    return { id, before: hours, hours: [...new Set([...hours, ...now])] };
  });
  await db.transaction(async (tx) => {
    for (const { id, before, hours } of noted)
      if (hours.length > before.length) await tx.update(reviewLabels).set({ hours }).where(eq(reviewLabels.id, id));
  });
  return [...new Set(noted.flatMap(({ hours }) => hours))];
}
