import { attachedTo, waitsForExplanation } from '@plumbline/alerts';
import { type MonitorBody, membersOf } from '@plumbline/contracts';
import { findModelRow, type ModelContext, modelContext } from '@plumbline/control';
import {
  bodyOf,
  type Evaluation,
  evaluateHistory,
  evaluateNow,
  gatherEvidence,
  inForce,
  isHistorical,
  type Kept,
  keepEvaluations,
  type MonitorRow,
  newsStep,
  nextDue,
  type Probes,
  policyOf,
  shareProbes,
} from '@plumbline/monitors';
import type { Context } from '@plumbline/runtime';
import pLimit from 'p-limit';
import { explainedSoon } from './explain/soon.js';
import { calibrated } from './monitors/calibrated.js';
import { failed } from './monitors/failed.js';
import { type Look, type Looked, settle } from './monitors/settle.js';

const HISTORY = 30;
/** A look that fails is repeated soon and shows as `error` meanwhile. */
const RETRY_MS = 15_000;

/** Monitors of a model that are asked side by side; more would only stand in line before the store. */
const SIDE_BY_SIDE = 4;

type Judged = Look & { body: MonitorBody; probes: Probes };

/**
 * One look of monitors of a model: judge their trailing windows, keep the verdicts, move their states, and where that starts or ends a
 * problem change the incident and queue its notifications, all in one transaction. What several of them ask is asked once. Whatever
 * fails is shown, tried again, and told when it lasts. Returns the verdicts; none if the model is gone.
 */
export async function lookAt(
  context: Context,
  probes: Probes,
  rows: readonly MonitorRow[],
  nowMs: number,
): Promise<Kept[]> {
  const { db } = context.control;
  const modelRow = rows[0] && (await findModelRow(db, rows[0].projectId, rows[0].model));
  if (!modelRow) return [];
  const model = modelContext(modelRow);
  const shared = shareProbes(probes, model, rows.map(bodyOf));
  const limit = pLimit(SIDE_BY_SIDE);
  const startedMs = performance.now();
  const judged = await Promise.all(rows.map((row) => limit(() => judge(context, shared, row, model, nowMs))));
  const knownAt = nowMs + Math.ceil(performance.now() - startedMs);
  const kept = await keep(context, judged, nowMs);
  const looks = await Promise.all(kept.map((look) => limit(() => prove(context, look, model, { nowMs, knownAt }))));
  const waitMs = context.config.PLUMBLINE_EVALUATION_OFFSET_MS;
  const dueAt = ({ row, looked }: Look) =>
    looked.evaluation.verdict === 'error' ? nowMs + RETRY_MS : nextDue(row.body, nowMs, waitMs);
  if (await settle(db, model, looks, nowMs, dueAt)) {
    await context.queue.ask('deliver', {});
    if (looks.some(({ looked }) => waitsForExplanation(looked.evidence ?? looked.going?.added)))
      await context.queue.ask('explain', { projectId: model.projectId, model: model.model });
    await context.live.publish({ projectId: model.projectId, type: 'incident', model: model.model });
  }
  return looks.map((look) => asKept(look, nowMs));
}

async function judge(
  context: Context,
  probes: Probes,
  row: MonitorRow,
  model: ModelContext,
  nowMs: number,
): Promise<Judged> {
  const { store, control } = context;
  let body = bodyOf(row);
  try {
    const calibration = await calibrated(store, control.db, row, model, nowMs);
    body = inForce(body, { firing: row.state === 'firing', calibrated: calibration });
    return { row, body, probes, looked: { evaluation: await evaluateNow(model, body, probes, nowMs), evidence: null } };
  } catch (error) {
    return { row, body, probes, looked: failure(context, row, error, nowMs) };
  }
}

/** Keeps the verdicts, or shows that they could not be kept. */
async function keep(context: Context, looks: readonly Judged[], nowMs: number): Promise<readonly Judged[]> {
  const blind = ({ looked }: Look) => looked.evaluation.verdict === 'error';
  const kept = looks.flatMap((look) => (blind(look) ? [] : [asKept(look, nowMs)]));
  try {
    await keepEvaluations(context.store, looks[0]!.row.projectId, kept);
    return looks;
  } catch (error) {
    return looks.map((look) => (blind(look) ? look : { ...look, looked: failure(context, look.row, error, nowMs) }));
  }
}

const asKept = ({ row, looked: { evaluation } }: Look, nowMs: number): Kept => ({
  ...evaluation,
  monitorId: row.id,
  evaluatedAt: nowMs,
  historical: isHistorical(evaluation.window, nowMs),
});

/** A look with the evidence that a change of state will need. */
type Moment = { nowMs: number; knownAt: number };

async function prove(context: Context, look: Judged, model: ModelContext, moment: Moment): Promise<Look> {
  const { nowMs } = moment;
  const { row, body, probes, looked } = look;
  const { evaluation } = looked;
  if (evaluation.verdict !== 'bad') return look;
  const monitor = { id: row.id, body };
  const history = () => evaluateHistory(model, body, probes, nowMs, HISTORY).catch(() => []);
  const gather = async (e: Evaluation) => gatherEvidence(monitor, model, e, probes, moment, await history());
  try {
    if (row.state !== 'firing') {
      const evidence = await gather(evaluation);
      const fires = row.badCount + 1 >= body.for;
      return {
        ...look,
        looked: { ...looked, evidence: fires ? await explainedSoon(context, model, evidence) : evidence },
      };
    }
    const known = await attachedTo(context.control.db, row.projectId, row.id);
    const { ripe, over, news } = newsStep(
      row.news,
      badNames(evaluation),
      known.map((k) => ({ id: k.id, open: k.state !== 'resolved', subjects: k.subjects })),
      evaluation.window.end,
      policyOf(body),
    );
    const added = ripe.length > 0 ? await gather(only(evaluation, ripe)) : null;
    return { ...look, looked: { ...looked, going: { news, over, added } } };
  } catch (error) {
    return { ...look, looked: failure(context, row, error, nowMs) };
  }
}

function failure({ log }: Context, row: MonitorRow, error: unknown, nowMs: number): Looked {
  log.warn({ monitor: row.name, model: row.model, err: error }, 'a monitor could not be evaluated; it is tried again');
  return failed(error, nowMs);
}

const badNames = ({ findings }: Evaluation): string[] => [
  ...new Set(
    findings
      .filter((f) => f.state === 'bad')
      .flatMap(membersOf)
      .map((f) => f.subject),
  ),
];

/** The part of an evaluation that is about these subjects. */
function only(e: Evaluation, subjects: readonly string[]): Evaluation {
  const bad = e.findings.filter((f) => f.state === 'bad').flatMap(membersOf);
  const findings = bad.filter((f) => subjects.includes(f.subject));
  return { ...e, findings, message: findings.length === 1 ? findings[0]!.message : e.message };
}

/**
 * Verdicts over windows that are long past, when a backfill brought their rows: stored and shown, never notified. One
 * question per monitor, however many windows. Returns how many there are, and how many monitors could not be asked.
 */
export async function lookBack(
  context: Context,
  probes: Probes,
  rows: readonly MonitorRow[],
  model: ModelContext,
  nowMs: number,
  stopping: () => boolean,
): Promise<{ kept: number; failed: number }> {
  let kept = 0;
  let failed = 0;
  const shared = shareProbes(probes, model, rows.map(bodyOf));
  for (const row of rows) {
    if (stopping()) break;
    const body = inForce(bodyOf(row), { firing: false, calibrated: row.calibrated ?? null });
    try {
      const history = await evaluateHistory(model, body, shared, nowMs, 60);
      const known = history.filter(
        (e) => e.verdict !== 'no_data' && e.window.end < nowMs - (e.window.end - e.window.start),
      );
      await keepEvaluations(
        context.store,
        row.projectId,
        known.map((e) => ({ ...e, monitorId: row.id, evaluatedAt: nowMs, historical: true })),
      );
      kept += known.length;
    } catch (error) {
      failed++;
      context.log.warn({ err: error, monitor: row.name }, 'the past of a monitor could not be evaluated');
    }
  }
  return { kept, failed };
}
