import type { ContractBody, FeatureProfile, FeatureSpec, Task, ValueContract } from '@plumbline/contracts';
import { outsideExtremes, unseenShareLimit, wilson } from '@plumbline/stats';

/** Every output of a reference's profiles stands under this mark, so that a feature may have its name. */
const MARK = '\u0001';
const Z99 = 2.3263478740408408;
/** Two more missing values in a hundred do not matter. */
const MISSING_TOLERANCE = 0.02;
/** Odd values that never matter, however much is known of a feature. */
const SHARE_TOLERANCE = 0.01;
export const REFUSED_TOLERANCE = 0.001;
/** Room beyond the extremes of the reference, as a share of their distance. */
const MARGIN = 0.1;
/** A reference too small to bound a share better than this says nothing about it. */
const SHARE_USEFUL = 0.3;
const CATEGORIES_MAX = 1_000;
/** A value that may hold more than this share of all rows can be alone in a window by chance. */
const TOP_SHARE_MAX = 0.9;
const OUTPUTS = ['prediction.score', 'prediction.value', 'prediction.class'] as const;

/**
 * The contract that a reference lets one expect. Every limit has room: what is tolerated is the share that a sample of this
 * size cannot rule out (one-sided 99 %), so that a small reference makes a lenient contract and not one that rings.
 */
export function inferContract(
  profiles: Record<string, FeatureProfile>,
  features: Record<string, FeatureSpec>,
  task: Task,
): Omit<ContractBody, 'revision'> {
  const own = Object.entries(profiles).filter(
    ([name]) => !name.startsWith(MARK) && (!Object.hasOwn(features, name) || features[name]!.monitored !== false),
  );
  return {
    features: Object.fromEntries(
      own.map(([name, profile]) => {
        const source = Object.hasOwn(features, name) ? features[name]!.source : undefined;
        return [name, { ...(source ? { source } : {}), ...inferValue(profile) }];
      }),
    ),
    outputs: Object.fromEntries(
      OUTPUTS.flatMap((name) => {
        const profile = profiles[MARK + name];
        if (profile) return [[name, inferOutput(name, profile)]];
        return name === MAIN[task] ? [[name, { type: TYPE[name], varies: true } satisfies ValueContract]] : [];
      }),
    ),
    refused_max: REFUSED_TOLERANCE,
  };
}

const MAIN = { binary: 'prediction.score', multiclass: 'prediction.class', regression: 'prediction.value' } as const;
const TYPE = {
  'prediction.score': 'numeric',
  'prediction.value': 'numeric',
  'prediction.class': 'categorical',
} as const;

function inferOutput(name: (typeof OUTPUTS)[number], profile: FeatureProfile): ValueContract {
  const value = inferValue(profile);
  return name === 'prediction.score' ? { ...value, min: 0, max: 1, outside_max: 0 } : value;
}

export function inferValue(p: FeatureProfile): ValueContract {
  const missing = up(Math.min(1, wilson(p.missing, p.n + p.missing, Z99).high! + MISSING_TOLERANCE));
  const common = { missing_max: missing, varies: topShare(p) <= TOP_SHARE_MAX };
  return p.type === 'numeric'
    ? { type: 'numeric', ...rangeOf(p), ...common }
    : { type: 'categorical', ...categoriesOf(p), ...common };
}

function rangeOf(p: FeatureProfile): Partial<ValueContract> {
  const outside = outsideExtremes(p.n);
  // A constant says nothing about how far values spread.
  if (p.min == null || p.max == null || p.min === p.max || outside > SHARE_USEFUL) return {};
  const margin = MARGIN * (p.max - p.min);
  const [low, high] = [p.min - margin, p.max + margin];
  return {
    min: p.min >= 0 ? Math.max(0, low) : low, // what is never negative stays so
    max: p.max <= 0 ? Math.min(0, high) : high,
    outside_max: up(Math.max(SHARE_TOLERANCE, outside)),
  };
}

function categoriesOf(p: FeatureProfile): Partial<ValueContract> {
  const categories = p.categories ?? [];
  const distinct = p.distinct ?? categories.length;
  const limits = { cardinality_max: Math.max(2 * distinct, distinct + 10), cardinality_rows: Math.max(1, p.n) };
  if (distinct > categories.length || distinct > CATEGORIES_MAX || distinct === 0) return limits;
  const seen = (times: number) => categories.filter((c) => c.count === times).length;
  const unseen = unseenShareLimit(seen(1), seen(2), p.n);
  if (unseen > SHARE_USEFUL) return limits;
  return {
    categories: categories.map((c) => c.value),
    unseen_max: up(Math.max(SHARE_TOLERANCE, unseen)),
    ...limits,
  };
}

/** The largest share of rows that one value may have, as far as the profile can tell. */
function topShare(p: FeatureProfile): number {
  if (p.n === 0) return 1;
  const top = p.type === 'categorical' ? Math.max(0, ...(p.categories ?? []).map((c) => c.count)) : p.n * widestTie(p);
  return wilson(Math.min(p.n, Math.round(top)), p.n, Z99).high!;
}

/** Between neighbouring quantiles that differ a value may hold what lies between its neighbours on either side. */
function widestTie(p: FeatureProfile): number {
  const levels: [number, number][] = [
    [0, p.min ?? 0],
    ...Object.entries(p.quantiles ?? {})
      .map(([level, value]): [number, number] => [Number(level), value])
      .sort(([a], [b]) => a - b),
    [1, p.max ?? 0],
  ];
  let widest = 0;
  for (let i = 0; i < levels.length; i++) {
    let last = i;
    while (last + 1 < levels.length && levels[last + 1]![1] === levels[i]![1]) last++;
    if (last > i)
      widest = Math.max(widest, levels[Math.min(last + 1, levels.length - 1)]![0] - levels[Math.max(0, i - 1)]![0]);
  }
  return widest;
}

/** Rounded up to four digits: a limit is read by people and must not be tighter than what was meant. */
const up = (share: number): number => Math.min(1, Math.ceil(share * 10_000) / 10_000);
