import { calm, fire, goOn } from '@plumbline/alerts';
import { durationMs, type Evidence } from '@plumbline/contracts';
import { type Db, eq, inArray, type ModelContext, monitors, sql, type Tx } from '@plumbline/control';
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

/** One look at a monitor, and what came of it. */
export type Look = { row: MonitorRow; looked: Looked };
type DueAt = (look: Look) => number;

/**
 * Moves the states of monitors of a model and changes their incidents: a monitor and its incident in one transaction, so that neither is
 * without the other, whenever the process dies. True if there is something to deliver.
 */
export async function settle(
  db: Db,
  model: ModelContext,
  looks: readonly Look[],
  nowMs: number,
  dueAt: DueAt,
): Promise<boolean> {
  let changed = false;
  for (const look of await settleQuiet(db, looks, nowMs, dueAt))
    changed = (await settleLoud(db, model, look, nowMs, dueAt(look))) || changed;
  return changed;
}

/** Writes down at once what changes no incident, which is nearly always all; hands back the rest. */
async function settleQuiet(db: Db, looks: readonly Look[], nowMs: number, dueAt: DueAt): Promise<Look[]> {
  return db.transaction(async (tx) => {
    const ids = looks.map(({ row }) => row.id);
    const found = await tx.select().from(monitors).where(inArray(monitors.id, ids)).orderBy(monitors.id).for('update');
    const fresh = new Map(found.map((row) => [row.id, row]));
    const loud: Look[] = [];
    const quiet: object[] = [];
    for (const look of looks) {
      const before = fresh.get(look.row.id);
      if (!before || isOther(before, look.row)) continue;
      const { after, health, columns } = move(before, look, nowMs, dueAt(look));
      if (after.transition || health.transition || look.looked.going) loud.push(look);
      else
        quiet.push({ id: look.row.id, ...Object.fromEntries(MOVED.map((key) => [monitors[key].name, columns[key]])) });
    }
    if (quiet.length > 0)
      await tx
        .update(monitors)
        .set(Object.fromEntries(MOVED.map((key) => [key, sql.raw(`moved.${monitors[key].name}`)])))
        .from(sql`jsonb_populate_recordset(NULL::${monitors}, ${JSON.stringify(quiet)}::jsonb) AS moved`)
        .where(eq(monitors.id, sql.raw('moved.id')));
    return loud;
  });
}

async function settleLoud(db: Db, model: ModelContext, look: Look, nowMs: number, dueAt: number): Promise<boolean> {
  const { row, looked } = look;
  const { evaluation, evidence, going } = looked;
  return db.transaction(async (tx) => {
    const [fresh] = await tx.select().from(monitors).where(eq(monitors.id, row.id)).for('update');
    if (!fresh || isOther(fresh, row)) return false;
    const { after, health, late, columns } = move(fresh, look, nowMs, dueAt);
    await tx.update(monitors).set(columns).where(eq(monitors.id, row.id));
    const about = firingOf(row, model, nowMs);
    let changed = await tellHealth(tx, row, about, health, evaluation.message);
    if (late) return changed;
    if (after.transition === 'fire') {
      await fire(tx, { ...about, family: KINDS[row.body.kind].family, evidence: evidence! });
      changed = true;
    } else if (after.transition === 'resolve') {
      await calm(tx, row.projectId, row.id, `${row.name}: ${evaluation.message}`, nowMs, 'watched');
      changed = true;
    } else if (going && fresh.state === 'firing') changed = (await tellGoing(tx, row, about, going)) || changed;
    return changed;
  });
}

/** Switched off or edited while it was looked at: what was seen is of another rule, and the new one is due. */
const isOther = (fresh: MonitorRow, row: MonitorRow): boolean =>
  !fresh.enabled || fresh.updatedAt.getTime() !== row.updatedAt.getTime();

const MOVED = [
  ...(['state', 'badCount', 'okCount', 'since', 'evaluatedTo', 'news'] as const),
  ...(['failingSince', 'failingTold', 'stateDetail', 'evaluatedAt', 'dueAt'] as const),
];

/** Pure: where a look moves a monitor. */
function move(fresh: MonitorRow, { row, looked }: Look, nowMs: number, dueAt: number) {
  const { evaluation, evidence, going, patienceMs = 0 } = looked;
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
  const { state, badCount, okCount } = late ? fresh : after;
  const columns = {
    state,
    badCount,
    okCount,
    since: late ? fresh.since : dateOf(after.since),
    evaluatedTo: late ? fresh.evaluatedTo : dateOf(after.evaluatedTo),
    news: late || after.state === 'firing' ? (going?.news ?? fresh.news) : {},
    failingSince: dateOf(health.failingSince),
    failingTold: health.told,
    stateDetail: evaluation.message,
    evaluatedAt: new Date(nowMs),
    dueAt: new Date(late ? nowMs : dueAt),
  };
  return { after, health, late, columns };
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
