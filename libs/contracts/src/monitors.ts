import { z } from 'zod';
import { duration, fieldName, filter, instant, modelName, orderedRange } from './common.js';

export const monitorKind = z.enum([
  'performance',
  'drift',
  'freshness',
  'volume',
  'schema',
  'missing',
  'skew',
  'latency',
  'staleness',
  'label_coverage',
]);
export type MonitorKind = z.infer<typeof monitorKind>;
export const severity = z.enum(['info', 'warning', 'critical']);
export type Severity = z.infer<typeof severity>;
export const SEVERITY_RANK: Record<Severity, number> = { info: 0, warning: 1, critical: 2 };

export const condition = z.union([
  z.object({
    op: z.enum(['gt', 'gte', 'lt', 'lte']),
    value: z.number(),
    clear: z.number().optional().meta({
      description: 'while it fires, this value counts in the place of `value`: what hovers at the threshold rings once',
    }),
  }),
  z.object({
    auto: z.object({
      false_alarms: z
        .string()
        .regex(/^\d+ per \d+d$/, 'such as "1 per 30d"')
        .default('1 per 30d'),
    }),
  }),
]);
export type Condition = z.infer<typeof condition>;

export const monitorBody = z
  .object({
    name: z.string().min(1).max(200),
    model: modelName,
    kind: monitorKind,
    target: z
      .object({
        metric: z.string().max(300).optional(),
        measure: z.string().max(100).optional(),
        features: z.array(z.string().max(300)).max(1000).optional(),
      })
      .default({}),
    slice: z.array(filter).max(20).default([]),
    per: z.array(fieldName).max(3).default([]),
    window: duration.default('1h'),
    every: duration.optional(),
    offset: duration.optional(),
    compare: z
      .object({
        to: z.enum(['threshold', 'reference', 'previous', 'trailing', 'version']).default('reference'),
        reference: z.string().max(200).optional(),
        range: z
          .object({ from: instant, to: instant })
          .superRefine(orderedRange)
          .optional()
          .meta({ description: 'drift: a fixed range of production as the reference' }),
        span: duration.optional().meta({
          description: 'drift against `trailing`: how much before each window is its reference; 28d by default',
        }),
        version: z.string().max(200).optional(),
        tolerance: z.number().min(0).optional(),
      })
      .optional(),
    condition: condition.optional(),
    for: z.number().int().min(1).max(1000).default(1).meta({ description: 'bad windows in a row before it fires' }),
    resolve_for: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(1)
      .meta({ description: 'good windows in a row before it resolves' }),
    no_data: z.enum(['keep', 'ok', 'alert']).default('keep').meta({
      description:
        'what a window without data is: `keep` concludes nothing, `ok` counts as good, `alert` counts as bad',
    }),
    escalate_after: duration
      .optional()
      .meta({ description: 'an incident that nobody acknowledged for so long becomes critical and is told again' }),
    min_samples: z.number().int().min(1).optional(),
    min_coverage: z.number().min(0).max(1).optional(),
    severity: severity.default('warning'),
    channels: z.array(z.string().max(100)).max(50).default([]),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'MonitorBody' });
export type MonitorBody = z.infer<typeof monitorBody>;

export const monitorState = z.enum(['ok', 'pending', 'firing', 'no_data', 'error', 'unknown']);
export type MonitorState = z.infer<typeof monitorState>;
/** The threshold that `auto` found, and from what. */
export const calibration = z
  .object({
    value: z.number().nullable().meta({ description: 'null: too little history is known yet' }),
    op: z.enum(['gt', 'lt']),
    from: z.string(),
    to: z.string(),
    windows: z.number().int().meta({ description: 'windows with data that it was found from' }),
    at: z.string(),
  })
  .meta({ id: 'Calibration' });
export type Calibration = z.infer<typeof calibration>;

export const monitorView = z
  .object({
    id: z.string(),
    ...monitorBody.shape,
    state: monitorState,
    state_detail: z.string().nullable(),
    failing_since: z.string().nullable().meta({ description: 'since when it cannot be evaluated' }),
    calibrated: calibration.nullable(),
    since: z.string().nullable(),
    evaluated_at: z.string().nullable(),
    origin: z.enum(['default', 'user']),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'Monitor' });
export type MonitorView = z.infer<typeof monitorView>;

/** What one look at one subject (the monitor itself, a feature, a slice) said. */
export const finding = z
  .object({
    subject: z.string().meta({ description: 'what was judged: a metric, a feature, a group' }),
    state: z.enum(['ok', 'bad', 'no_data']),
    value: z.number().nullable(),
    low: z.number().nullable().optional(),
    high: z.number().nullable().optional(),
    threshold: z.number().nullable(),
    baseline: z.number().nullable().optional(),
    n: z.number(),
    severity: severity.optional(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof finding>;

/** The findings that were folded into this one because their features share a source; itself if there are none. */
export const membersOf = (f: Finding): Finding[] => {
  const members = f.details?.members;
  return Array.isArray(members) && members.length > 0 ? (members as Finding[]) : [f];
};
export const evaluationView = z
  .object({
    id: z.string(),
    monitor_id: z.string(),
    evaluated_at: z.string(),
    window_start: z.string(),
    window_end: z.string(),
    verdict: z.enum(['ok', 'bad', 'no_data', 'error']),
    historical: z.boolean(),
    message: z.string(),
    findings: z.array(finding),
  })
  .meta({ id: 'Evaluation' });
export type EvaluationView = z.infer<typeof evaluationView>;

/** What monitors concluded day by day, for a list of them. */
export const monitorsHistoryQuery = z.object({
  days: z.coerce.number().int().min(1).max(90).default(14),
  model: z.string().max(128).optional(),
});
export const monitorsHistory = z
  .object({
    from: z.string(),
    items: z.array(
      z.object({
        monitor_id: z.string(),
        days: z.array(
          z.object({ start: z.string(), looks: z.number(), bad: z.number(), no_data: z.number() }).meta({
            description:
              'looks at windows that ended in this day (UTC), and what they concluded; days without looks are left out',
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'MonitorsHistory' });
export type MonitorsHistory = z.infer<typeof monitorsHistory>;

export const evaluationsQuery = z.object({ from: instant.optional(), to: instant.optional() });
