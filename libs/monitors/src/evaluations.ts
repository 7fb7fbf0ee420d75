import { type EventStore, jsonLines, storeTime } from '@plumbline/clickhouse';
import { type EvaluationView, groupBy, iso, type MonitorsHistory, type Page } from '@plumbline/contracts';
import type { Evaluation } from './evaluate.js';
import { badCursor } from './store.js';

export type Kept = Evaluation & { monitorId: string; evaluatedAt: number; historical: boolean };
const FINDINGS_KEPT = 30;

/** Keeps verdicts as rows: bad findings first, at most thirty of each look. */
export async function keepEvaluations(store: EventStore, projectId: string, kept: readonly Kept[]): Promise<void> {
  await store.insert(
    'evaluations',
    jsonLines(
      kept.map((e) => ({
        project: projectId,
        monitor_id: e.monitorId,
        evaluated_at: storeTime(e.evaluatedAt),
        window_start: storeTime(e.window.start),
        window_end: storeTime(e.window.end),
        verdict: e.verdict,
        historical: e.historical,
        message: e.message,
        findings: JSON.stringify(e.findings.slice(0, FINDINGS_KEPT)),
      })),
    ),
  );
}

export const evaluationViewOf = (e: Kept): EvaluationView => ({
  id: `${e.monitorId}.${e.window.end}.${e.evaluatedAt}`,
  monitor_id: e.monitorId,
  evaluated_at: iso(e.evaluatedAt),
  window_start: iso(e.window.start),
  window_end: iso(e.window.end),
  verdict: e.verdict,
  historical: e.historical,
  message: e.message,
  findings: e.findings,
});

type Stored = {
  evaluated: number;
  start: number;
  end: number;
  verdict: EvaluationView['verdict'];
  historical: boolean | number;
  message: string;
  findings: string;
};

/** Evaluations of a monitor, newest window first; of several looks at one window each is listed, the latest first. */
export async function listEvaluations(
  store: EventStore,
  projectId: string,
  monitorId: string,
  q: { from?: number; to?: number; limit: number; cursor?: string },
): Promise<Page<EvaluationView>> {
  const [, end, evaluated] = /^(\d{1,15})\.(\d{1,15})$/.exec(q.cursor ?? '') ?? [];
  if (q.cursor && end === undefined) throw badCursor();
  const rows = await store.query<Stored>(
    `SELECT toUnixTimestamp64Milli(evaluated_at) AS evaluated, toUnixTimestamp64Milli(window_start) AS start, toUnixTimestamp64Milli(window_end) AS end, verdict, historical, message, findings
     FROM ${store.database}.evaluations
     WHERE project = {project:String} AND monitor_id = {monitor:String} AND window_end > {from:DateTime64(3,'UTC')} AND window_start < {to:DateTime64(3,'UTC')}
       ${end ? `AND (toUnixTimestamp64Milli(window_end), toUnixTimestamp64Milli(evaluated_at)) < ({end:Int64}, {evaluated:Int64})` : ''}
     ORDER BY window_end DESC, evaluated_at DESC LIMIT 1 BY window_end, evaluated_at LIMIT {limit:UInt32}`,
    {
      project: projectId,
      monitor: monitorId,
      from: storeTime(q.from ?? 0),
      to: storeTime(q.to ?? 4_102_444_800_000),
      end: Number(end ?? 0),
      evaluated: Number(evaluated ?? 0),
      limit: q.limit + 1,
    },
  );
  const items = rows.slice(0, q.limit).map((r) =>
    evaluationViewOf({
      monitorId,
      evaluatedAt: Number(r.evaluated),
      window: { start: Number(r.start), end: Number(r.end) },
      verdict: r.verdict,
      historical: Boolean(r.historical),
      message: r.message,
      findings: JSON.parse(r.findings) as EvaluationView['findings'],
    }),
  );
  const last = rows[q.limit - 1];
  return {
    items,
    next_cursor: rows.length > q.limit && last ? `${last.end}.${last.evaluated}` : null,
  };
}

const DAY_MS = 86_400_000;

/** What these monitors concluded day by day: of the looks at windows that ended in a day, how many were bad or without data. */
export async function dailyVerdicts(
  store: EventStore,
  projectId: string,
  monitorIds: readonly string[],
  days: number,
  nowMs: number,
): Promise<MonitorsHistory> {
  const fromMs = Math.floor(nowMs / DAY_MS) * DAY_MS - (days - 1) * DAY_MS;
  // A window that ends at midnight belongs to the day before.
  const rows = await store.query<{ monitor: string; day: number; looks: number; bad: number; none: number }>(
    `SELECT monitor_id AS monitor, intDiv(toUnixTimestamp64Milli(window_end) - 1, ${DAY_MS}) * ${DAY_MS} AS day,
            count() AS looks, countIf(verdict = 'bad') AS bad, countIf(verdict = 'no_data') AS none
     FROM ${store.database}.evaluations
     WHERE project = {project:String} AND monitor_id IN {monitors:Array(String)}
       AND window_end > {from:DateTime64(3,'UTC')} AND window_end <= {to:DateTime64(3,'UTC')}
     GROUP BY monitor, day ORDER BY monitor, day`,
    { project: projectId, monitors: monitorIds, from: storeTime(fromMs), to: storeTime(fromMs + days * DAY_MS) },
    { heavy: true },
  );
  const items = [...groupBy(rows, (r) => r.monitor)].map(([id, own]) => ({
    monitor_id: id,
    days: own.map((r) => ({
      start: iso(Number(r.day)),
      looks: Number(r.looks),
      bad: Number(r.bad),
      no_data: Number(r.none),
    })),
  }));
  return { from: iso(fromMs), items };
}
