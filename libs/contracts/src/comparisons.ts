import { z } from 'zod';
import { instant, orderedRange, rangeFields, type Task } from './common.js';

/** Metrics whose difference on the same rows has an interval and a test. */
export const PAIRED_METRICS = {
  binary: ['roc_auc', 'accuracy', 'precision', 'recall', 'f1', 'specificity', 'mcc', 'log_loss', 'brier'],
  multiclass: ['accuracy', 'f1_macro', 'f1_weighted', 'precision_macro', 'recall_macro', 'log_loss'],
  regression: ['mae', 'rmse', 'mse', 'bias'],
} as const satisfies Record<Task, readonly string[]>;

const side = z.object({ version: z.string().max(200) });
const { version: _, ...range } = rangeFields;
export const compareQuestion = z
  .object({
    ...range,
    as_of: instant.optional(),
    a: side,
    b: side,
    metrics: z.array(z.string().min(1).max(300)).min(1).max(100).optional(),
    paired: z
      .boolean()
      .optional()
      .meta({ description: 'on the same prediction ids or not; by default where the two share any' }),
    min_labels: z.number().int().min(0).max(1_000_000).default(30),
  })
  .superRefine(orderedRange)
  .meta({ id: 'CompareQuestion' });
export type CompareQuestion = z.infer<typeof compareQuestion>;

const n = z.number().nullable();
const estimate = z.object({ value: n, low: n, high: n });
const counted = z.object({ version: z.string(), predictions: z.number(), labelled: z.number() });
export const comparedMetric = z
  .object({
    a: estimate,
    b: estimate,
    difference: estimate.meta({ description: 'a − b with its 95 % interval' }),
    p_value: n.meta({ description: 'two-sided, of no difference' }),
  })
  .meta({ id: 'ComparedMetric' });
export type ComparedMetric = z.infer<typeof comparedMetric>;
export const compareAnswer = z
  .object({
    paired: z.boolean(),
    rows: z.number().meta({ description: 'labelled prediction ids of both versions; 0 when not paired' }),
    shared: z.number().meta({ description: 'prediction ids of both versions, labelled or not' }),
    only_a: z.number(),
    only_b: z.number(),
    a: counted,
    b: counted,
    metrics: z.record(z.string(), comparedMetric),
  })
  .meta({ id: 'CompareAnswer' });
export type CompareAnswer = z.infer<typeof compareAnswer>;
