import { z } from 'zod';
import { fieldName, filter, instant, orderedRange, page, rangeFields } from './common.js';

export const sliceLoss = z.enum(['error', 'log_loss', 'brier', 'absolute_error', 'squared_error', 'missing', 'volume']);
export type SliceLoss = z.infer<typeof sliceLoss>;

export const slicesQuestion = z
  .object({
    ...rangeFields,
    as_of: instant.optional(),
    loss: sliceLoss.optional().meta({
      description:
        'of a row; by default `error` (0 or 1) for classes, `absolute_error` for values. `missing`: where `field` is missing; `volume`: where predictions fell since `compare_with`. These two need no labels',
    }),
    field: fieldName.optional().meta({ description: 'of `loss: "missing"`' }),
    fields: z.array(fieldName).min(1).max(200).optional().meta({
      description:
        'where slices are looked for: all features and tags, and the version, unless said otherwise; for `missing` and `volume` no numbers',
    }),
    max_predicates: z.number().int().min(1).max(3).default(3),
    min_support: z.number().positive().optional().meta({
      description: 'below 1 a share of the labelled rows, else rows; by default 1 % and at least 32 rows',
    }),
    k: z.number().int().min(1).max(100).default(10),
    alpha: z.number().gt(0).max(1).default(0.95).meta({ description: 'weight of the error against the size' }),
    bins: z
      .object({
        kind: z.enum(['equal_width', 'quantile', 'round']).default('equal_width').meta({
          description: '`round`: edges that are round numbers, so that windows that hardly differ have the same',
        }),
        count: z.number().int().min(2).max(50).default(10),
      })
      .default({ kind: 'equal_width', count: 10 }),
    fold: z
      .boolean()
      .default(true)
      .meta({ description: 'slices with nearly the same rows are told once, by the shortest' }),
    compare_with: z.object({ from: instant, to: instant }).superRefine(orderedRange).optional().meta({
      description: 'an earlier range: slices are sought whose loss grew by more than that of all',
    }),
    steady: z.boolean().default(false).meta({
      description:
        'missing values and numbers of features that are new since `compare_with` make no slice: they are what moved, not where',
    }),
    moved: z.boolean().default(false).meta({
      description:
        'tells what moved since `compare_with` in the first slice, if it is one beyond chance, otherwise in all rows',
    }),
  })
  .superRefine(orderedRange)
  .superRefine((q, ctx) => {
    const wrong = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if (q.loss === 'missing' && !/^features\.|^tags\./.test(q.field ?? ''))
      wrong('field', 'say which features.NAME or tags.NAME is missing');
    if (q.loss !== 'missing' && q.field !== undefined) wrong('field', 'goes with loss "missing" only');
    if (q.loss === 'volume' && !q.compare_with) wrong('compare_with', 'loss "volume" needs a range to compare with');
  })
  .meta({ id: 'SlicesQuestion' });
export type SlicesQuestion = z.infer<typeof slicesQuestion>;

const n = z.number().nullable();
export const slicePredicate = z
  .object({
    field: z.string(),
    op: z.enum(['eq', 'is_null', 'between', 'lt', 'gte']).meta({
      description:
        '`between`: from the first value to below the second; the last bin has its end. With `bins.kind` "quantile" from above the first value up to the second; the first bin has its start. `lt`, `gte`: bins at the ends, with "round"',
    }),
    value: z.union([z.string(), z.null(), z.number(), z.tuple([z.number(), z.number()])]),
  })
  .meta({ id: 'SlicePredicate' });
export type SlicePredicate = z.infer<typeof slicePredicate>;

export const foundSlice = z
  .object({
    predicates: z.array(slicePredicate),
    filters: z
      .array(filter)
      .meta({ description: 'of just these rows, for other questions; bounds of numbers are numbers that occur' }),
    n: z.number(),
    share: z.number().meta({ description: 'of all rows' }),
    error: z.number().meta({ description: 'mean loss of its rows' }),
    rest: n.meta({ description: 'mean loss of the other rows' }),
    before: n.optional().meta({ description: 'mean loss of its rows in `compare_with`; null if it had none' }),
    score: z.number(),
    lift: z.number().meta({ description: 'its mean loss by that of all rows' }),
    explains: n.meta({ description: 'share of all loss that would be gone if it were as good as the other rows' }),
    p_value: z.number().meta({ description: 'that it is no worse than the other rows' }),
    q_value: z.number().meta({ description: 'at most: Benjamini-Hochberg over all slices that were searched' }),
    folded: z.number().meta({ description: 'other slices among the best with nearly the same rows' }),
  })
  .meta({ id: 'FoundSlice' });
export type FoundSlice = z.infer<typeof foundSlice>;

export const movedField = z
  .object({
    field: z.string(),
    distance: z.number().meta({ description: 'total variation: the share of rows that would have to move back' }),
    p_value: z.number().meta({ description: 'that nothing moved' }),
    missing: z.object({ before: z.number(), now: z.number() }),
    colocation: z
      .number()
      .meta({ description: 'of all rows that moved, the share that lies in the slice; 1 without a slice' }),
  })
  .meta({ id: 'MovedField' });
export type MovedField = z.infer<typeof movedField>;

export const slicesAnswer = z
  .object({
    overall: z.object({ n: z.number(), error: n, before: n.optional() }),
    loss: sliceLoss,
    min_support: z.number().meta({ description: 'rows' }),
    slices: z.array(foundSlice),
    searched: z.array(z.number()).meta({ description: 'slices with enough rows, by number of predicates' }),
    pruned: z
      .array(z.number())
      .meta({ description: 'candidates that could not be among the best, by number of predicates' }),
    sampled: z.number().meta({ description: 'one row in so many was looked at' }),
    left_out: z.array(z.string()).meta({
      description:
        'fields without a value that is frequent enough, and those beyond the 200 that are searched: name them in `fields`',
    }),
    moved: z
      .object({ in: z.enum(['slice', 'all']), fields: z.array(movedField) })
      .optional()
      .meta({ description: 'with `moved: true`: what moved most first' }),
    elapsed_ms: z.number(),
  })
  .meta({ id: 'SlicesAnswer' });
export type SlicesAnswer = z.infer<typeof slicesAnswer>;

/** A slice that was found by itself, and how it fared since. */
export const trackedSlice = z
  .object({
    id: z.string(),
    kind: z.enum(['window', 'monitor']),
    monitor_id: z.string().nullable().meta({ description: 'the monitor that fired, if that is why it was sought' }),
    loss: sliceLoss,
    metric: z.string().nullable().meta({
      description: "the monitor's metric, or of `missing` the feature; null for what windows were searched for",
    }),
    predicates: z.array(slicePredicate),
    filters: z.array(filter).meta({ description: 'of just these rows, for other questions and for monitors' }),
    text: z.string(),
    first_found: z.string(),
    last_found: z.string().meta({ description: 'end of the last window in which it was found' }),
    since: z.string().meta({ description: 'start of the unbroken run of searched windows that had it' }),
    times_found: z.number().int(),
    current: z.boolean().meta({ description: 'the newest search found it' }),
    latest: z.object({
      start: z.string(),
      end: z.string(),
      n: z.number(),
      share: z.number(),
      error: n,
      overall: n,
      lift: n,
      rank: z.number().int(),
      score: n,
      explains: n,
      p_value: n,
      q_value: n,
    }),
    history: z
      .array(
        z.object({
          start: z.string(),
          end: z.string(),
          n: z.number(),
          share: z.number(),
          error: n.meta({ description: 'mean loss of its rows' }),
          overall: n.meta({ description: 'mean loss of all rows' }),
          found: z.boolean(),
        }),
      )
      .meta({ description: 'per window, oldest first; also windows in which it was only measured' }),
  })
  .meta({ id: 'TrackedSlice' });
export type TrackedSlice = z.infer<typeof trackedSlice>;

export const slicesFoundQuery = page.extend({
  kind: z.enum(['window', 'monitor']).default('window'),
  loss: sliceLoss.optional(),
  from: instant.optional(),
  sure: z
    .stringbool()
    .default(true)
    .meta({ description: 'only what is beyond chance (q < 0.05); false: everything that was found' }),
});
export type SlicesFoundQuery = z.infer<typeof slicesFoundQuery>;
