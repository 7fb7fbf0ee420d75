import { z } from 'zod';
import { instant, modelName, page } from './common.js';

/** Why a single event was refused. Stable: clients switch on these. */
export const REJECTIONS = {
  invalid_json: 'the line is not JSON',
  not_an_object: 'an event is a JSON object',
  missing_field: 'a required field is missing',
  bad_type: 'a field has the wrong type',
  bad_model_name: 'model names match [A-Za-z0-9][A-Za-z0-9._-]{0,127}',
  bad_timestamp: 'a time is ISO-8601 with zone or epoch milliseconds',
  future_timestamp: 'the time is too far ahead of the server clock',
  too_old: 'the time is older than the retention of the model',
  id_too_long: 'prediction_id has 1 to 128 characters',
  name_too_long: 'a name is too long',
  value_too_long: 'a text value is too long',
  value_not_finite: 'numbers must be finite',
  too_many_features: 'too many features',
  payload_too_deep: 'features are nested too deeply',
  bad_prediction: 'the prediction has no usable score, scores, class or value',
  task_mismatch: 'the prediction does not fit the task of the model',
  conflict: 'another payload is already stored under this identity',
  unstorable: 'the store refused the event',
} as const;
export type RejectionCode = keyof typeof REJECTIONS;

const time = z.union([z.string(), z.number()]).optional();
export const predictionEvent = z
  .object({
    model: modelName,
    prediction_id: z.string().min(1).max(128),
    ts: time.meta({ description: 'default now' }),
    version: z.string().max(128).optional(),
    model_version: z.string().max(128).optional().meta({ description: 'accepted for version' }),
    features: z.record(z.string(), z.unknown()).optional(),
    prediction: z.object({
      score: z.number().optional(),
      scores: z.record(z.string(), z.number()).optional(),
      class: z.union([z.string(), z.number(), z.boolean()]).optional(),
      value: z.number().optional(),
    }),
    tags: z.record(z.string(), z.string()).optional(),
    latency_ms: z.number().optional(),
  })
  .meta({ id: 'PredictionEvent' });
export const outcomeEvent = z
  .object({
    model: modelName,
    prediction_id: z.string().min(1).max(128),
    label: z.union([z.string(), z.number(), z.boolean()]),
    ts: time.meta({ description: 'when it became known; default now' }),
    prediction_ts: time.meta({ description: 'hint: a faster join' }),
  })
  .meta({ id: 'OutcomeEvent' });
export const predictionsBody = z.union([z.object({ events: z.array(predictionEvent) }), predictionEvent]);
export const outcomesBody = z.union([z.object({ events: z.array(outcomeEvent) }), outcomeEvent]);

export const rejection = z.object({
  index: z.number().int(),
  prediction_id: z.string().optional(),
  code: z.enum(Object.keys(REJECTIONS) as [RejectionCode, ...RejectionCode[]]),
  message: z.string(),
});
export type Rejection = z.infer<typeof rejection>;
export const ingestAnswer = z
  .object({
    accepted: z.number().int(),
    duplicates: z.number().int(),
    rejected: z.array(rejection),
    rejected_total: z.number().int().optional().meta({ description: 'only where rejected names the first 100,000' }),
  })
  .meta({ id: 'IngestAnswer' });
export type IngestAnswer = z.infer<typeof ingestAnswer>;

export const quarantined = z
  .object({
    id: z.string(),
    kind: z.enum(['predictions', 'outcomes']),
    model: z.string(),
    prediction_id: z.string(),
    code: z.string(),
    message: z.string(),
    received_at: z.string(),
    replayed_at: z.string().nullable().meta({ description: 'when it was taken after all' }),
    body: z.string().meta({ description: 'as it was sent, up to 256 KiB' }),
  })
  .meta({ id: 'QuarantinedEvent' });
export type QuarantinedEvent = z.infer<typeof quarantined>;

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const quarantineFilter = {
  kind: z.enum(['predictions', 'outcomes']).optional(),
  model: z.string().max(128).optional(),
  code: z.enum(Object.keys(REJECTIONS) as [RejectionCode, ...RejectionCode[]]).optional(),
  prediction_id: z.string().max(128).optional(),
  search: z.string().max(256).optional().meta({ description: 'text anywhere in the event or the message' }),
  from: instant.optional(),
  to: instant.optional(),
};
export const quarantineQuery = page.extend({ ...quarantineFilter, replayed: flag.optional() });
export const REPLAY_MAX = 1000;
export const replayBody = z
  .object({
    ...quarantineFilter,
    limit: z.number().int().min(1).max(REPLAY_MAX).default(REPLAY_MAX),
    cursor: z.string().optional(),
  })
  .meta({ id: 'ReplayRequest' });
export const replayAnswer = z
  .object({
    replayed: z.number().int().meta({ description: 'events sent through ingest again' }),
    accepted: z.number().int(),
    duplicates: z.number().int(),
    rejected: z.number().int().meta({ description: 'still not usable; they stay in quarantine' }),
    next_cursor: z.string().nullable().meta({ description: 'there are more: send it as cursor' }),
  })
  .meta({ id: 'ReplayAnswer' });
export type ReplayAnswer = z.infer<typeof replayAnswer>;
