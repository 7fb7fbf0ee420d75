import { storeTime } from '@plumbline/clickhouse';
import type { Finding } from '@plumbline/contracts';
import {
  channelStates,
  channels,
  eq,
  incidents,
  modelContext,
  models,
  monitors,
  ne,
  outbox,
  sql,
} from '@plumbline/control';
import type { Context } from '@plumbline/runtime';
import type { Triples } from '@plumbline/windows';

/** What `/metrics` says of models, monitors and deliveries, as it is in the stores. */
export type Facts = {
  models: ModelFacts[];
  monitors: MonitorFacts[];
  incidents: { project: string; model: string; severity: string; n: number }[];
  deliveries: { state: string; n: number }[];
  channels: { project: string; channel: string; failures: number }[];
};
export type ModelFacts = {
  project: string;
  model: string;
  primaryMetric: string;
  lastEventMs: number | null;
  /** The newest window that is over. */
  window: { startMs: number; stepMs: number; predictions: number; labelled: number; estimated: Triples } | null;
  /** Of the newest window that has enough labels. */
  realized: Triples | null;
};
export type MonitorFacts = {
  project: string;
  model: string;
  name: string;
  kind: string;
  severity: string;
  state: string;
  findings: Finding[];
};

const MODELS_MAX = 1_000;
const MONITORS_MAX = 10_000;
const DAY_MS = 86_400_000;
const STEP_MS: Record<string, number> = { '1h': 3_600_000, '1d': DAY_MS, '7d': 7 * DAY_MS };
/** Labels of a window from which its metrics are told: as the console does. */
const MIN_LABELS = 30;
const MIN_COVERAGE = 0.25;
/** Verdicts on windows that ended longer ago are no news. */
const VERDICT_MS_MAX = 2 * DAY_MS;

type Stores = Pick<Context, 'store' | 'control'>;

export async function readFacts({ store, control }: Stores, nowMs: number): Promise<Facts> {
  const { db } = control;
  const rows = await db.select().from(models).orderBy(models.projectId, models.name).limit(MODELS_MAX);
  const known = rows.map(modelContext);
  const [rules, open, deliveries, failing, seen, over, labelled] = await Promise.all([
    db.select().from(monitors).where(eq(monitors.enabled, true)).orderBy(monitors.id).limit(MONITORS_MAX),
    db
      .select({
        project: incidents.projectId,
        model: incidents.model,
        severity: incidents.severity,
        n: sql<number>`count(*)::int`,
      })
      .from(incidents)
      .where(ne(incidents.state, 'resolved'))
      .groupBy(incidents.projectId, incidents.model, incidents.severity)
      .limit(MODELS_MAX),
    db.select({ state: outbox.state, n: sql<number>`count(*)::int` }).from(outbox).groupBy(outbox.state),
    db
      .select({ project: channels.projectId, channel: channels.name, failures: channelStates.failures })
      .from(channelStates)
      .innerJoin(channels, eq(channels.id, channelStates.channelId))
      .limit(MODELS_MAX),
    lastEvents(store),
    newestWindows(store, nowMs, 'predictions > 0'),
    newestWindows(store, nowMs, `labelled >= ${MIN_LABELS} AND labelled >= ${MIN_COVERAGE} * predictions`),
  ]);
  const said = await newestFindings(store, rules, nowMs);
  const keyOf = (...parts: string[]) => parts.join('\n');
  const byKey = (list: readonly WindowRow[]) =>
    new Map(list.map((w) => [keyOf(w.project, w.model, w.granularity), w] as const));
  const [overBy, labelledBy] = [byKey(over), byKey(labelled)];
  const last = new Map(seen.map((s) => [keyOf(s.project, s.model), Number(s.last)] as const));
  return {
    models: known.map((m) => {
      const key = keyOf(m.projectId, m.model, m.granularity);
      const w = overBy.get(key);
      const realized = labelledBy.get(key);
      return {
        project: m.projectId,
        model: m.model,
        primaryMetric: m.primaryMetric,
        lastEventMs: last.get(keyOf(m.projectId, m.model)) ?? null,
        window: w
          ? {
              startMs: Number(w.start),
              stepMs: STEP_MS[m.granularity] ?? STEP_MS['1h']!,
              predictions: Number(w.predictions),
              labelled: Number(w.labelled),
              estimated: triples(w.estimated),
            }
          : null,
        realized: realized ? triples(realized.metrics) : null,
      };
    }),
    monitors: rules.map((r) => ({
      project: r.projectId,
      model: r.model,
      name: r.name,
      kind: r.body.kind,
      severity: r.body.severity,
      state: r.state,
      findings: said.get(r.id) ?? [],
    })),
    incidents: open,
    deliveries,
    channels: failing,
  };
}

const triples = (json: string): Triples => (json === '' ? {} : (JSON.parse(json) as Triples));

const lastEvents = (store: Context['store']) =>
  store.query<{ project: string; model: string; last: number }>(
    `SELECT project, model, toUnixTimestamp64Milli(max(last_ts)) AS last FROM ${store.database}.catalog WHERE kind = 'version' GROUP BY project, model LIMIT 10000`,
    {},
    { acrossProjects: true },
  );

type WindowRow = Record<'project' | 'model' | 'granularity' | 'metrics' | 'estimated', string> &
  Record<'start' | 'predictions' | 'labelled', number>;

/** Of every model the newest window over all versions that has ended and fits. */
const newestWindows = (store: Context['store'], nowMs: number, condition: string) =>
  store.query<WindowRow>(
    `SELECT project, model, granularity, toUnixTimestamp64Milli(window_start) AS start, predictions, labelled, metrics, estimated
     FROM (SELECT * FROM ${store.database}.window_newest
       WHERE version = '*' AND window_start >= {from:DateTime64(3,'UTC')}
         AND toUnixTimestamp64Milli(window_start) + multiIf(granularity = '1h', 3600000, granularity = '1d', 86400000, 604800000) <= {now:Int64}
       ORDER BY project, model, granularity, window_start DESC, computed_at DESC LIMIT 1 BY project, model, granularity, window_start)
     WHERE ${condition} ORDER BY start DESC LIMIT 1 BY project, model, granularity LIMIT 10000`,
    { from: storeTime(Math.max(0, nowMs - 30 * DAY_MS)), now: nowMs },
    { acrossProjects: true },
  );

/** What the newest look of each monitor found. */
async function newestFindings(
  store: Context['store'],
  rules: readonly { id: string }[],
  nowMs: number,
): Promise<Map<string, Finding[]>> {
  if (rules.length === 0) return new Map();
  const rows = await store.query<{ monitor_id: string; said: string }>(
    `SELECT monitor_id, argMax(findings, (window_end, evaluated_at)) AS said FROM ${store.database}.evaluations
     WHERE monitor_id IN {ids:Array(String)} AND window_end >= {from:DateTime64(3,'UTC')} AND NOT historical GROUP BY monitor_id`,
    { ids: rules.map((r) => r.id), from: storeTime(Math.max(0, nowMs - VERDICT_MS_MAX)) },
    { acrossProjects: true },
  );
  return new Map(rows.map((r) => [r.monitor_id, JSON.parse(r.said) as Finding[]]));
}
