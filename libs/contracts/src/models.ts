import { z } from 'zod';
import { duration, fieldName, instant, modelName, task } from './common.js';

export const featureType = z.enum(['numeric', 'categorical', 'boolean', 'text', 'embedding']);
export type FeatureType = z.infer<typeof featureType>;
export const featureSpec = z.object({
  type: featureType,
  source: z.string().max(200).optional(),
  importance: z.number().min(0).optional(),
  monitored: z.boolean().optional(),
});
export type FeatureSpec = z.infer<typeof featureSpec>;
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

export const modelBody = z
  .object({
    task,
    positive_class: text.optional(),
    classes: z.array(text).min(1).max(1000).optional(),
    primary_metric: z.string().max(200).optional(),
    description: z.string().max(5000).optional(),
    owner: z.string().max(200).optional(),
    granularity: z.enum(['1h', '1d', '7d']).optional(),
    decision_threshold: z.number().min(0).max(1).optional(),
    features: z.record(z.string().min(1).max(256), featureSpec).optional(),
    slices: z.array(z.array(fieldName).min(1).max(3)).max(50).optional(),
    labels: z
      .object({ attribution_window: duration.optional(), missing: z.enum(['ignore', 'negative']).optional() })
      .optional(),
    retention: duration.optional(),
  })
  .meta({ id: 'ModelBody' });
export type ModelBody = z.infer<typeof modelBody>;

export const retentionBody = z
  .object({ retention: duration.nullable().meta({ description: 'such as 180d; null: events are kept for ever' }) })
  .meta({ id: 'Retention' });

export const labelCounts = z.object({
  joined: z.number(),
  pending: z.number(),
  orphaned: z.number(),
  duplicate: z.number(),
  corrected: z.number(),
});
export const modelView = z
  .object({
    name: modelName,
    state: z.enum(['discovered', 'declared']),
    ...modelBody.shape,
    positive_class: z.string().nullable(),
    classes: z.array(z.string()),
    primary_metric: z.string(),
    granularity: z.enum(['1h', '1d', '7d']),
    decision_threshold: z.number(),
    labels: labelCounts.extend({ attribution_window: z.string().nullable(), missing: z.enum(['ignore', 'negative']) }),
    versions: z.array(
      z.object({ version: z.string(), first_event: z.string(), last_event: z.string(), predictions: z.number() }),
    ),
    schema: z.array(
      z.object({
        name: z.string(),
        type: featureType,
        declared: z.boolean(),
        source: z.string().nullable(),
        importance: z.number().nullable(),
        monitored: z.boolean(),
      }),
    ),
    first_event: z.string().nullable(),
    last_event: z.string().nullable(),
    created_at: z.string(),
  })
  .meta({ id: 'Model' });
export type ModelView = z.infer<typeof modelView>;

const health = z.enum(['critical', 'warning', 'ok', 'no_data']);

/** A model in a list to choose from. */
export const modelHealth = z
  .object({ name: modelName, task, owner: z.string().nullable(), health, open_incidents: z.number().int() })
  .meta({ id: 'ModelHealth' });
export type ModelHealth = z.infer<typeof modelHealth>;

/** One row of the overview: everything the first screen shows of a model. */
export const modelSummary = z
  .object({
    name: modelName,
    task,
    state: z.enum(['discovered', 'declared']),
    owner: z.string().nullable(),
    health,
    open_incidents: z.number().int(),
    primary_metric: z.string(),
    granularity: z.string(),
    /** Newest windows first to last, at most 60; value null while labels are missing, estimated null where scores tell nothing. */
    sparkline: z.array(
      z.object({
        start: z.string(),
        value: z.number().nullable(),
        estimated: z.number().nullable(),
        coverage: z.number(),
        predictions: z.number(),
      }),
    ),
    metric: z.object({
      value: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      reference: z.number().nullable(),
    }),
    label_coverage: z.number().nullable(),
    drifted_share: z.number().nullable(),
    drifted: z.array(z.string()),
    predictions_last: z.number(),
    predictions_expected: z.number().nullable(),
    last_event: z.string().nullable(),
    versions: z.array(z.string()),
    last_annotation: z.object({ ts: z.string(), text: z.string(), kind: z.string() }).nullable(),
  })
  .meta({ id: 'ModelSummary' });
export type ModelSummary = z.infer<typeof modelSummary>;

export const featureProfile = z
  .object({
    type: z.enum(['numeric', 'categorical']),
    n: z.number(),
    missing: z.number(),
    missing_rate: z.number(),
    mean: z.number().nullable().optional(),
    std: z.number().nullable().optional(),
    min: z.number().nullable().optional(),
    max: z.number().nullable().optional(),
    quantiles: z.record(z.string(), z.number()).optional(),
    edges: z.array(z.number()).optional(),
    counts: z.array(z.number()).optional(),
    categories: z.array(z.object({ value: z.string(), count: z.number() })).optional(),
    distinct: z.number().optional(),
  })
  .meta({ id: 'FeatureProfile' });
export type FeatureProfile = z.infer<typeof featureProfile>;

export const referenceQuery = z.object({
  name: z.string().min(1).max(128).default('training'),
  version: z.string().max(128).optional(),
});
export const referenceView = z
  .object({
    reference: z.string(),
    name: z.string(),
    revision: z.number().int(),
    version: z.string().nullable(),
    rows: z.number(),
    labelled: z.number(),
    features: z.record(z.string(), featureProfile),
    metrics: z.record(z.string(), z.number().nullable()),
    created_at: z.string(),
  })
  .meta({ id: 'Reference' });
export type ReferenceView = z.infer<typeof referenceView>;

export const annotationBody = z.object({
  ts: instant,
  text: z.string().min(1).max(2000),
  kind: z.enum(['deploy', 'data', 'note']).default('note'),
});
export const annotationView = z
  .object({ id: z.string(), ts: z.string(), text: z.string(), kind: z.string() })
  .meta({ id: 'Annotation' });
export type AnnotationView = z.infer<typeof annotationView>;
