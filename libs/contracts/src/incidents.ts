import { z } from 'zod';
import { instant } from './common.js';
import { explanation } from './explanations.js';
import { finding, severity } from './monitors.js';

export const incidentState = z.enum(['open', 'acknowledged', 'resolved']);
export type IncidentState = z.infer<typeof incidentState>;

/** Frozen at the time it fired: tomorrow's reader sees what was seen today. */
export const evidence = z
  .object({
    monitor_id: z.string(),
    monitor: z.string(),
    kind: z.string(),
    severity,
    window: z.object({ start: z.string(), end: z.string() }),
    known_at: z.string(),
    since: z.string(),
    headline: z.string(),
    findings: z.array(finding),
    /** The single-field slices in which the problem is most concentrated. */
    slices: z
      .array(
        z.object({
          field: z.string(),
          value: z.string().nullable(),
          n: z.number(),
          share: z.number(),
          error: z.number(),
          rest: z.number(),
          explains: z.number(),
          what: z.string(),
        }),
      )
      .default([]),
    /** Recent windows of what was judged, oldest first, for a small picture. */
    history: z
      .array(
        z.object({
          start: z.string(),
          value: z.number().nullable(),
          low: z.number().nullable().optional(),
          high: z.number().nullable().optional(),
        }),
      )
      .default([]),
    threshold: z.number().nullable(),
    baseline: z.number().nullable(),
    rows_query: z.record(z.string(), z.unknown()),
    /** Found by searching all slices; null: searched, and there is nothing to tell. Comes shortly after the rest. */
    explanation: explanation.nullable().optional(),
    /** The version whose roll-out began as the problem did. */
    rollout: z.object({ version: z.string(), at: z.string() }).nullable().optional(),
  })
  .meta({ id: 'Evidence' });
export type Evidence = z.infer<typeof evidence>;

export const timelineEntry = z
  .object({
    at: z.string(),
    kind: z.string(),
    text: z.string(),
    actor: z.string().nullable(),
    monitor_id: z.string().nullable(),
  })
  .meta({ id: 'TimelineEntry' });
export type TimelineEntry = z.infer<typeof timelineEntry>;

export const deliveryView = z
  .object({
    id: z.string(),
    channel_id: z.string(),
    channel: z.string(),
    kind: z.string(),
    event: z.enum(['open', 'update', 'escalate', 'acknowledge', 'resolve', 'test']),
    state: z.enum(['pending', 'sent', 'failed', 'muted']),
    attempts: z.number().int(),
    last_error: z.string().nullable(),
    created_at: z.string(),
    sent_at: z.string().nullable(),
    storm: z.boolean().meta({ description: 'told in one message with many others, because too many came at once' }),
  })
  .meta({ id: 'Delivery' });
export type DeliveryView = z.infer<typeof deliveryView>;
/** A delivery outside of its incident. */
export const deliveryListed = deliveryView
  .extend({
    incident: z.object({
      id: z.string(),
      number: z.number().int(),
      model: z.string(),
      title: z.string(),
      state: incidentState,
    }),
  })
  .meta({ id: 'DeliveryListed' });
export type DeliveryListed = z.infer<typeof deliveryListed>;
export const deliveriesQuery = z.object({
  state: deliveryView.shape.state.optional(),
  channel: z.string().max(100).optional(),
});

export const incidentSummary = z
  .object({
    id: z.string(),
    number: z.number().int(),
    model: z.string(),
    state: incidentState,
    severity,
    title: z.string(),
    family: z.string(),
    opened_at: z.string(),
    since: z.string(),
    acknowledged_at: z.string().nullable(),
    acknowledged_by: z.string().nullable(),
    resolved_at: z.string().nullable(),
    updated_at: z.string(),
    monitors: z.array(z.object({ id: z.string(), name: z.string(), kind: z.string(), firing: z.boolean() })),
    subjects: z.array(z.string()),
  })
  .meta({ id: 'IncidentSummary' });
export type IncidentSummary = z.infer<typeof incidentSummary>;
export const incidentView = incidentSummary
  .extend({ evidence: z.array(evidence), timeline: z.array(timelineEntry), deliveries: z.array(deliveryView) })
  .meta({ id: 'Incident' });
export type IncidentView = z.infer<typeof incidentView>;

export const incidentsQuery = z.object({
  state: incidentState.or(z.literal('unresolved')).optional(),
  model: z.string().max(128).optional(),
});
export const noteBody = z.object({ text: z.string().min(1).max(5000) });
export const actionBody = z.object({ text: z.string().max(5000).optional() }).default({});

export const muteBody = z
  .object({
    matchers: z.strictObject({
      model: z.string().optional(),
      monitor: z.string().optional(),
      feature: z.string().optional(),
      severity: severity.optional(),
    }),
    until: instant,
    reason: z.string().min(1).max(1000),
  })
  .refine((m) => Object.values(m.matchers).some((v) => v !== undefined), {
    path: ['matchers'],
    message: 'name at least one of model, monitor, feature, severity',
  })
  .meta({ id: 'MuteBody' });
export const mutesQuery = z.object({
  state: z.enum(['active', 'all']).default('active').meta({ description: 'all: those that are over too' }),
});
export type MutesQuery = z.infer<typeof mutesQuery>;
export const muteView = z
  .object({
    id: z.string(),
    matchers: z.record(z.string(), z.string()),
    until: z.string(),
    reason: z.string(),
    created_at: z.string(),
    created_by: z.string(),
  })
  .meta({ id: 'Mute' });
export type MuteView = z.infer<typeof muteView>;
