import { type EventStore, jsonLines } from '@plumbline/clickhouse';
import type { FeatureDrift, FeatureProfile } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { type BinFacts, correlationRatio, effectOfShift } from '@plumbline/stats';
import { CATEGORIES_MAX } from './profile.js';
import { remembered } from './remembered.js';
import { MARK, type Source } from './source.js';

/** Of each feature of a reference: what its rows amount to, per bin or per category. */
export type Facts = ReadonlyMap<string, ReadonlyMap<number | string, BinFacts>>;
type Profiles = Record<string, FeatureProfile>;

/** The metric whose change is estimated, and its sign: a loss that grows is an accuracy that falls. */
const METRIC = {
  binary: { name: 'accuracy', sign: -1 },
  multiclass: { name: 'accuracy', sign: -1 },
  regression: { name: 'mae', sign: 1 },
} as const;

const cache = remembered<Facts>(200);
const TIMEOUT_S = 300;

/** Facts of a stored reference are made once and kept: it never changes, and others are asked for when the model's threshold or classes do. */
export async function factsOf(
  store: EventStore,
  model: ModelContext,
  reference: { id?: string; part?: string; profiles: Profiles; source: Source },
): Promise<Facts> {
  if (reference.id === undefined) {
    const { part } = reference;
    const made = (part && cache.get(part)) || asFacts(await makeFacts(store, model, reference));
    return part ? cache.set(part, made) : made;
  }
  const scope = {
    project: model.projectId,
    model: model.model,
    reference: reference.id,
    basis: JSON.stringify([model.task, model.threshold, model.positive]),
  };
  const key = Object.values(scope).join('\u0000');
  const known = cache.get(key);
  if (known) return known;
  const stored = await readFacts(store, scope);
  if (stored.length > 0) return cache.set(key, asFacts(stored));
  const made = await makeFacts(store, model, reference);
  const lines = made.map((fact) => ({ ...scope, ...fact, bin: String(fact.bin) }));
  if (lines.length > 0) await store.insert('profile_facts', jsonLines(lines));
  return cache.set(key, asFacts(made));
}

const readFacts = (store: EventStore, scope: Record<string, string>): Promise<Fact[]> =>
  store.query<Fact>(
    `SELECT kind, name, bin, labelled, loss, loss_squares, rows, output, output_squares FROM ${store.database}.profile_facts
     WHERE project = {project:String} AND model = {model:String} AND reference = {reference:String} AND basis = {basis:String}
     LIMIT 1 BY kind, name, bin`,
    scope,
  );

function asFacts(facts: readonly Fact[]): Facts {
  const out = new Map<string, Map<number | string, BinFacts>>();
  // In an order that does not depend on where they come from: sums over bins round the same.
  const order = (a: Fact, b: Fact) => (String(a.bin) < String(b.bin) ? -1 : 1);
  for (const f of [...facts].sort(order)) {
    const bins = out.get(f.name) ?? new Map<number | string, BinFacts>();
    out.set(f.name, bins);
    bins.set(f.kind === 'numeric' ? Number(f.bin) : String(f.bin), {
      labelled: Number(f.labelled),
      loss: f.loss ?? 0,
      lossSquares: f.loss_squares ?? 0,
      rows: Number(f.rows),
      output: f.output ?? 0,
      outputSquares: f.output_squares ?? 0,
    });
  }
  return out;
}

async function makeFacts(
  store: EventStore,
  model: ModelContext,
  { profiles, source }: { profiles: Profiles; source: Source },
): Promise<Fact[]> {
  const features = Object.entries(profiles).filter(([name]) => !name.startsWith(MARK));
  const numeric = features.flatMap(([name, p]) => (p.edges ? [[name, p.edges] as const] : []));
  const categorical = features.flatMap(([name, p]) => (p.categories ? [name] : []));
  const params = { ...source.params, threshold: model.threshold, positive: model.positive };
  const rows = `SELECT nums, cats, ${lossSql(model, source)} AS _loss, ${OUTPUT} AS _out FROM (${source.sql})`;
  const ofNumbers = await store.query<Fact>(
    `SELECT 'numeric' AS kind, name, arrayCount(e -> e < v, edges[indexOf(names, name)]) AS bin, ${SUMS}
     FROM (SELECT _kv.1 AS name, _kv.2 AS v, _loss, _out FROM (SELECT arrayJoin(nums) AS _kv, _loss, _out FROM (${rows})) WHERE name IN {names:Array(String)}) AS pairs
     CROSS JOIN (SELECT {names:Array(String)} AS names, {edges:Array(Array(Float64))} AS edges) AS bins
     GROUP BY name, bin`,
    { ...params, names: numeric.map(([name]) => name), edges: numeric.map(([, edges]) => [...edges]) },
    { timeoutS: TIMEOUT_S },
  );
  const ofWords = await store.query<Fact>(
    `SELECT 'categorical' AS kind, name, bin, ${SUMS} FROM (
       SELECT _kv.1 AS name, _kv.2 AS bin, _loss, _out FROM (
         SELECT arrayJoin(arrayConcat(arrayZip(mapKeys(cats), mapValues(cats)), arrayMap((k, v) -> (k, toString(v)), mapKeys(nums), mapValues(nums)))) AS _kv, _loss, _out FROM (${rows}))
       WHERE name IN {names:Array(String)})
     GROUP BY name, bin LIMIT ${CATEGORIES_MAX} BY name`,
    { ...params, names: categorical },
    { timeoutS: TIMEOUT_S },
  );
  return [...ofNumbers, ...ofWords];
}

type Fact = { kind: 'numeric' | 'categorical'; name: string; bin: number | string } & Record<
  'labelled' | 'loss' | 'loss_squares' | 'rows' | 'output' | 'output_squares',
  number
>;
const SUMS = `countIf(NOT isNaN(_loss)) AS labelled, sumIf(_loss, NOT isNaN(_loss)) AS loss, sumIf(_loss * _loss, NOT isNaN(_loss)) AS loss_squares,
  countIf(NOT isNaN(_out)) AS rows, sumIf(_out, NOT isNaN(_out)) AS output, sumIf(_out * _out, NOT isNaN(_out)) AS output_squares`;
const OUTPUT = 'multiIf(isNotNull(score), assumeNotNull(score), isNotNull(value), assumeNotNull(value), nan)';

/** The loss of a row: 1 for a wrong class, the absolute error of a number; NaN without a label. */
function lossSql({ task }: ModelContext, { unlabelled }: Source): string {
  if (unlabelled) return 'nan';
  if (task === 'regression')
    return 'if(has_label AND isNotNull(value) AND isNotNull(label_num), abs(assumeNotNull(value) - assumeNotNull(label_num)), nan)';
  if (task === 'multiclass') return `if(has_label AND class != '', toFloat64(toString(class) != toString(label)), nan)`;
  const yes = 'has({positive:Array(String)}, toString(class))';
  const predicted = `if(class != '', ${yes}, assumeNotNull(score) >= {threshold:Float64})`;
  return `if(has_label AND (class != '' OR isNotNull(score)), toFloat64(${predicted} != has({positive:Array(String)}, toString(label))), nan)`;
}

/** What each feature is to the model: as declared, otherwise how much of the output goes along with it in the reference; 1 for the largest. */
export function importances(
  model: ModelContext,
  facts: Facts,
): ReadonlyMap<string, { value: number; kind: 'declared' | 'measured' }> {
  const declared = new Map(
    Object.entries(model.features).flatMap(([name, f]) => (f.importance === undefined ? [] : [[name, f.importance]])),
  );
  const measured = new Map([...facts].map(([name, bins]) => [name, correlationRatio([...bins.values()]) ?? 0]));
  const most = (values: Iterable<number>) => Math.max(...values, 0) || 1;
  const [top, topMeasured] = [most(declared.values()), most(measured.values())];
  const out = new Map<string, { value: number; kind: 'declared' | 'measured' }>();
  for (const [name, value] of measured) out.set(name, { value: value / topMeasured, kind: 'measured' });
  for (const [name, value] of declared) out.set(name, { value: Math.max(0, value) / top, kind: 'declared' });
  return out;
}

/** The estimated change of the metric if nothing but this feature's mix moved; `keys` name its bins or categories in order. */
export function effectOf(
  task: ModelContext['task'],
  facts: ReadonlyMap<number | string, BinFacts> | undefined,
  keys: readonly (number | string)[],
  sides: { ref: readonly number[]; cur: readonly number[] },
): NonNullable<FeatureDrift['effect']> | null {
  const { name, sign } = METRIC[task];
  const shift =
    facts &&
    effectOfShift(
      sides.ref,
      sides.cur,
      keys.map((key) => facts.get(key)),
    );
  if (!shift) return null;
  const [low, high] = sign > 0 ? [shift.low, shift.high] : [-shift.high, -shift.low];
  return { metric: name, value: sign * shift.value, low, high };
}
