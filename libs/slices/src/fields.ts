import { setTimeout } from 'node:timers/promises';
import type { EventStore } from '@plumbline/clickhouse';
import { PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { nearest } from '@plumbline/rows';

/** A field. `plain`: a feature of which only values of its kind were ever sent, under this key of their map. */
export type FieldOf = { name: string; kind: 'numeric' | 'categorical'; plain?: string };

/**
 * The fields that are asked for, or features, tags and the version, with what they hold. Of too many the version, tags and the most important
 * features are taken, and the others named. Errors: `invalid_request` for a field that the model does not have.
 */
export async function fieldsOf(
  store: EventStore,
  model: ModelContext,
  { fields: asked, field }: { fields?: readonly string[]; field?: string },
  most: number,
): Promise<{ fields: FieldOf[]; leftOut: string[] }> {
  const named = [...(asked ?? []), ...(field ? [field] : [])];
  let known = await catalogue(store, model);
  if (known.length === 0 || unknownOf(named, known, model) !== undefined) {
    await setTimeout(NOTED_MS);
    known = await catalogue(store, model);
    assertKnown(named, known, model);
  }
  const fieldOf = (name: string): FieldOf => {
    if (['prediction.score', 'prediction.value', 'latency_ms'].includes(name)) return { name, kind: 'numeric' };
    if (!name.startsWith('features.')) return { name, kind: 'categorical' };
    const feature = name.slice('features.'.length);
    const types = known.find((k) => k.kind === 'feature' && k.name === feature)?.types ?? [];
    const seen = new Set(types.filter((t) => t !== 'null').map((t) => (t === 'numeric' ? t : 'categorical')));
    const kind =
      (model.features[feature]?.type ?? (seen.has('numeric') ? 'numeric' : '')) === 'numeric'
        ? 'numeric'
        : 'categorical';
    return { name, kind, ...(seen.size === 1 && seen.has(kind) ? { plain: feature } : {}) };
  };
  const names = [...new Set(asked ?? [...known.map(nameOf), 'version'])];
  for (const name of names)
    if (['label', 'prediction_id'].includes(name))
      throw new PlumblineError('invalid_request', `${name} is not something that slices are made of.`);
  const taken = new Set((asked ? names : byWeight(names, model)).slice(0, most));
  return {
    fields: names.filter((name) => taken.has(name)).map(fieldOf),
    leftOut: names.filter((name) => !taken.has(name)),
  };
}

type Known = { kind: string; name: string; types: string[] };
const nameOf = ({ kind, name }: Known): string =>
  kind === 'version' ? kind : `${kind === 'tag' ? 'tags' : 'features'}.${name}`;
/** What a model has is noted within this time after its first events were answered. */
const NOTED_MS = 2_000;

const catalogue = (store: EventStore, model: ModelContext): Promise<Known[]> =>
  store.query(
    `SELECT toString(kind) AS kind, if(kind = 'version', '', name) AS name, groupUniqArray(toString(type)) AS types FROM ${store.database}.catalog
     WHERE project = {project:String} AND model = {model:String} AND kind IN ('feature', 'tag', 'version') GROUP BY kind, name ORDER BY kind, name LIMIT 20001`,
    { project: model.projectId, model: model.model },
  );

const namesOf = (known: readonly Known[], model: ModelContext): Set<string> =>
  new Set([...known.map(nameOf), ...Object.keys(model.features).map((name) => `features.${name}`)]);

function unknownOf(names: readonly string[], known: readonly Known[], model: ModelContext): string | undefined {
  const all = namesOf(known, model);
  return names.find((name) => /^(features|tags)\./.test(name) && !all.has(name));
}

function assertKnown(names: readonly string[], known: readonly Known[], model: ModelContext): void {
  const unknown = unknownOf(names, known, model);
  if (unknown === undefined) return;
  const near = nearest(unknown, [...namesOf(known, model)]);
  throw new PlumblineError(
    'invalid_request',
    `${model.model} has no '${unknown.slice(0, 100)}'.${near ? ` Did you mean '${near}'?` : ''} POST /v1/models/${model.model}/fields lists what it has.`,
  );
}

/** Tags and the version are few and made to tell rows apart; then what matters to the model. */
function byWeight(names: readonly string[], model: ModelContext): string[] {
  const weight = (name: string) =>
    name.startsWith('features.') ? (model.features[name.slice('features.'.length)]?.importance ?? 0) : Infinity;
  const weights = new Map(names.map((name) => [name, weight(name)]));
  return names.toSorted((a, b) => (weights.get(a) === weights.get(b) ? 0 : weights.get(b)! - weights.get(a)!));
}
