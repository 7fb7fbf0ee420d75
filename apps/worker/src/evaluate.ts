import { attachedTo } from '@plumbline/alerts';
import { membersOf } from '@plumbline/contracts';
import { findModelRow, type ModelContext, modelContext } from '@plumbline/control';
import {
  bodyOf,
  type Evaluation,
  evaluateHistory,
  evaluateNow,
  gatherEvidence,
  inForce,
  isHistorical,
  keepEvaluations,
  type MonitorRow,
  newsStep,
  nextDue,
  type Probes,
  policyOf,
} from '@plumbline/monitors';
import type { Context } from '@plumbline/runtime';
import { calibrated } from './monitors/calibrated.js';
import { failed } from './monitors/failed.js';
import { type Looked, settle } from './monitors/settle.js';

const HISTORY = 30;
/** A look that fails is repeated soon and shows as `error` meanwhile. */
const RETRY_MS = 15_000;

/**
 * One look of a monitor: judge its trailing window, keep the verdict, move its state, and if that starts or ends a problem
 * change the incident and queue its notifications, all in one transaction. Whatever fails is shown, tried again, and told when it lasts.
 */
export async function lookAt(context: Context, probes: Probes, row: MonitorRow, nowMs: number): Promise<void> {
  const { db } = context.control;
  const modelRow = await findModelRow(db, row.projectId, row.model);
  if (!modelRow) return;
  const model = modelContext(modelRow);
  let looked: Looked;
  try {
    looked = await judge(context, probes, row, model, nowMs);
  } catch (error) {
    context.log.warn(
      { monitor: row.name, model: row.model, err: error },
      'a monitor could not be evaluated; it is tried again',
    );
    looked = failed(error, nowMs);
  }
  const dueAt =
    looked.evaluation.verdict === 'error'
      ? nowMs + RETRY_MS
      : nextDue(row.body, nowMs, context.config.PLUMBLINE_EVALUATION_OFFSET_MS);
  if (!(await settle(db, row, model, looked, nowMs, dueAt))) return;
  await context.queue.ask('deliver', {});
  await context.live.publish({ projectId: row.projectId, type: 'incident', model: row.model });
}

/** The verdict, kept, with the evidence that a change of state will need. */
async function judge(
  context: Context,
  probes: Probes,
  row: MonitorRow,
  model: ModelContext,
  nowMs: number,
): Promise<Looked> {
  const { store, control } = context;
  const firing = row.state === 'firing';
  const calibration = await calibrated(store, control.db, row, model, nowMs);
  const body = inForce(bodyOf(row), { firing, calibrated: calibration });
  const monitor = { id: row.id, body };
  const evaluation = await evaluateNow(model, body, probes, nowMs);
  await keepEvaluations(store, row.projectId, row.id, [
    { ...evaluation, evaluatedAt: nowMs, historical: isHistorical(evaluation.window, nowMs) },
  ]);
  if (evaluation.verdict !== 'bad') return { evaluation, evidence: null };
  const history = () => evaluateHistory(model, body, probes, nowMs, HISTORY).catch(() => []);
  if (!firing)
    return { evaluation, evidence: await gatherEvidence(monitor, model, evaluation, probes, nowMs, await history()) };
  const known = await attachedTo(control.db, row.projectId, row.id);
  const { ripe, over, news } = newsStep(
    row.news,
    badNames(evaluation),
    known.map((k) => ({ id: k.id, open: k.state !== 'resolved', subjects: k.subjects })),
    evaluation.window.end,
    policyOf(body),
  );
  const added =
    ripe.length > 0
      ? await gatherEvidence(monitor, model, only(evaluation, ripe), probes, nowMs, await history())
      : null;
  return { evaluation, evidence: null, going: { news, over, added } };
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
 * question per monitor, however many windows.
 */
export async function lookBack(
  context: Context,
  probes: Probes,
  row: MonitorRow,
  model: ModelContext,
  nowMs: number,
): Promise<void> {
  const body = inForce(bodyOf(row), { firing: false, calibrated: row.calibrated ?? null });
  const history = await evaluateHistory(model, body, probes, nowMs, 60);
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
