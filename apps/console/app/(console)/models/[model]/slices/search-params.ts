import type { ATTRIBUTED, ExploreAnswer, Filter, SliceLoss, Task } from '@plumbline/contracts';
import { parseFilters } from '../../../../../filters/filter';
import type { AttributionQuestion, ExploreQuestion, SlicesQuestion } from '../../../../../lib/api';
import { iso } from '../../../../../lib/time';
import { parseMetric, parseVersion } from '../search-params';

/** What the groups are compared with: nothing, the span just before, another range, or another version. */
export type Compare =
  | { kind: 'none' }
  | { kind: 'before' }
  | { kind: 'range'; from: number; to: number }
  | { kind: 'version'; version: string };
export const SORTS = ['own', 'worst', 'size', 'impact'] as const;
export type Sort = (typeof SORTS)[number];
export type Shape = 'bars' | 'treemap' | 'matrix';
export type Explore = {
  filters: Filter[];
  version: string | undefined;
  metric: string;
  /** Null: the field of the worst slice. */
  by: string | null;
  by2: string | null;
  shape: Shape;
  sort: Sort | null;
  bins: 'quantile' | 'equal_width';
  compare: Compare;
  loss: Loss;
  depth: 1 | 2 | 3;
};
export type Loss = Exclude<SliceLoss, 'missing'>;
type Facts = { task: Task; primary_metric: string };

export function parseExplore(get: (key: string) => string | null, model: Facts): Explore {
  const version = parseVersion(get('version'));
  const [by, by2] = [get('by') || null, get('by2') || null];
  const second = by !== null && by2 !== by ? by2 : null;
  const compare = parseCompare(get('compare'));
  const losses = lossesOf(model.task, compare);
  const depth = Number(get('depth'));
  return {
    filters: parseFilters(get('filters')),
    version: version.kind === 'one' ? version.version : undefined,
    metric: parseMetric(get('metric'), model),
    by,
    by2: second,
    shape: get('view') === 'treemap' ? 'treemap' : second ? 'matrix' : 'bars',
    sort: SORTS.includes(get('sort') as Sort) ? (get('sort') as Sort) : null,
    bins: get('bins') === 'equal_width' ? 'equal_width' : 'quantile',
    compare,
    loss: losses.find((loss) => loss === get('loss')) ?? losses[0]!,
    depth: depth === 1 || depth === 2 ? depth : 3,
  };
}

/** What a slice may be bad in. Where predictions are lacking is a question about two ranges. */
export const lossesOf = (task: Task, compare: Compare): Loss[] => [
  ...(task === 'regression'
    ? (['absolute_error', 'squared_error'] as const)
    : (['error', 'log_loss', 'brier'] as const)),
  ...(compare.kind === 'before' || compare.kind === 'range' ? (['volume'] as const) : []),
];
export const LOSS_LABEL: Record<Loss, string> = {
  error: 'Error rate',
  log_loss: 'Log loss',
  brier: 'Brier score',
  absolute_error: 'Absolute error',
  squared_error: 'Squared error',
  volume: 'Lacking rows',
};

export function parseCompare(raw: string | null): Compare {
  if (raw === 'before') return { kind: 'before' };
  if (raw?.startsWith('version:')) return { kind: 'version', version: raw.slice('version:'.length) };
  const [from, to] = (raw ?? '').split('~').map((t) => Date.parse(t));
  return from !== undefined && to !== undefined && to > from ? { kind: 'range', from, to } : { kind: 'none' };
}
export function compareParam(compare: Compare): string | null {
  if (compare.kind === 'none') return null;
  if (compare.kind === 'before') return 'before';
  if (compare.kind === 'version') return `version:${compare.version}`;
  return `${iso(compare.from)}~${iso(compare.to)}`.replaceAll('.000Z', 'Z');
}

type Range = { from: number; to: number };
/** The other range, for questions that compare two; null when versions are compared, or nothing is. */
export function otherRange(compare: Compare, { from, to }: Range): { from: string; to: string } | null {
  if (compare.kind === 'before') return { from: iso(2 * from - to), to: iso(from) };
  return compare.kind === 'range' ? { from: iso(compare.from), to: iso(compare.to) } : null;
}

const MATRIX_BINS = 6;
const BINS = 8;
export function exploreQuestion(e: Explore, range: Range, by: string[]): ExploreQuestion {
  const other = otherRange(e.compare, range);
  const count = by.length > 1 ? MATRIX_BINS : BINS;
  return {
    from: iso(range.from),
    to: iso(range.to),
    filters: e.filters,
    metric: e.metric,
    by: by.map((field) => ({ field, bins: { kind: e.bins, count } })),
    limit: by.length > 1 ? 12 : 20,
    ...(e.version === undefined ? {} : { version: e.version }),
    ...(other ? { compare_with: other } : {}),
    ...(e.compare.kind === 'version' ? { compare_with: { version: e.compare.version } } : {}),
  };
}

export function slicesQuestion(e: Explore, range: Range): SlicesQuestion {
  const other = otherRange(e.compare, range);
  return {
    from: iso(range.from),
    to: iso(range.to),
    filters: e.filters,
    loss: e.loss,
    max_predicates: e.depth,
    bins: { kind: 'round', count: 8 },
    ...(e.version === undefined ? {} : { version: e.version }),
    ...(other ? { compare_with: other } : {}),
  };
}

/** What can be taken apart exactly. */
const TAKEN_APART: { [T in Task]: readonly (typeof ATTRIBUTED)[T][number][] } = {
  binary: [
    'accuracy',
    'error_rate',
    'precision',
    'recall',
    'specificity',
    'f1',
    'log_loss',
    'brier',
    'base_rate',
    'predicted_positive_rate',
    'roc_auc',
  ],
  multiclass: ['accuracy', 'error_rate', 'f1_micro', 'log_loss'],
  regression: ['mae', 'mse', 'rmse', 'bias'],
};
/** The change between two ranges, taken apart; null unless two ranges are compared and the metric is one of those. */
export function attributionAsked(e: Explore, range: Range, { task }: Facts): AttributionQuestion | null {
  const other = otherRange(e.compare, range);
  if (!other || !(TAKEN_APART[task] as readonly string[]).includes(e.metric)) return null;
  return {
    from: iso(range.from),
    to: iso(range.to),
    filters: e.filters,
    metric: e.metric,
    compare_with: other,
    ...(e.version === undefined ? {} : { version: e.version }),
  };
}

/** The field to look at next: the first of the worst slices that says something new, else the first there is. */
export function suggestedField(
  slices: readonly { predicates: readonly { field: string }[]; lift: number }[] | undefined,
  fields: readonly { field: string; kind: string; importance: number | null }[],
  filters: readonly Filter[],
): string | null {
  const used = new Set(filters.map((f) => f.field));
  for (const slice of slices ?? [])
    for (const { field } of slice.lift > 1 ? slice.predicates : [])
      if (!used.has(field) && field !== 'version') return field;
  const features = fields
    .filter((f) => f.kind === 'feature' || f.kind === 'tag')
    .sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0));
  return (features.find((f) => !used.has(f.field)) ?? features[0] ?? fields[0])?.field ?? null;
}

/** Nobody may read more into a slice than its rows say. */
export const isSmall = (rows: ExploreAnswer['overall']): boolean => rows.labelled < 30;
