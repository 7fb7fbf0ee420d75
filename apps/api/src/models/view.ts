import type { EventStore } from '@plumbline/clickhouse';
import { type FeatureType, iso, type ModelView } from '@plumbline/contracts';
import { type ModelRow, modelContext } from '@plumbline/control';
import { countLabels } from '@plumbline/labels';
import { classesOf } from './classes.js';

type CatalogRow = {
  kind: 'feature' | 'tag' | 'version' | 'class';
  name: string;
  type: string;
  first: number;
  last: number;
};

/** Everything known of a model: its declaration with defaults, and what its events showed. */
export async function viewModel(store: EventStore, row: ModelRow): Promise<ModelView> {
  const model = modelContext(row);
  const params = { project: row.projectId, model: row.name };
  const counting = versionsOf(store, params);
  const [catalog, versions, labels, classes] = await Promise.all([
    store.query<CatalogRow>(
      `SELECT kind, name, type, toUnixTimestamp64Milli(min(first_ts)) AS first, toUnixTimestamp64Milli(max(last_ts)) AS last FROM ${store.database}.catalog
       WHERE project = {project:String} AND model = {model:String} GROUP BY kind, name, type ORDER BY kind, name LIMIT 20000`,
      params,
    ),
    counting,
    countLabels(store, row.projectId, row.name, () => counting.then(total)),
    classesOf(store, model),
  ]);
  const firsts = versions.map((v) => Number(v.first));
  const lasts = versions.map((v) => Number(v.last));
  return {
    name: row.name,
    state: row.state,
    task: row.task,
    positive_class: row.task === 'binary' ? (row.spec.positive_class ?? model.positive[0] ?? null) : null,
    classes,
    primary_metric: model.primaryMetric,
    description: row.spec.description,
    owner: row.spec.owner,
    granularity: model.granularity,
    decision_threshold: model.threshold,
    features: row.spec.features,
    slices: row.spec.slices,
    labels: {
      ...labels,
      attribution_window: row.spec.labels?.attribution_window ?? null,
      missing: model.missingLabels,
    },
    retention: row.spec.retention,
    versions: versions.map((v) => ({
      version: v.version,
      first_event: iso(Number(v.first)),
      last_event: iso(Number(v.last)),
      predictions: Number(v.n),
    })),
    schema: schemaOf(catalog, row.spec.features ?? {}),
    first_event: firsts.length > 0 ? iso(Math.min(...firsts)) : null,
    last_event: lasts.length > 0 ? iso(Math.max(...lasts)) : null,
    created_at: row.createdAt.toISOString(),
  };
}

type Version = { version: string; first: number; last: number; n: number };
/** Up to so many rows identities are told apart; of more, those count that the store has. */
const EXACT_ROWS_MAX = 2_000_000;
const VERSIONS_MAX = 1000;

async function versionsOf(store: EventStore, params: { project: string; model: string }): Promise<Version[]> {
  const ask = (n: string) =>
    store.query<Version>(
      `SELECT version, toUnixTimestamp64Milli(min(ts)) AS first, toUnixTimestamp64Milli(max(ts)) AS last, ${n} AS n FROM ${store.database}.predictions
       WHERE project = {project:String} AND model = {model:String} GROUP BY version ORDER BY first, version LIMIT ${VERSIONS_MAX}`,
      params,
    );
  const versions = await ask('count()');
  return total(versions) > EXACT_ROWS_MAX ? versions : ask('uniqExact(prediction_id)');
}

const total = (versions: readonly Version[]): number => versions.reduce((sum, v) => sum + Number(v.n), 0);

/** Declared features and those seen, in one list; a declaration wins over what values look like. */
function schemaOf(
  catalog: readonly CatalogRow[],
  declared: NonNullable<ModelRow['spec']['features']>,
): ModelView['schema'] {
  const seen = new Map<string, FeatureType>();
  for (const c of catalog.filter((x) => x.kind === 'feature')) {
    const before = seen.get(c.name);
    if (c.type === 'null') seen.set(c.name, before ?? 'categorical');
    else if (!before || before === 'boolean' || c.type === 'numeric') seen.set(c.name, c.type as FeatureType);
  }
  return [...new Set([...Object.keys(declared), ...seen.keys()])].sort().map((name) => ({
    name,
    type: declared[name]?.type ?? seen.get(name) ?? 'categorical',
    declared: Object.hasOwn(declared, name),
    source: declared[name]?.source ?? null,
    importance: declared[name]?.importance ?? null,
    monitored: declared[name]?.monitored !== false,
  }));
}
