import { durationMs } from '@plumbline/contracts';
import {
  binCounts,
  chiSquare,
  decileEdges,
  jsDistance,
  ks,
  naturalEffects,
  orderStatistics,
  type PastVariation,
  pastVariation,
  psi,
} from '@plumbline/stats';
import { measureOf } from '../../libs/drift/src/measure.js';
import { defaultMonitors } from '../../libs/monitors/src/defaults.js';
import { levelOf } from '../../libs/monitors/src/level.js';
import { everyMs } from '../../libs/monitors/src/windows.js';

type Model = Parameters<typeof defaultMonitors>[0];
/** The starter set of a model of hourly granularity: what every figure here is about. */
export const DEFAULTS = defaultMonitors({ model: 'bench', granularity: '1h', primaryMetric: 'accuracy' } as Model);

/** A monitor of the starter set with the level that its budget leaves for one look. */
export function monitorOf(kind: string, measure?: string) {
  const body = DEFAULTS.find((one) => one.kind === kind && (measure === undefined || one.target.measure === measure))!;
  return { body, level: levelOf(body), everyMs: everyMs(body), windowMs: durationMs(body.window) };
}

/** A feature's reference, cut into windows; counts of values on a grid for numbers, of categories otherwise. */
export interface Reference {
  type: 'numeric' | 'categorical';
  /** Values of the grid, ascending; absent for categories. */
  values?: ArrayLike<number>;
  edges: number[];
  /** Rows per bin or category, and per value of the grid. */
  counts: number[];
  grid: number[];
  rows: number;
  /** What its own windows differ by, and what of that counts beside the model's other features (knowTogether). */
  past: PastVariation | null;
  natural: number | undefined;
  /** Three standard deviations above the mean of what the reference's own windows had; beyond reach where there is only one. */
  sigma3: number;
}

/** Profile of a reference from the counts of its windows: the same bins as the product's; natural variation follows from all features. */
export function referenceOf(windows: readonly ArrayLike<number>[], values?: ArrayLike<number>): Reference {
  const grid = Array.from(windows[0]!, (_, i) => windows.reduce((sum, w) => sum + w[i]!, 0));
  const edges = values ? decileEdges(orderStatistics({ values, counts: grid })) : [];
  const binned = (counts: ArrayLike<number>) => (values ? binCounts(edges, values, counts) : Array.from(counts));
  const counts = binned(grid);
  const chunks = windows.map(binned).filter((w) => total(w) > 0);
  const distances = chunks.map((w) => jsDistance(counts, w)!);
  const mean = total(distances) / distances.length;
  const spread = Math.sqrt(total(distances.map((d) => (d - mean) ** 2)) / Math.max(1, distances.length - 1));
  return {
    type: values ? 'numeric' : 'categorical',
    values,
    edges,
    counts,
    grid,
    rows: total(counts),
    past: pastVariation(counts, chunks),
    natural: undefined,
    sigma3: distances.length > 1 ? mean + 3 * spread : Number.POSITIVE_INFINITY,
  };
}

const STILL: PastVariation = { limit: 0, together: 1, farthest: 1 };

/** The features of one model, each with the natural variation that the product would give it; `still`: as many others never varied. */
export function knowTogether(references: readonly Reference[], still = 0): Reference[] {
  const natural = naturalEffects([
    ...references.map(({ past }) => past),
    ...Array.from({ length: still }, () => STILL),
  ]);
  return references.map((reference, i) => ({ ...reference, natural: natural[i] ?? undefined }));
}

/** One feature among 199 that never vary nor drift. */
export const OTHERS = 199;
export const knowAlone = (reference: Reference): Reference => knowTogether([reference], OTHERS)[0]!;

/** What everybody says of one feature of one window. */
export interface Look {
  /** The default measure's verdict, before the correction over features. */
  psi: { drifted: boolean | null; p_value?: number | null };
  plain: Plain;
}

/** The rules people use, by name. */
export type Plain = { psi: boolean; ks: boolean; js: boolean; sigma3: boolean };
export const PLAIN = ['psi', 'ks', 'js', 'sigma3'] as const;
export const noPlain = (): Record<keyof Plain, number> => ({ psi: 0, ks: 0, js: 0, sigma3: 0 });

/** A window's counts on the grid (or of categories) against the reference. Numbers are tested by KS, categories by chi-square. */
export function look(reference: Reference, window: ArrayLike<number>): Look {
  const cur = binsOf(reference, window);
  const { counts: ref, grid, values } = reference;
  const js = jsDistance(ref, cur);
  const p = values ? ks({ values, counts: grid }, { values, counts: window })?.pLimit : chiSquare(ref, cur)?.p;
  return {
    psi: measureOf('psi', { type: reference.type, ref, cur, natural: reference.natural }),
    plain: {
      psi: (psi(ref, cur) ?? 0) > 0.2,
      ks: (p ?? 1) < 0.05,
      js: (js ?? 0) > 0.1,
      sigma3: (js ?? 0) > reference.sigma3,
    },
  };
}

/** The default measure alone, where nothing is compared. */
export const lookPsi = (reference: Reference, window: ArrayLike<number>): ReturnType<typeof measureOf> =>
  measureOf('psi', {
    type: reference.type,
    ref: reference.counts,
    cur: binsOf(reference, window),
    natural: reference.natural,
  });

const binsOf = ({ values, edges }: Reference, window: ArrayLike<number>): number[] =>
  values ? binCounts(edges, values, window) : Array.from(window);

export const total = (counts: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i]!;
  return sum;
};
