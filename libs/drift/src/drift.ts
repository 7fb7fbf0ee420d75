import type { EventStore } from '@plumbline/clickhouse';
import {
  CATEGORICAL_MEASURES,
  type DriftWindow,
  type FeatureDrift,
  type FeatureProfile,
  iso,
  NUMERIC_MEASURES,
} from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { decideFamily } from '@plumbline/stats';
import { effectOf, factsOf, importances } from './matter.js';
import { alignCategories, FLOORS, measureOf, type Sides } from './measure.js';
import { type Kinds, kindsOf, kindsOfModel, profile, shown } from './profile.js';
import { at } from './read.js';
import { type Reference, typesOf } from './reference.js';
import { type Seen, seenInRows } from './seen.js';
import { MARK, type Source, type Target } from './source.js';

const NOTHING = { n: 0, mean: null, std: null, min: null, max: null, quantiles: {} };

export type DriftInput = {
  /** Rows of the current side with a column `win` (window start in epoch ms); asked for if profiles do not do. */
  current: () => Promise<Source>;
  /** What is kept of the current side, if it is (`seenInProfiles`); it may begin before the names are known. */
  kept?: (kinds: Promise<Kinds>, asked: readonly string[]) => Promise<Seen | null>;
  windowEnd: (start: number) => number;
  features?: readonly string[];
  targets: readonly Target[];
  measures?: readonly string[];
  /** The current side are predictions of the model, whose names its catalogue knows; otherwise the rows are asked. */
  catalogued?: true;
  /** Natural variation of the PSI, by marked name (`naturalOf`). */
  natural?: ReadonlyMap<string, number>;
};

/**
 * Drift of every window against a reference, feature by feature. A feature counts as drifted by the first measure asked for:
 * the true effect exceeds the practical floor (one-sided at 1 %), and the no-drift p-value survives Benjamini-Hochberg
 * over the features of the window.
 */
export async function drift(
  store: EventStore,
  model: ModelContext,
  reference: Reference,
  input: DriftInput,
): Promise<DriftWindow[]> {
  const current = once(input.current);
  const names = judged(store, model, reference, { ...input, current });
  // Without a prototype, so that a feature called `constructor` is not found where there is none.
  const profiles: typeof reference.profiles = Object.assign(Object.create(null), reference.profiles);
  const asked = input.measures ?? [...new Set<string>([...NUMERIC_MEASURES, ...CATEGORICAL_MEASURES])];
  const look = async () =>
    (await input.kept?.(names, asked)) ?? seenInRows(store, await current(), reference, await names, asked);
  const [kinds, seen, facts] = await Promise.all([names, look(), factsOf(store, model, reference)]);
  const { numbers, categories } = seen;
  const important = importances(model, facts);
  return [...seen.rows].map(([start, inWindow]) => {
    const features: Record<string, FeatureDrift> = Object.create(null);
    for (const name of kinds.numeric) {
      const ref = profiles[name];
      const now = numbers.get(at(start, name));
      if (!ref && !now) continue;
      const sides: Sides = {
        type: 'numeric',
        ref: ref?.counts ?? [],
        cur: now?.bins ?? (ref?.counts ?? []).map(() => 0),
        natural: input.natural?.get(name),
        compared: now?.compared,
        refStd: now?.refStd,
      };
      const measures = asked.filter((m) => (NUMERIC_MEASURES as readonly string[]).includes(m));
      const { min: _, max: __, ...summary } = now?.summary ?? NOTHING;
      features[shown(name)] = {
        ...describe('numeric', inWindow, ref, summary.n, measures, sides, summary),
        importance: important.get(name) ?? null,
        effect: effectOf(model.task, facts.get(name), [...sides.ref.keys()], sides),
      };
    }
    for (const name of kinds.categorical) {
      const ref = profiles[name];
      const now = categories.get(at(start, name));
      if (!ref && !now) continue;
      const aligned = alignCategories(ref, now?.counts ?? new Map());
      const present = now?.n ?? 0;
      const measures = asked.filter((m) => (CATEGORICAL_MEASURES as readonly string[]).includes(m));
      const sides: Sides = {
        type: 'categorical',
        ref: aligned.ref,
        cur: aligned.cur,
        natural: input.natural?.get(name),
      };
      const fresh = ref ? aligned.names.filter((_, i) => aligned.ref[i] === 0) : [];
      features[shown(name)] = {
        ...describe('categorical', inWindow, ref, present, measures, sides, { n: present }),
        ...(fresh.length > 0 ? { new_categories: fresh.slice(0, 20) } : {}),
        importance: important.get(name) ?? null,
        effect: effectOf(model.task, facts.get(name), aligned.names, sides),
      };
    }
    const share = correct(features, asked);
    return {
      start: iso(start),
      end: iso(input.windowEnd(start)),
      rows: inWindow,
      features: { ...features },
      drifted_share: share,
      ranked: ranked(features, asked),
    };
  });
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
};

/** What matters most first: what drifted, then by importance times how far the first measure is beyond what chance adds. */
function ranked(features: Record<string, FeatureDrift>, asked: readonly string[]): string[] {
  const weights = Object.entries(features).map(([name, f]) => {
    const first = asked.map((m) => f.measures[m]).find((m) => m !== undefined);
    const beyond = Math.max(0, first?.debiased ?? first?.value ?? 0);
    return { name, drifted: Number(first?.drifted === true), weight: beyond * (f.importance?.value ?? 1) };
  });
  return weights
    .sort((a, b) => b.drifted - a.drifted || b.weight - a.weight || (a.name < b.name ? -1 : 1))
    .map((w) => w.name);
}

/** The names to judge: those asked for, or every monitored one, plus the outputs and labels that were targeted. */
async function judged(store: EventStore, model: ModelContext, reference: Reference, input: DriftInput): Promise<Kinds> {
  const declared = typesOf(model, reference.profiles);
  const known = input.catalogued && (await kindsOfModel(store, model, declared));
  const all = known || (await kindsOf(store, await input.current(), declared, model.task));
  for (const [name, p] of Object.entries(reference.profiles)) {
    const type = model.features[name]?.type ?? p.type;
    const list =
      type === 'numeric' ? all.numeric : type === 'categorical' || type === 'boolean' ? all.categorical : null;
    if (list && !all.numeric.includes(name) && !all.categorical.includes(name)) list.push(name);
  }
  const wanted = (name: string): boolean => {
    if (name === `${MARK}label`) return input.targets.includes('label');
    if (name.startsWith(MARK)) return input.targets.includes('prediction');
    if (!input.targets.includes('features')) return false;
    return input.features ? input.features.includes(name) : model.features[name]?.monitored !== false;
  };
  return { ...all, numeric: all.numeric.filter(wanted).sort(), categorical: all.categorical.filter(wanted).sort() };
}

function describe(
  type: 'numeric' | 'categorical',
  rows: number,
  ref: FeatureProfile | undefined,
  n: number,
  measures: readonly string[],
  sides: Sides,
  current: { n: number; mean?: number | null; std?: number | null; quantiles?: Record<string, number> },
): FeatureDrift {
  const missing = rows - n;
  const named = ref?.categories?.length ?? 0;
  const tooMany = (ref?.distinct ?? 0) > named;
  const comparable = ref !== undefined && ref.n > 0 && n > 0 && !tooMany;
  const note = !ref
    ? 'not in the reference'
    : ref.n === 0
      ? 'all missing in the reference'
      : n === 0
        ? 'all missing in this window'
        : tooMany
          ? `more than ${named} categories, too many to compare`
          : (sides.natural ?? 0) > FLOORS.psi!
            ? `unstable in the reference itself: psi up to ${sides.natural!.toPrecision(2)} between windows of this length`
            : undefined;
  return {
    type,
    n,
    missing_rate: rows > 0 ? missing / rows : null,
    measures: Object.fromEntries(
      measures.map((m) => [m, comparable ? measureOf(m, sides) : { value: null, threshold: null, drifted: null }]),
    ),
    reference: ref
      ? { n: ref.n, missing: ref.missing, mean: ref.mean ?? null, std: ref.std ?? null, quantiles: ref.quantiles ?? {} }
      : {},
    current: { ...current, missing },
    ...(note ? { note } : {}),
  };
}

/** Corrects each measure over the features of a window; returns the share that drifted by the first measure asked for. */
function correct(features: Record<string, FeatureDrift>, asked: readonly string[]): number | null {
  const list = Object.values(features);
  for (const measure of asked) {
    const values = list.map((f) => f.measures[measure]).filter((v) => v !== undefined);
    const drifted = decideFamily(values.map((v) => ({ exceeds: v.drifted, pNoDrift: v.p_value ?? null })));
    values.forEach((v, i) => {
      v.drifted = drifted[i]!;
    });
  }
  const first = list
    .map((f) => asked.map((m) => f.measures[m]).find((v) => v !== undefined)?.drifted ?? null)
    .filter((d) => d !== null);
  return first.length > 0 ? first.filter(Boolean).length / first.length : null;
}

/** A stretch of production as reference: its profiles computed now. */
export async function referenceFromRows(store: EventStore, model: ModelContext, source: Source): Promise<Reference> {
  const kinds = await kindsOf(store, source, model.features, model.task);
  const [{ n } = { n: 0 }] = await store.query<{ n: number }>(
    `SELECT count() AS n FROM (${source.sql})`,
    source.params,
  );
  return { rows: Number(n), profiles: await profile(store, source, kinds), source };
}
