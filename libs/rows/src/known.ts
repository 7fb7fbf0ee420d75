import type { EventStore } from '@plumbline/clickhouse';
import { type FieldType, type FieldView, type Filter, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';

const FIELDS_MAX = 20_000;
const TEXT: FieldView['operators'] = ['eq', 'ne', 'in', 'not_in', 'is_null', 'not_null'];
const NUMBER: FieldView['operators'] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'is_null', 'not_null'];

/** `embeddings`: features by which nothing can be grouped; filters may ask whether a row has them. */
export type Known = { fields: FieldView[]; embeddings: string[] };

/** Every field of a model that rows can be told apart by: what was declared, what was ever sent, and what every row has. */
export async function knownFields(store: EventStore, model: ModelContext): Promise<Known> {
  const seen = await store.query<{ kind: string; name: string; types: string[] }>(
    `SELECT toString(kind) AS kind, name, groupUniqArray(toString(type)) AS types FROM ${store.database}.catalog
     WHERE project = {project:String} AND model = {model:String} AND kind IN ('feature', 'tag') GROUP BY kind, name ORDER BY kind, name LIMIT ${FIELDS_MAX}`,
    { project: model.projectId, model: model.model },
  );
  const typeOf = (types: readonly string[]): FieldType => (types.includes('numeric') ? 'numeric' : 'categorical');
  const features = new Map<string, FieldType | 'embedding'>();
  for (const { name, types } of seen.filter((s) => s.kind === 'feature'))
    features.set(name, types.includes('embedding') ? 'embedding' : typeOf(types));
  for (const [name, { type }] of Object.entries(model.features))
    features.set(name, type === 'embedding' ? type : typeOf([type]));
  const fields = [
    ...[...features].flatMap(([name, type]) =>
      type === 'embedding' ? [] : [field(`features.${name}`, 'feature', type, model.features[name])],
    ),
    ...seen.filter((s) => s.kind === 'tag').map((s) => field(`tags.${s.name}`, 'tag', 'categorical')),
    field('version', 'version', 'categorical'),
    ...(model.task === 'regression'
      ? [field('prediction.value', 'prediction', 'numeric'), field('label', 'label', 'numeric')]
      : [
          field('prediction.class', 'prediction', 'categorical'),
          field('prediction.score', 'prediction', 'numeric'),
          field('label', 'label', 'categorical'),
        ]),
    field('latency_ms', 'latency', 'numeric'),
  ];
  const embeddings = [...features].flatMap(([name, type]) => (type === 'embedding' ? [`features.${name}`] : []));
  return { fields, embeddings };
}

const field = (
  name: string,
  kind: FieldView['kind'],
  type: FieldType,
  declared?: ModelContext['features'][string],
): FieldView => ({
  field: name,
  kind,
  type,
  operators: type === 'numeric' ? NUMBER : TEXT,
  importance: declared?.importance ?? null,
  source: declared?.source ?? null,
});

/** The fields that are asked for. Errors: `invalid_request` naming the nearest field if there is no such one. */
export function fieldsAsked({ fields, embeddings }: Known, names: readonly string[], model: string): FieldView[] {
  return names.map((name) => {
    const found = fields.find((k) => k.field === name);
    if (found) return found;
    if (embeddings.includes(name))
      throw new PlumblineError(
        'invalid_request',
        `${name} holds embeddings, by which rows cannot be told apart. Choose one of POST /v1/models/${model}/fields; in filters is_null and not_null work.`,
      );
    const near = nearest(
      name,
      fields.map((k) => k.field),
    );
    throw new PlumblineError(
      'invalid_request',
      `The model '${model}' has no field '${name.slice(0, 100)}'.${near ? ` Did you mean '${near}'?` : ''} POST /v1/models/${model}/fields lists them.`,
    );
  });
}

/** The same for the fields of filters, which may name ids and embeddings too. */
export function assertFilters(known: Known, filters: readonly Filter[], model: string): void {
  const names = [...new Set(filters.map((f) => f.field))];
  const others = names.filter((name) => name !== 'prediction_id' && !known.embeddings.includes(name));
  fieldsAsked(known, others, model);
}

/** What was probably meant: the name under another prefix or as part of a longer one, or the fewest changed characters; null if nothing is near. */
export function nearest(name: string, all: readonly string[]): string | null {
  const bare = (field: string) => field.slice(field.indexOf('.') + 1).toLowerCase();
  const same = all.find((other) => bare(other) === bare(name));
  if (same) return same;
  const wanted = bare(name);
  const longer = wanted.length >= 3 && all.find((other) => bare(other).includes(wanted));
  if (longer) return longer;
  if (name.length > 100) return null;
  let best: { field: string; changes: number } | null = null;
  for (const field of all) {
    if (Math.abs(field.length - name.length) > 3) continue;
    const changes = changed(name.toLowerCase(), field.toLowerCase());
    if (changes <= 3 && (best === null || changes < best.changes)) best = { field, changes };
  }
  return best?.field ?? null;
}

/** Levenshtein's distance. */
function changed(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
