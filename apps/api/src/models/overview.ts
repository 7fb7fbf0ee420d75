import type { EventStore } from '@plumbline/clickhouse';
import { iso, type ModelSummary, type Page } from '@plumbline/contracts';
import {
  and,
  annotations,
  type Db,
  desc,
  eq,
  gt,
  inArray,
  incidents,
  type ModelRow,
  modelContext,
  models,
  monitors,
  ne,
  references,
} from '@plumbline/control';
import { expectedCount } from '@plumbline/stats';
import { type NewestWindow, newestWindows } from '@plumbline/windows';
import { healthOf } from './health.js';

const SPARK = 60;
const MIN_LABELS = 30;

/** One row per model with all that the first screen shows, from computed windows and the control plane: no raw rows are read. */
export async function overview(
  store: EventStore,
  db: Db,
  projectId: string,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<Page<ModelSummary>> {
  const rows = await db
    .select()
    .from(models)
    .where(and(eq(models.projectId, projectId), cursor ? gt(models.name, cursor) : undefined))
    .orderBy(models.name)
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const names = page.map((r) => r.name);
  if (names.length === 0) return { items: [], next_cursor: null };
  const contexts = page.map(modelContext);
  const [windowsOf, open, rules, refs, notes, seen] = await Promise.all([
    newestWindows(store, contexts, SPARK),
    db
      .select()
      .from(incidents)
      .where(and(eq(incidents.projectId, projectId), inArray(incidents.model, names), ne(incidents.state, 'resolved')))
      .limit(2000),
    db
      .select()
      .from(monitors)
      .where(and(eq(monitors.projectId, projectId), inArray(monitors.model, names)))
      .limit(5000),
    db
      .select({ model: references.model, estimates: references.estimates, createdAt: references.createdAt })
      .from(references)
      .where(and(eq(references.projectId, projectId), inArray(references.model, names)))
      .orderBy(references.createdAt)
      .limit(2000),
    db
      .select()
      .from(annotations)
      .where(and(eq(annotations.projectId, projectId), inArray(annotations.model, names)))
      .orderBy(desc(annotations.ts))
      .limit(1000),
    store.query<{ model: string; version: string; last: number }>(
      `SELECT model, version, toUnixTimestamp64Milli(max(last_ts)) AS last FROM ${store.database}.catalog WHERE project = {project:String} AND model IN {names:Array(String)} AND kind = 'version' GROUP BY model, version ORDER BY last LIMIT 10000`,
      { project: projectId, names },
    ),
  ]);
  const drift = await driftedOf(
    store,
    projectId,
    rules.filter((r) => r.body.kind === 'drift'),
  );
  const items = page.map((row, i): ModelSummary => {
    const model = contexts[i]!;
    const windows = windowsOf.get(row.name) ?? [];
    const of = <T extends { model: string }>(list: readonly T[]) => list.filter((x) => x.model === row.name);
    const versions = of(seen);
    const last = versions.at(-1);
    const note = of(notes)[0];
    return {
      ...facts(row, windows, model.primaryMetric),
      health: healthOf(of(open), of(rules), versions.length > 0),
      open_incidents: of(open).length,
      granularity: model.granularity,
      owner: model.owner,
      metric: headline(windows, of(refs).at(-1)?.estimates[model.primaryMetric]?.value ?? null),
      ...(drift.get(row.name) ?? { drifted_share: null, drifted: [] }),
      last_event: last ? iso(Number(last.last)) : null,
      versions: versions.map((v) => v.version),
      last_annotation: note ? { ts: note.ts.toISOString(), text: note.text, kind: note.kind } : null,
    };
  });
  return { items, next_cursor: rows.length > limit ? page.at(-1)!.name : null };
}

function facts(row: ModelRow, windows: readonly NewestWindow[], metric: string) {
  const closed = windows.slice(0, -1);
  const last = closed.at(-1) ?? windows.at(-1);
  const band = expectedCount(closed.slice(-9, -1).map((w) => w.predictions));
  return {
    name: row.name,
    task: row.task,
    state: row.state,
    primary_metric: metric,
    sparkline: windows.map((w) => ({
      start: iso(w.start),
      value: w.labelled >= MIN_LABELS ? w.metric[0] : null,
      estimated: w.estimated[0],
      coverage: w.predictions > 0 ? w.labelled / w.predictions : 0,
      predictions: w.predictions,
    })),
    label_coverage: last && last.predictions > 0 ? last.labelled / last.predictions : null,
    predictions_last: last?.predictions ?? 0,
    predictions_expected: band.expected,
  };
}

/** The newest window that has enough labels to say something. */
function headline(windows: readonly NewestWindow[], reference: number | null): ModelSummary['metric'] {
  const w = [...windows].reverse().find((x) => x.labelled >= MIN_LABELS && x.labelled >= 0.25 * x.predictions);
  const [value, low, high] = w?.metric ?? [null, null, null];
  return { value, low, high, reference };
}

/** What the newest look of each drift monitor said, in one question. */
async function driftedOf(
  store: EventStore,
  projectId: string,
  rules: readonly { id: string; model: string }[],
): Promise<Map<string, { drifted_share: number | null; drifted: string[] }>> {
  if (rules.length === 0) return new Map();
  const rows = await store.query<{ monitor_id: string; findings: string }>(
    `SELECT monitor_id, argMax(findings, (window_end, evaluated_at)) AS findings FROM ${store.database}.evaluations
     WHERE project = {project:String} AND (monitor_id, window_end) IN (
       SELECT monitor_id, max(window_end) FROM ${store.database}.evaluations
       WHERE project = {project:String} AND monitor_id IN {ids:Array(String)} GROUP BY monitor_id)
     GROUP BY monitor_id`,
    { project: projectId, ids: rules.map((r) => r.id) },
  );
  return new Map(
    rows.flatMap((r) => {
      const rule = rules.find((x) => x.id === r.monitor_id);
      const findings = JSON.parse(r.findings) as { subject: string; state: string }[];
      const judged = findings.filter((f) => f.state !== 'no_data');
      const bad = judged.filter((f) => f.state === 'bad').map((f) => f.subject);
      return rule
        ? [
            [
              rule.model,
              { drifted_share: judged.length > 0 ? bad.length / judged.length : null, drifted: bad },
            ] as const,
          ]
        : [];
    }),
  );
}
