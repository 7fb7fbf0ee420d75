import { z } from 'zod';
import { fieldName, filter, instant, orderedRange, rangeFields } from './common.js';
import { companions, onset } from './explanations.js';
import { slicePredicate } from './slices.js';

export const ATTRIBUTED = {
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
} as const;

export const attributionQuestion = z
  .object({
    ...rangeFields,
    metric: z.string().min(1).max(300).optional().meta({
      description:
        'the primary metric unless said otherwise; of several classes also `precision:CLASS`, `recall:CLASS`, `f1:CLASS`',
    }),
    compare_with: z.object({ from: instant, to: instant }).superRefine(orderedRange),
    fields: z.array(fieldName).min(1).max(50).optional().meta({
      description:
        'whose values are the slices: all features and tags, and the version, unless said otherwise (50 at most)',
    }),
    values: z.number().int().min(2).max(50).default(12).meta({
      description: 'values of a field that are told apart, the most frequent; the others are one slice',
    }),
    as_of: instant.optional(),
  })
  .superRefine(orderedRange)
  .meta({ id: 'AttributionQuestion' });
export type AttributionQuestion = z.infer<typeof attributionQuestion>;

const n = z.number().nullable();
const term = z
  .object({ value: z.number(), low: n, high: n })
  .meta({ id: 'AttributionTerm', description: 'limits are null where nothing says how sure it is' });
const parts = z.object({ rate: z.number(), mix: z.number() });

export const attributedSlice = z
  .object({
    predicate: slicePredicate.nullable().meta({ description: 'null: all other values' }),
    filters: z.array(filter).nullable().meta({ description: 'of just these rows' }),
    text: z.string(),
    before: z.object({ n: z.number(), share: z.number(), value: n }),
    now: z.object({ n: z.number(), share: z.number(), value: n }),
    rate: term.meta({ description: 'how much its own value changed the metric' }),
    mix: term.meta({ description: 'how much its share of the rows changed the metric' }),
    total: term,
    within: parts.optional().meta({ description: 'roc_auc: by pairs within the slice' }),
    between: parts.optional().meta({ description: 'roc_auc: by half of the pairs with other slices' }),
  })
  .meta({ id: 'AttributedSlice' });
export type AttributedSlice = z.infer<typeof attributedSlice>;

export const attributionAnswer = z
  .object({
    metric: z.string(),
    method: z.enum(['mean', 'ratio', 'pairs']),
    now: z.object({ value: n, n: z.number() }),
    before: z.object({ value: n, n: z.number() }),
    change: n,
    fields: z
      .array(
        z.object({
          field: z.string(),
          rate: z.number(),
          mix: z.number(),
          concentration: z.number().meta({
            description:
              'how far the change lies in few rows: half the sum over slices of |its part of the change − its share of the rows|',
          }),
          slices: z.array(attributedSlice).meta({ description: 'the largest part of the change first' }),
        }),
      )
      .meta({ description: 'each adds up to the change by itself; the one that says most about where first' }),
    sampled: z.number().meta({ description: 'one row in so many was looked at' }),
    left_out: z
      .array(z.string())
      .meta({ description: 'fields beyond the 50 that are looked at; name them in `fields`' }),
    onset: onset.nullable(),
    ...companions.shape,
    elapsed_ms: z.number(),
  })
  .meta({ id: 'AttributionAnswer' });
export type AttributionAnswer = z.infer<typeof attributionAnswer>;
