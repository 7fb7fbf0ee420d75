import { z } from 'zod';
import { fieldName, filter, instant, orderedRange, rangeFields } from './common.js';

export const sliceLoss = z.enum(['error', 'log_loss', 'brier', 'absolute_error', 'squared_error']);
export type SliceLoss = z.infer<typeof sliceLoss>;

export const slicesQuestion = z
  .object({
    ...rangeFields,
    as_of: instant.optional(),
    loss: sliceLoss
      .optional()
      .meta({ description: 'of a row; `error` (0 or 1) for classes, `absolute_error` for values' }),
    fields: z.array(fieldName).min(1).max(200).optional().meta({
      description: 'where slices are looked for: all features and tags, and the version, unless said otherwise',
    }),
    max_predicates: z.number().int().min(1).max(3).default(3),
    min_support: z.number().positive().optional().meta({
      description: 'below 1 a share of the labelled rows, else rows; by default 1 % and at least 32 rows',
    }),
    k: z.number().int().min(1).max(100).default(10),
    alpha: z.number().gt(0).max(1).default(0.95).meta({ description: 'weight of the error against the size' }),
    bins: z
      .object({
        kind: z.enum(['equal_width', 'quantile']).default('equal_width'),
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
  })
  .superRefine(orderedRange)
  .meta({ id: 'SlicesQuestion' });
export type SlicesQuestion = z.infer<typeof slicesQuestion>;

const n = z.number().nullable();
export const slicePredicate = z
  .object({
    field: z.string(),
    op: z
      .enum(['eq', 'is_null', 'between'])
      .meta({ description: '`between`: from the first value to below the second; the last bin has its end' }),
    value: z.union([z.string(), z.null(), z.tuple([z.number(), z.number()])]),
  })
  .meta({ id: 'SlicePredicate' });
export type SlicePredicate = z.infer<typeof slicePredicate>;

export const foundSlice = z
  .object({
    predicates: z.array(slicePredicate),
    filters: z.array(filter).meta({ description: 'of just these rows, for other questions' }),
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
    left_out: z.array(z.string()).meta({ description: 'fields without two values that are frequent enough' }),
    elapsed_ms: z.number(),
  })
  .meta({ id: 'SlicesAnswer' });
export type SlicesAnswer = z.infer<typeof slicesAnswer>;
