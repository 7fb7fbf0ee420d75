import { z } from 'zod';
import { duration, fieldName, granularity, instant, orderedRange, rangeFields } from './common.js';
import { rowOrder, rowSeed } from './exports.js';
import { featureProfile } from './models.js';

export const METRICS = {
  binary: [
    'accuracy',
    'precision',
    'recall',
    'f1',
    'specificity',
    'mcc',
    'roc_auc',
    'average_precision',
    'log_loss',
    'brier',
    'ece',
    'base_rate',
    'predicted_positive_rate',
    'tp',
    'fp',
    'tn',
    'fn',
  ],
  multiclass: [
    'accuracy',
    'f1_macro',
    'f1_micro',
    'f1_weighted',
    'precision_macro',
    'recall_macro',
    'roc_auc_ovr_macro',
    'log_loss',
    'ece',
    'confusion',
  ],
  regression: ['mae', 'rmse', 'mse', 'mape', 'r2', 'bias', 'medae', 'max_error'],
} as const;
export const GENERAL_METRICS = ['count', 'latency_p50', 'latency_p95'] as const;
export const PRIMARY_METRIC = { binary: 'roc_auc', multiclass: 'accuracy', regression: 'mae' } as const;

export const performanceQuestion = z
  .object({
    ...rangeFields,
    metrics: z.array(z.string().min(1).max(300)).min(1).max(100).optional(),
    granularity: granularity.default('1h'),
    group_by: z.array(fieldName).max(3).default([]),
    as_of: instant.optional(),
    min_labels: z.number().int().min(0).max(1_000_000).default(30),
    estimate: z.boolean().default(false),
  })
  .superRefine(orderedRange)
  .meta({ id: 'PerformanceQuestion' });
export type PerformanceQuestion = z.infer<typeof performanceQuestion>;

const n = z.number().nullable();
export const interval = z.object({ value: n, low: n, high: n });
/** With `estimate: true`: what the labels say, what the scores let one expect of all predictions, and what the labels say weighted for those that are still to come. */
export const metricValues = z
  .object({ realized: interval, estimated: interval.optional(), corrected: interval.optional() })
  .meta({ id: 'MetricValues' });
export type MetricValues = z.infer<typeof metricValues>;
export const metricValue = z
  .object({ value: n, low: n, high: n, kind: z.enum(['realized', 'estimated']), values: metricValues.optional() })
  .meta({ id: 'MetricValue' });
export type MetricValue = z.infer<typeof metricValue>;
export const windowState = z
  .enum(['unlabelled', 'provisional', 'final'])
  .meta({ description: 'no label yet; labels are still coming; what is still to come does not matter' });
export type WindowState = z.infer<typeof windowState>;
export const referenceNamed = z
  .object({ id: z.string(), name: z.string(), revision: z.number().int(), version: z.string().nullable() })
  .meta({ id: 'ReferenceNamed' });
export const performanceWindow = z
  .object({
    start: z.string(),
    end: z.string(),
    group: z.record(z.string(), z.string().nullable()).optional(),
    predictions: z.number(),
    labelled: z.number(),
    coverage: n,
    /** The coverage that the model's delay curve lets one expect by now. */
    expected_coverage: n.optional(),
    /** Of the labels that will ever come, the share that has come by now, from the delay curve; null while no delay is known. */
    maturity: n,
    state: windowState,
    metrics: z.record(z.string(), metricValue),
    /** The reference that estimates are learned from. */
    estimated_by: referenceNamed.optional(),
    confusion: z.object({ classes: z.array(z.string()), counts: z.array(z.array(z.number())) }).optional(),
  })
  .meta({ id: 'PerformanceWindow' });
export type PerformanceWindow = z.infer<typeof performanceWindow>;
export const performanceAnswer = z.object({ windows: z.array(performanceWindow) }).meta({ id: 'PerformanceAnswer' });
export type PerformanceAnswer = z.infer<typeof performanceAnswer>;

export const NUMERIC_MEASURES = [
  'psi',
  'js_distance',
  'hellinger',
  'ks',
  'wasserstein',
  'wasserstein_normalised',
  'mann_whitney_auc',
] as const;
export const CATEGORICAL_MEASURES = [
  'psi',
  'js_distance',
  'hellinger',
  'chi_square',
  'total_variation',
  'l_infinity',
] as const;
export const measure = z.enum([...new Set([...NUMERIC_MEASURES, ...CATEGORICAL_MEASURES])] as [string, ...string[]]);

/** What a window is compared with: a stored reference by name or id, a range of production, or the window's own past. */
const anyReference = z.union([
  z.string().min(1).max(200),
  z.object({ from: instant, to: instant }).superRefine(orderedRange),
  z.object({
    trailing: duration.meta({ description: 'each window against all that was in this span before it' }),
  }),
  z.object({ previous: duration.meta({ description: 'each window against the same span so much earlier' }) }),
]);

const sameSlice = z.boolean().default(false).meta({
  description: 'hold the rows against those of the stored reference that the same filters pick (but for the version)',
});
export const driftQuestion = z
  .object({
    ...rangeFields,
    reference: anyReference.optional(),
    features: z.array(z.string().min(1).max(300)).max(1000).optional(),
    targets: z
      .array(z.enum(['features', 'prediction', 'label']))
      .min(1)
      .default(['features', 'prediction']),
    measures: z.array(measure).min(1).optional(),
    granularity: granularity.default('1d'),
    exact: z.boolean().default(false),
    same_slice: sameSlice,
  })
  .superRefine(orderedRange)
  .meta({ id: 'DriftQuestion' });
export type DriftQuestion = z.infer<typeof driftQuestion>;

export const measureValue = z
  .object({
    value: n,
    debiased: n.optional(),
    p_value: n.optional(),
    p_floor: n.optional(),
    threshold: n,
    threshold_reason: z.string().optional(),
    drifted: z.boolean().nullable(),
  })
  .meta({ id: 'MeasureValue' });
export type MeasureValue = z.infer<typeof measureValue>;
const side = z.object({
  mean: n,
  std: n,
  quantiles: z.record(z.string(), z.number()),
  missing: z.number(),
  n: z.number(),
});
export const featureDrift = z
  .object({
    type: z.enum(['numeric', 'categorical']),
    n: z.number(),
    missing_rate: n,
    measures: z.record(z.string(), measureValue),
    reference: side.partial(),
    current: side.partial(),
    new_categories: z.array(z.string()).optional(),
    importance: z
      .object({ value: z.number(), kind: z.enum(['declared', 'measured']) })
      .nullable()
      .optional()
      .meta({
        description:
          'what the feature is to the model, 1 for the largest: as declared, otherwise how much of the output goes along with it in the reference',
      }),
    effect: z
      .object({ metric: z.string(), value: z.number(), low: z.number(), high: z.number() })
      .nullable()
      .optional()
      .meta({
        description:
          'estimated change of the metric if nothing but the mix of this feature moved; null if the reference has no labels',
      }),
    note: z.string().optional(),
  })
  .meta({ id: 'FeatureDrift' });
export type FeatureDrift = z.infer<typeof featureDrift>;
export const driftWindow = z
  .object({
    start: z.string(),
    end: z.string(),
    rows: z.number(),
    features: z.record(z.string(), featureDrift),
    drifted_share: n,
    ranked: z.array(z.string()).meta({
      description:
        'names of the features, what matters most first: drifted ones, then by importance times the debiased first measure',
    }),
  })
  .meta({ id: 'DriftWindow' });
export type DriftWindow = z.infer<typeof driftWindow>;
export const driftAnswer = z
  .object({
    reference: z.object({ name: z.string(), revision: z.number().nullable(), rows: z.number() }),
    exact: z
      .boolean()
      .meta({ description: 'computed from the rows; false: from profiles of hours, see docs/methods/drift.md' }),
    windows: z.array(driftWindow),
  })
  .meta({ id: 'DriftAnswer' });
export type DriftAnswer = z.infer<typeof driftAnswer>;

export const profileQuestion = z
  .object({
    ...rangeFields,
    features: z.array(z.string().min(1).max(300)).min(1).max(50),
    reference: anyReference.optional(),
    same_slice: sameSlice,
  })
  .superRefine(orderedRange)
  .meta({ id: 'ProfileQuestion' });
export type ProfileQuestion = z.infer<typeof profileQuestion>;
export const profileAnswer = z
  .object({
    features: z.record(
      z.string(),
      z.object({ reference: featureProfile.nullable(), current: featureProfile.nullable() }),
    ),
  })
  .meta({ id: 'ProfileAnswer' });
export type ProfileAnswer = z.infer<typeof profileAnswer>;

export const eventsQuestion = z
  .object({
    ...rangeFields,
    limit: z.number().int().min(1).max(1000).default(100),
    cursor: z.string().max(500).optional(),
    order: rowOrder.default('ts'),
    seed: rowSeed.default(0).meta({ description: 'of the random order: the same seed gives the same rows' }),
    as_of: instant.optional(),
  })
  .superRefine(orderedRange)
  .meta({ id: 'EventsQuestion' });
export type EventsQuestion = z.infer<typeof eventsQuestion>;
export const eventRow = z
  .object({
    prediction_id: z.string(),
    version: z.string(),
    ts: z.string(),
    features: z.record(z.string(), z.unknown()),
    tags: z.record(z.string(), z.string()),
    prediction: z.object({
      score: n,
      class: z.string().nullable(),
      value: n,
      scores: z.record(z.string(), z.number()).optional(),
    }),
    label: z.string().nullable(),
    label_source: z
      .string()
      .nullable()
      .meta({ description: '`api`, `review`, or `attribution_window` where the outcome did not come in time' }),
    outcome_ts: z.string().nullable(),
    delay_ms: n,
    error: n,
    latency_ms: n,
  })
  .meta({ id: 'EventRow' });
export type EventRow = z.infer<typeof eventRow>;
