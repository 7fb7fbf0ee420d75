import { calm, fire, goOn } from '@plumbline/alerts';
import { durationMs, type Evidence } from '@plumbline/contracts';
import { type Db, eq, type ModelContext, monitors, type Tx } from '@plumbline/control';
import {
  bodyOf,
  type Evaluation,
  healthStep,
  KINDS,
  type MonitorRow,
  type News,
  policyOf,
  step,
} from '@plumbline/monitors';
import { failureEvidence } from './failed.js';

/** A look with what it takes to act on it. */
export type Looked = {
  evaluation: Evaluation;
  /** For a monitor that may begin to fire. */
  evidence: Evidence | null;
  /** For one that fires on: what it has to say beside. */
  going?: { news: News; over: string[]; added: Evidence | null };
  /** How long it may fail in silence. */
  patienceMs?: number;
};

/**
 * Moves the state of a monitor and changes its incidents, in one transaction: neither is without the other, whenever the process
 * dies. True if there is something to deliver.
 */
export async function settle(
  db: Db,
  row: MonitorRow,
  model: ModelContext,
  { evaluation, evidence, going, patienceMs = 0 }: Looked,
  nowMs: number,
  dueAt: number,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [fresh] = await tx.select().from(monitors).where(eq(monitors.id, row.id)).for('update');
    if (!fresh?.enabled) return false;
    const before = {
      state: fresh.state,
      badCount: fresh.badCount,
      okCount: fresh.okCount,
      since: fresh.since?.getTime() ?? null,
      evaluatedTo: fresh.evaluatedTo?.getTime() ?? null,
    };
    const badSince = evidence ? Date.parse(evidence.since) : evaluation.window.start;
    const after = step(
      before,
      { verdict: evaluation.verdict, windowEnd: evaluation.window.end, lookedAt: nowMs, badSince },
      policyOf(bodyOf(row)),
    );
    const health = healthStep(
      { failingSince: fresh.failingSince?.getTime() ?? null, told: fresh.failingTold },
      evaluation.verdict === 'error',
      nowMs,
      patienceMs,
    );
    // Whoever would fire needs its evidence; a state that moved meanwhile is looked at again at once.
    const late = after.transition === 'fire' && !evidence;
    const fires = after.state === 'firing';
    await tx
      .update(monitors)
      .set({
        ...(late
          ? {}
          : {
              state: after.state,
              badCount: after.badCount,
              okCount: after.okCount,
              since: dateOf(after.since),
              evaluatedTo: dateOf(after.evaluatedTo),
              news: fires ? (going?.news ?? fresh.news) : {},
            }),
        failingSince: dateOf(health.failingSince),
        failingTold: health.told,
        stateDetail: evaluation.message,
        evaluatedAt: new Date(nowMs),
        dueAt: new Date(late ? nowMs : dueAt),
      })
      .where(eq(monitors.id, row.id));
    const about = firingOf(row, model, nowMs);
    let changed = await tellHealth(tx, row, about, health, evaluation.message);
    if (late) return changed;
    if (after.transition === 'fire') {
      await fire(tx, { ...about, family: KINDS[row.body.kind].family, evidence: evidence! });
      changed = true;
    } else if (after.transition === 'resolve') {
      await calm(tx, row.projectId, row.id, `${row.name}: ${evaluation.message}`, nowMs, 'watched');
      changed = true;
    } else if (going && before.state === 'firing') changed = (await tellGoing(tx, row, about, going)) || changed;
    return changed;
  });
}

const dateOf = (ms: number | null) => (ms === null ? null : new Date(ms));

const firingOf = (row: MonitorRow, model: ModelContext, nowMs: number) => ({
  projectId: row.projectId,
  model: row.model,
  owner: model.owner,
  monitor: { id: row.id, name: row.name, channels: row.body.channels },
  nowMs,
});
type About = ReturnType<typeof firingOf>;

/** A monitor that cannot be evaluated is a problem of its own, and so is its end. */
async function tellHealth(
  tx: Tx,
  row: MonitorRow,
  about: About,
  { transition, failingSince }: ReturnType<typeof healthStep>,
  message: string,
): Promise<boolean> {
  if (transition === null) return false;
  if (transition === 'alarm')
    await fire(tx, {
      ...about,
      family: 'monitoring',
      evidence: failureEvidence(row, failingSince!, message, about.nowMs),
    });
  else await calm(tx, row.projectId, row.id, `${row.name} can be evaluated again.`, about.nowMs, 'health');
  return true;
}

/** What of a firing monitor is new, what is over, and what nobody has taken yet. */
async function tellGoing(
  tx: Tx,
  row: MonitorRow,
  about: About,
  { added, over }: NonNullable<Looked['going']>,
): Promise<boolean> {
  const { family } = KINDS[row.body.kind];
  for (const incidentId of over)
    await calm(tx, row.projectId, row.id, `${row.name}: what this is about is well again.`, about.nowMs, {
      incidentId,
    });
  if (added) await fire(tx, { ...about, family, evidence: added, adds: true });
  const { escalate_after } = row.body;
  const told = await goOn(tx, about, escalate_after ? durationMs(escalate_after) : null);
  return told || over.length > 0 || added !== null;
}
