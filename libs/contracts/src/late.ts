import { z } from 'zod';
import { instant, page } from './common.js';
import { interval, referenceNamed, windowState } from './questions.js';

/** How long labels take, what was estimated meanwhile, and how a window's answer evolved. */

const n = z.number().nullable();
const version = z.string().max(200).optional().meta({ description: 'one version; all of them together without it' });

/** In an address everything is text, epoch milliseconds too. */
const inAddress = z
  .preprocess((raw) => (typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : raw), instant)
  .optional();
export const delaysQuery = z.object({ as_of: inAddress, known_at: inAddress });
const delayPoint = z.object({
  age: z.number().meta({ description: 'seconds after the prediction' }),
  share: z.number().meta({ description: 'P(the label is known by this age)' }),
  error: z.number().meta({ description: 'standard error' }),
});
export const delaysAnswer = z
  .object({
    at: z.string(),
    predictions: z.number().meta({ description: 'those of the last months, or a sample of them' }),
    labelled: z.number(),
    sampled: z.number().meta({ description: 'share of the predictions that was looked at' }),
    attribution_window: z.string().nullable(),
    missing: z.enum(['ignore', 'negative']),
    /** Share of predictions that ever get a label; settled once the curve has stopped rising. */
    plateau: interval.extend({ settled: z.boolean() }),
    curve: z.array(delayPoint).max(256),
    classes: z.object({
      differ: z.boolean(),
      p_value: z.number(),
      gap: z.number().meta({ description: 'greatest distance of two curves at one age' }),
      /** Only where they differ. Relative: what is known by the last age is 1. */
      curves: z.record(z.string(), z.object({ labelled: z.number(), curve: z.array(delayPoint).max(256) })),
    }),
  })
  .meta({ id: 'DelaysAnswer' });
export type DelaysAnswer = z.infer<typeof delaysAnswer>;

export const estimatesQuery = page.extend({ version });
export const metricRecord = z
  .object({
    windows: z.number().int(),
    with_interval: z.number().int(),
    covered: z.number().int().meta({ description: 'intervals that held what came true' }),
    coverage: interval,
    too_high: z.number().int(),
    too_low: z.number().int(),
    mean_error: n.meta({ description: 'mean of estimated - realized' }),
    mean_error_interval: interval,
    mean_absolute_error: n,
    mean_width: n,
    interval_score: n,
    naive_absolute_error: n.meta({ description: 'the error of always expecting the first window' }),
    verdict: z.enum(['unknown', 'honest', 'overconfident']),
  })
  .meta({ id: 'MetricRecord' });
export type MetricRecord = z.infer<typeof metricRecord>;
export const scoredWindow = z
  .object({
    start: z.string(),
    end: z.string(),
    predictions: z.number(),
    labelled: z.number(),
    reference: referenceNamed.nullable(),
    metrics: z.record(z.string(), z.object({ estimated: interval, realized: interval })),
  })
  .meta({ id: 'ScoredWindow' });
export type ScoredWindow = z.infer<typeof scoredWindow>;
export const estimatesAnswer = z
  .object({
    /** The reference that estimates are made from now. */
    reference: referenceNamed.nullable(),
    metrics: z.record(z.string(), metricRecord),
    windows: z.array(scoredWindow),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'EstimatesAnswer' });
export type EstimatesAnswer = z.infer<typeof estimatesAnswer>;

export const historyQuery = page.extend({ version });
export const windowThen = z
  .object({
    computed_at: z.string(),
    predictions: z.number(),
    labelled: z.number(),
    coverage: n,
    maturity: n,
    state: windowState.nullable().meta({ description: 'null in results from before states were kept' }),
    reference: referenceNamed.nullable(),
    metrics: z.record(
      z.string(),
      z.object({ realized: interval, estimated: interval.optional(), corrected: interval.optional() }),
    ),
  })
  .meta({ id: 'WindowThen' });
export type WindowThen = z.infer<typeof windowThen>;
