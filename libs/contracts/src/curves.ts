import { z } from 'zod';
import { instant, orderedRange, rangeFields, type Task } from './common.js';

/** What can be drawn of a model, by its task; those of one class only where the question names one. */
export const CURVES = {
  binary: ['roc', 'precision_recall', 'calibration', 'confusion'],
  multiclass: ['roc', 'precision_recall', 'calibration', 'confusion'],
  regression: ['residuals'],
} as const satisfies Record<Task, readonly string[]>;
export const curveKind = z.enum(['roc', 'precision_recall', 'calibration', 'confusion', 'residuals']);
export type CurveKind = z.infer<typeof curveKind>;

export const curvesQuestion = z
  .object({
    ...rangeFields,
    as_of: instant.optional(),
    kinds: z.array(curveKind).min(1).max(5).optional(),
    class: z.string().min(1).max(1000).optional().meta({ description: 'multiclass: this class against all others' }),
    reference: z.string().min(1).max(200).optional(),
    bins: z
      .object({
        kind: z.enum(['equal_width', 'quantile']).optional(),
        count: z.number().int().min(2).max(100).optional(),
      })
      .optional()
      .meta({
        description: 'of calibration (10 of equal width) and of predicted against actual (20 of equal numbers)',
      }),
    classes_max: z.number().int().min(2).max(200).default(200),
  })
  .superRefine(orderedRange)
  .meta({ id: 'CurvesQuestion' });
export type CurvesQuestion = z.infer<typeof curvesQuestion>;

const n = z.number().nullable();
const count = z.number();
const threshold = n.meta({ description: 'rows with a score at least this high are called positive; null: none are' });
const shape = {
  n: count,
  labelled: count,
  roc: z
    .object({ points: z.array(z.object({ threshold, fpr: z.number(), tpr: z.number() })), auc: n })
    .optional()
    .meta({ description: 'no points without rows of both classes' }),
  precision_recall: z
    .object({
      points: z.array(z.object({ threshold, recall: z.number(), precision: z.number() })),
      average_precision: n,
      base_rate: n,
    })
    .optional(),
  calibration: z
    .object({
      bins: z.array(
        z.object({ from: z.number(), to: z.number(), n: count, mean_score: z.number(), observed: n, low: n, high: n }),
      ),
      ece: n,
    })
    .optional(),
  confusion: z
    .object({
      classes: z.array(z.string()),
      counts: z.array(z.array(count)).meta({ description: 'rows: actual, columns: predicted' }),
      folded: count.meta({ description: 'how many rare classes are together in the last row and column' }),
    })
    .optional(),
  residuals: z
    .object({
      n: count,
      mean: n,
      std: n,
      quantiles: z.record(z.string(), z.number()),
      histogram: z
        .object({ edges: z.array(z.number()), counts: z.array(count) })
        .meta({ description: 'predicted − actual; one more count than edges: the first and the last bin are open' }),
      predicted_vs_actual: z.array(
        z.object({
          from: z.number(),
          to: z.number(),
          n: count,
          mean_predicted: z.number(),
          mean_actual: z.number(),
          low: n,
          high: n,
        }),
      ),
    })
    .optional(),
};

export const curveSet = z.object(shape).meta({ id: 'CurveSet' });
export type CurveSet = z.infer<typeof curveSet>;
export const curvesAnswer = z
  .object({
    ...shape,
    exact: z
      .boolean()
      .meta({ description: 'false: more distinct scores than are drawn one by one; areas are exact all the same' }),
    reference: z.object({ name: z.string(), revision: count, ...shape }).optional(),
  })
  .meta({ id: 'CurvesAnswer' });
export type CurvesAnswer = z.infer<typeof curvesAnswer>;
