import type { EventStore } from '@plumbline/clickhouse';
import type { Diagnosis, EvaluationView } from '@plumbline/contracts';
import { durationMs, iso } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { thresholdFor } from '../backtest/backtest.js';
import { type Judged, replay } from '../backtest/replay.js';
import { listEvaluations } from '../evaluations.js';
import type { Probes } from '../probes.js';
import { decisive, inForce, sideOf } from '../rule.js';
import { bodyOf, type MonitorRow } from '../store.js';
import { noiseOf } from '../threshold.js';
import { diagnose } from './diagnose.js';
import { reasonOf } from './withoutData.js';

const DAY_MS = 86_400_000;
const SPAN_MS = 30 * DAY_MS;
const PAGE = 1000;
const LOOKS_MAX = 6_000;
const ARRIVAL_SPAN_MS = 7 * DAY_MS;
/** Ages at which the labels of a window are counted, to find when enough of them are there. */
const AGES = ['6h', '1d', '2d', '3d', '7d', '14d', '30d'];

/** What is wrong with a monitor, from what it said since it was last changed, at most 30 days back. A failing store throws. */
export async function diagnosisOf(
  store: EventStore,
  row: MonitorRow,
  model: ModelContext,
  probes: Probes,
  nowMs: number,
): Promise<Diagnosis> {
  const stored = bodyOf(row);
  const body = inForce(stored, { firing: false, calibrated: row.calibrated ?? null });
  const side = sideOf(body, model.primaryMetric);
  const said = await looksSince(store, row, nowMs - SPAN_MS, row.updatedAt.getTime());
  const { looks, fired } = replay(stored, side, said);
  const series = side ? said.map((e) => decisive(body, side, e.findings)) : [];
  const from = said[0]?.window.end ?? nowMs;
  const spanDays = (nowMs - from) / DAY_MS;
  const suggested = side ? thresholdFor(body, side, series, spanDays) : null;
  const noise = noiseOf(series);
  // What happened before the model was known here was imported, and says nothing of how late rows come.
  const arrivalFrom = Math.max(nowMs - ARRIVAL_SPAN_MS, model.createdAt.getTime());
  const arrival = await probes.arrival(model, arrivalFrom, nowMs);
  const lateLabels = looks.some((l) => l.verdict === 'no_data' && reasonOf(l.message) === 'labels_late');
  return {
    ...diagnose(body, {
      looks,
      fired: fired.length,
      spanDays,
      noise,
      suggested,
      side,
      failing: row.failingSince ? { since: iso(row.failingSince.getTime()), message: row.stateDetail ?? '' } : null,
      arrivalMs: arrival?.p95Ms ?? null,
      labelsAfterMs: lateLabels ? await labelsAfter(row, model, probes, nowMs) : null,
    }),
    from: iso(from),
    to: iso(nowMs),
    noise,
    suggested_threshold: suggested,
  };
}

/** The first look at every window under the rule as it is now, oldest first. */
async function looksSince(store: EventStore, row: MonitorRow, fromMs: number, sinceMs: number): Promise<Judged[]> {
  const seen = new Map<string, EvaluationView>();
  let cursor: string | undefined;
  let read = 0;
  do {
    const page = await listEvaluations(store, row.projectId, row.id, { from: fromMs, limit: PAGE, cursor });
    // Of one window the latest look comes first: what is written last is the earliest.
    for (const e of page.items) if (Date.parse(e.evaluated_at) >= sinceMs) seen.set(e.window_end, e);
    read += page.items.length;
    cursor = page.next_cursor ?? undefined;
  } while (cursor && read < LOOKS_MAX);
  return [...seen.values()]
    .map((e) => ({
      lookedAt: Date.parse(e.evaluated_at),
      window: { start: Date.parse(e.window_start), end: Date.parse(e.window_end) },
      verdict: e.verdict,
      message: e.message,
      findings: e.findings,
    }))
    .sort((a, b) => a.window.end - b.window.end);
}

/** The age of a window at which enough of its labels are there; null if at none that was tried. */
async function labelsAfter(
  row: MonitorRow,
  model: ModelContext,
  probes: Probes,
  nowMs: number,
): Promise<number | null> {
  const windowMs = durationMs(row.body.window);
  const needed = row.body.min_coverage ?? 0.25;
  for (const age of AGES.map(durationMs)) {
    const to = nowMs - age;
    const [w] = await probes.performance(
      model,
      { from: to - windowMs, to, stepMs: windowMs },
      { filters: row.body.slice },
      { metrics: ['count'] },
    );
    if (w && w.predictions > 0 && (w.coverage ?? 0) >= needed) return age;
  }
  return null;
}
