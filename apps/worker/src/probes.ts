import type { EventStore } from '@plumbline/clickhouse';
import type { FeatureProfile, PerformanceWindow } from '@plumbline/contracts';
import { and, annotations, type Db, desc, eq, lte, type ModelContext } from '@plumbline/control';
import { chooseReference, MARK, referencesOf, remembered } from '@plumbline/drift';
import { contractOf, type Probes, type ReferenceFacts } from '@plumbline/monitors';
import { Binds, fieldSql, rowsSql } from '@plumbline/rows';
import { performance } from '@plumbline/windows';
import { arrival } from './arrival.js';
import { concentrate } from './concentrate.js';
import { drifts } from './drifts.js';
import { latencies, slower } from './latencies.js';
import { sameIds } from './sameIds.js';
import { secondsSql, silences } from './silences.js';
import { refusedPredictions, seenValues } from './values.js';
import { gridOf, windowedRows } from './windowed.js';

const DAY_MS = 86_400_000;
/** All rows of a reference as one window. */
const WHOLE = { from: 0, to: 1, granularity: 'all' as const, min_labels: 1 };
/** What references, which never change, measure. */
const measured = remembered<PerformanceWindow[]>(500);
const FRESHNESS_SPAN_MS = 14 * DAY_MS;

/** The share of a text's values that read as numbers. */
const numbersIn = ({ categories = [], n }: FeatureProfile): number =>
  categories.reduce((sum, c) => sum + (c.value.trim() !== '' && Number.isFinite(Number(c.value)) ? c.count : 0), 0) /
  Math.max(1, n);

/** What monitors ask, answered by the libraries that know: the only place where they meet. */
export function createProbes(store: EventStore, db: Db, now: () => number = Date.now): Probes {
  const referenceRow = async (model: ModelContext, name?: string, version?: string) =>
    chooseReference(await referencesOf(db, model), { name, version });

  return {
    performance: (model, windows, scope, ask) =>
      performance(
        store,
        model,
        {
          from: windows.from,
          to: windows.to,
          granularity: gridOf(windows),
          filters: [...scope.filters],
          version: scope.version,
          group_by: ask.groupBy ?? [],
          groups: ask.groups,
          metrics: ask.metrics,
          min_labels: 1,
          as_of: typeof ask.asOf === 'object' ? { grid: gridOf(windows), ...ask.asOf } : ask.asOf,
        },
        now(),
      ),

    async ofReference(model, which, scope, { metrics, groupBy = [], groups }) {
      const row = await referenceRow(model, which.name, which.version);
      if (!row) return null;
      const { projectId, task, positive, negative, threshold } = model;
      const key = JSON.stringify([
        row.id,
        projectId,
        task,
        positive,
        negative,
        threshold,
        scope,
        metrics,
        groupBy,
        groups,
      ]);
      const known = measured.get(key);
      if (known) return { name: row.name, windows: known };
      const windows = await performance(
        store,
        model,
        {
          ...WHOLE,
          filters: [...scope.filters],
          group_by: groupBy,
          groups,
          metrics,
          reference: row.id,
        },
        now(),
      );
      return { name: row.name, windows: measured.set(key, windows) };
    },

    async groups(model, { from, to }, scope, fields, most) {
      const binds = new Binds();
      const keys = fields.map((field, i) => ({ field, name: `grp${i}`, sql: fieldSql(field, model, binds) }));
      const labels = fields.includes('label') ? {} : { unlabelled: true as const };
      const selection = { from, to, filters: scope.filters, version: scope.version, nowMs: now(), ...labels };
      const columns = [...new Set(keys.flatMap((k) => k.sql.needs))];
      const names = keys.map((k) => k.name).join(', ');
      const found = await store.query<Record<string, string | null> & { all: number }>(
        `SELECT *, count() OVER () AS all FROM (
           SELECT ${keys.map((k) => `(${k.sql.text}) AS ${k.name}`).join(', ')}, count() AS n
           FROM (${rowsSql(store, model, selection, columns, binds)}) GROUP BY ${names})
         ORDER BY n DESC, ${names} LIMIT ${Math.trunc(most)}`,
        binds.params,
        { heavy: true },
      );
      const groups = found.map((row) => Object.fromEntries(keys.map((k) => [k.field, row[k.name] ?? null])));
      return { groups, all: Number(found[0]?.all ?? 0) };
    },

    drift: (model, windows, scope, ask) => drifts(store, db, model, windows, scope, ask, now()),

    async reference(model, name, version): Promise<ReferenceFacts | null> {
      const row = await referenceRow(model, name, version);
      if (!row) return null;
      const features = Object.entries(row.profiles).filter(([key]) => !key.startsWith(MARK));
      return {
        id: row.id,
        name: row.name,
        rows: row.rows,
        version: row.version,
        metrics: row.estimates,
        features: Object.fromEntries(
          features.map(([key, p]) => [
            key,
            { type: p.type, missingRate: p.missing_rate, n: p.n, numbers: numbersIn(p) },
          ]),
        ),
      };
    },

    async counts(model, windows, scope) {
      const binds = new Binds();
      const rows = windowedRows(store, model, windows, scope, [], binds, now());
      const found = await store.query<{ win: number; n: number }>(
        `SELECT win, count() AS n FROM (${rows}) GROUP BY win`,
        binds.params,
        { heavy: true },
      );
      return new Map(found.map((r) => [Number(r.win), Number(r.n)]));
    },

    async freshness(model, nowMs, scope) {
      const binds = new Binds();
      const from = nowMs - FRESHNESS_SPAN_MS;
      const [row] = await store.query<{ last: number; n: number; p99: number; longest: number }>(
        `SELECT max(t) AS last, count() AS n, quantile(0.99)(gap) AS p99, max(gap) AS longest FROM (
           SELECT t, t - lagInFrame(t, 1, t) OVER (ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS gap
           FROM (${secondsSql(store, model, { from, to: Number.POSITIVE_INFINITY }, scope, binds)} LIMIT 2000000))`,
        binds.params,
      );
      if (!row || Number(row.n) === 0) return { lastEventMs: null, gapP99Ms: null, gapMaxMs: null };
      return { lastEventMs: Number(row.last), gapP99Ms: Number(row.p99), gapMaxMs: Number(row.longest) };
    },

    async schema(model, from, to, scope) {
      const binds = new Binds();
      const rows = rowsSql(
        store,
        model,
        { from, to, filters: scope.filters, version: scope.version, nowMs: now() },
        ['nums', 'cats'],
        binds,
      );
      const found = await store.query<{ name: string; kind: 'numeric' | 'categorical'; n: number; total: number }>(
        `SELECT name, kind, count() AS n, (SELECT count() FROM (${rows})) AS total FROM (
           SELECT arrayJoin(arrayConcat(arrayMap(k -> (toString(k), 'numeric'), mapKeys(nums)), arrayMap(k -> (toString(k), 'categorical'), mapKeys(cats)), [('', 'rows')])) AS p, p.1 AS name, p.2 AS kind
           FROM (${rows})) GROUP BY name, kind LIMIT 20000`,
        binds.params,
        { heavy: true },
      );
      const features: Record<string, { numeric: number; categorical: number }> = Object.create(null);
      for (const { name, kind, n } of found) {
        if (name === '') continue;
        const feature = features[name] ?? { numeric: 0, categorical: 0 };
        features[name] = feature;
        feature[kind] = Number(n);
      }
      return { rows: Number(found[0]?.total ?? 0), features };
    },

    async newestVersion(model) {
      const [row, before] = await store.query<{ version: string; first: number }>(
        `SELECT version, toUnixTimestamp64Milli(min(first_ts)) AS first FROM ${store.database}.catalog
         WHERE project = {project:String} AND model = {model:String} AND kind = 'version' GROUP BY version HAVING first <= {now:Int64} ORDER BY first DESC LIMIT 2`,
        { project: model.projectId, model: model.model, now: now() },
      );
      return row ? { version: row.version, firstMs: Number(row.first), earlier: before !== undefined } : null;
    },

    async newestDeploy(model) {
      const [row] = await db
        .select({ ts: annotations.ts })
        .from(annotations)
        .where(
          and(
            eq(annotations.projectId, model.projectId),
            eq(annotations.model, model.model),
            eq(annotations.kind, 'deploy'),
            lte(annotations.ts, new Date(now())),
          ),
        )
        .orderBy(desc(annotations.ts))
        .limit(1);
      return row?.ts.getTime() ?? null;
    },

    silences: (model, from, to, scope) => silences(store, model, { from, to }, scope),
    arrival: (model, from, to) => arrival(store, model, from, to),
    contract: (model) => contractOf(db, model),
    values: (model, windows, scope, ask) => seenValues(store, model, windows, scope, ask, now()),
    refused: (model, windows) => refusedPredictions(store, model, windows),
    latencies: (model, windows, scope, levels) => latencies(store, model, windows, scope, levels, now()),
    slower: (model, windows, scope, limits) => slower(store, model, windows, scope, limits, now()),
    sameIds: (model, windows, scope, referenceId) => sameIds(store, model, windows, scope, referenceId, now()),
    concentrate: (model, range, scope, what) => concentrate(store, model, range, scope, what, now()),
  };
}
