import { calm, fire } from '@plumbline/alerts';
import { type Db, eq, findModelRow, type ModelContext, modelContext, monitors } from '@plumbline/control';
import {
  type Evaluation,
  evaluateHistory,
  evaluateNow,
  gatherEvidence,
  isHistorical,
  KINDS,
  keepEvaluations,
  type MonitorRow,
  nextDue,
  type Probes,
  step,
} from '@plumbline/monitors';
import type { Context } from '@plumbline/runtime';

const HISTORY = 30;
/** A look that fails is repeated soon and shows as `error` meanwhile. */
const RETRY_MS = 15_000;

/**
 * One look of a monitor: judge its trailing window, keep the verdict, move its state, and if that starts or ends a problem
 * change the incident and queue its notifications, all in one transaction.
 */
export async function lookAt(context: Context, probes: Probes, row: MonitorRow, nowMs: number): Promise<void> {
  const { db } = context.control;
  const modelRow = await findModelRow(db, row.projectId, row.model);
  if (!modelRow) return;
  const model = modelContext(modelRow);
  let looked: Evaluation;
  try {
    looked = await evaluateNow(model, row.body, probes, nowMs);
  } catch (error) {
    context.log.warn(
      { monitor: row.name, model: row.model, err: error },
      'a monitor could not be evaluated; it is tried again',
    );
    await settle(
      db,
      row,
      {
        ...emptyLook(nowMs),
        message: `It could not be evaluated: ${(error as { detail?: string }).detail ?? 'see the log'}`,
      },
      model,
      null,
      nowMs,
      nowMs + RETRY_MS,
    );
    return;
  }
  await keepEvaluations(context.store, row.projectId, row.id, [
    { ...looked, evaluatedAt: nowMs, historical: isHistorical(looked.window, nowMs) },
  ]);
  const history =
    looked.verdict === 'bad' && row.state !== 'firing'
      ? await evaluateHistory(model, row.body, probes, nowMs, HISTORY).catch(() => [])
      : [];
  const evidence =
    looked.verdict === 'bad' && row.state !== 'firing'
      ? await gatherEvidence(row, model, looked, probes, nowMs, history)
      : null;
  const changed = await settle(
    db,
    row,
    looked,
    model,
    evidence,
    nowMs,
    nextDue(row.body, nowMs, context.config.PLUMBLINE_EVALUATION_OFFSET_MS),
  );
  if (!changed) return;
  await context.queue.ask('deliver', {});
  await context.live.publish({ projectId: row.projectId, type: 'incident', model: row.model });
}

const emptyLook = (nowMs: number): Evaluation => ({
  window: { start: nowMs, end: nowMs },
  verdict: 'error',
  message: '',
  findings: [],
});

async function settle(
  db: Db,
  row: MonitorRow,
  looked: Evaluation,
  model: ModelContext,
  evidence: Awaited<ReturnType<typeof gatherEvidence>> | null,
  nowMs: number,
  dueAt: number,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [fresh] = await tx.select().from(monitors).where(eq(monitors.id, row.id)).for('update');
    if (!fresh?.enabled) return false;
    const before = {
      state: fresh.state,
      badCount: fresh.badCount,
      since: fresh.since?.getTime() ?? null,
      evaluatedTo: fresh.evaluatedTo?.getTime() ?? null,
    };
    const badSince = evidence ? Date.parse(evidence.since) : looked.window.start;
    const after = step(before, looked.verdict, looked.window.end, nowMs, row.body.for, badSince);
    // Whoever would fire needs its evidence; a state that moved meanwhile is looked at again at once.
    const late = after.transition === 'fire' && !evidence;
    await tx
      .update(monitors)
      .set({
        ...(late
          ? {}
          : {
              state: after.state,
              badCount: after.badCount,
              since: after.since === null ? null : new Date(after.since),
              evaluatedTo: after.evaluatedTo === null ? null : new Date(after.evaluatedTo),
            }),
        stateDetail: looked.message,
        evaluatedAt: new Date(nowMs),
        dueAt: new Date(late ? nowMs : dueAt),
      })
      .where(eq(monitors.id, row.id));
    if (late || !after.transition) return false;
    if (after.transition === 'fire')
      await fire(tx, {
        projectId: row.projectId,
        model: row.model,
        owner: model.owner,
        family: KINDS[row.body.kind].family,
        monitor: { id: row.id, name: row.name, channels: row.body.channels },
        evidence: evidence!,
        nowMs,
      });
    else await calm(tx, row.projectId, row.id, `${row.name}: ${looked.message}`, nowMs);
    return true;
  });
}

/**
 * Verdicts over windows that are long past, when a backfill brought their rows: stored and shown, never notified. One
 * question per monitor, however many windows.
 */
export async function lookBack(
  context: Context,
  probes: Probes,
  row: MonitorRow,
  model: ModelContext,
  nowMs: number,
): Promise<void> {
  const history = await evaluateHistory(model, row.body, probes, nowMs, 60);
  const known = history.filter(
    (e) => e.verdict !== 'no_data' && e.window.end < nowMs - (e.window.end - e.window.start),
  );
  if (known.length > 0)
    await keepEvaluations(
      context.store,
      row.projectId,
      row.id,
      known.map((e) => ({ ...e, evaluatedAt: nowMs, historical: true })),
    );
}
