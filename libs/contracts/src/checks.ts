import { z } from 'zod';
import { instant } from './common.js';
import { finding, monitorKind, severity } from './monitors.js';

const n = z.number().nullable();

export const checksQuestion = z
  .object({ from: instant.optional(), to: instant.optional() })
  .meta({ id: 'ChecksQuestion' });
export const checkName = z.enum([
  'freshness',
  'volume',
  'schema',
  'missing',
  'range',
  'new_categories',
  'cardinality',
  'constant',
  'outputs',
  'skew',
  'latency',
  'model_age',
  'label_coverage',
]);
export type CheckName = z.infer<typeof checkName>;
/** What the monitor that makes a check said last, and before that. */
export const checkState = z
  .object({
    check: checkName,
    monitor: z.object({ id: z.string(), name: z.string(), kind: monitorKind, severity }),
    state: z.enum(['ok', 'bad', 'no_data', 'error', 'unknown']),
    message: z.string(),
    window: z.object({ start: z.string(), end: z.string() }).nullable(),
    evaluated_at: z.string().nullable(),
    since: z.string().nullable(),
    /** What is bad. */
    findings: z.array(finding),
    /** The last look of each hour, oldest first. */
    history: z.array(
      z.object({
        at: z.string(),
        state: z.enum(['ok', 'bad', 'no_data', 'error', 'unknown']),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'CheckState' });
export type CheckState = z.infer<typeof checkState>;
export const checksAnswer = z
  .object({
    freshness: z.object({
      last_event: z.string().nullable(),
      age_ms: n,
      limit_ms: n,
      state: z.enum(['ok', 'late', 'not_armed', 'no_data']),
    }),
    volume: z.object({
      window: z.string(),
      windows: z.array(
        z.object({
          start: z.string(),
          count: z.number(),
          expected: n,
          low: n,
          high: n,
          state: z.enum(['ok', 'low', 'high', 'unknown']),
        }),
      ),
      state: z.enum(['ok', 'low', 'high', 'not_armed', 'no_data']),
    }),
    schema: z.object({
      against: z.string().nullable(),
      changes: z.array(
        z.object({
          feature: z.string(),
          change: z.enum(['appeared', 'vanished', 'type_changed', 'missing_surge']),
          detail: z.string(),
          since: z.string().nullable(),
        }),
      ),
    }),
    /** The contract that values are held against. */
    contract: z.object({
      revision: z.number().int(),
      origin: z.enum(['inferred', 'edited']),
      by: z.string().nullable(),
      at: z.string().nullable(),
      features: z.number().int(),
    }),
    checks: z.array(checkState),
  })
  .meta({ id: 'ChecksAnswer' });
export type ChecksAnswer = z.infer<typeof checksAnswer>;
