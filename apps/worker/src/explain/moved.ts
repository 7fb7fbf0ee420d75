import type { MovedFeature, MovedField } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';

/** What moved counts if it is beyond chance, moves so many rows of the slice, and does so there rather than elsewhere. */
const P_MAX = 1e-4;
const DISTANCE_MIN = 0.1;
const KEPT = 5;

type Importances = ReadonlyMap<string, { value: number }>;

/** Pure: features that moved along, by importance × distance × co-location. */
export function weighMoved(
  fields: readonly MovedField[],
  model: Pick<ModelContext, 'features'>,
  importances: Importances,
): Omit<MovedFeature, 'since'>[] {
  return fields
    .filter((f) => f.field.startsWith('features.') && f.p_value < P_MAX && f.distance >= DISTANCE_MIN)
    .map((f) => {
      const name = f.field.slice('features.'.length);
      const importance = importances.get(name)?.value ?? null;
      const rise = f.missing.now - f.missing.before;
      return {
        ...f,
        // More than half of what moved went missing.
        what: rise > f.distance / 2 ? ('missing' as const) : ('moved' as const),
        importance,
        weight: (importance ?? 1) * f.distance * f.colocation,
        source: model.features[name]?.source ?? null,
      };
    })
    .sort((a, b) => b.weight - a.weight)
    .slice(0, KEPT);
}

/** Pure: the source that the weightiest of what moved comes from, with all of it that comes from there. */
export function sharedSource(moved: readonly Pick<MovedFeature, 'field' | 'source' | 'weight'>[]) {
  const bySource = new Map<string, { weight: number; features: string[] }>();
  for (const { field, source, weight } of moved) {
    if (source === null) continue;
    const own = bySource.get(source) ?? { weight: 0, features: [] };
    own.weight += weight;
    own.features.push(field);
    bySource.set(source, own);
  }
  const [most] = [...bySource].sort(([, a], [, b]) => b.weight - a.weight);
  return most ? { name: most[0], features: most[1].features } : null;
}
