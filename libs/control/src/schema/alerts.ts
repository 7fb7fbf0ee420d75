import type { ChannelBody, Evidence, Severity } from '@plumbline/contracts';
import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { app, createdAt, time } from './app.js';

export const channels = app.table('channels', {
  id: text('id').primaryKey(),
  projectId: text('project_id').notNull(),
  kind: text('kind').$type<ChannelBody['kind']>().notNull(),
  name: text('name').notNull(),
  /** AES-256-GCM of the config: it holds secrets. */
  sealed: text('sealed').notNull(),
  match: jsonb('match').$type<NonNullable<ChannelBody['match']>>(),
  isDefault: boolean('is_default').notNull().default(false),
  createdAt: createdAt(),
});

export const incidents = app.table(
  'incidents',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    number: integer('number').notNull(),
    model: text('model').notNull(),
    family: text('family').notNull(),
    cause: text('cause').notNull(),
    state: text('state').$type<'open' | 'acknowledged' | 'resolved'>().notNull(),
    severity: text('severity').$type<Severity>().notNull(),
    title: text('title').notNull(),
    subjects: jsonb('subjects').$type<string[]>().notNull(),
    evidence: jsonb('evidence').$type<Evidence[]>().notNull(),
    since: time('since').notNull(),
    openedAt: time('opened_at').notNull(),
    acknowledgedAt: time('acknowledged_at'),
    acknowledgedBy: text('acknowledged_by'),
    resolvedAt: time('resolved_at'),
    updatedAt: time('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('incidents_one_open_per_cause').on(t.projectId, t.model, t.cause).where(sql`state <> 'resolved'`),
    uniqueIndex('incidents_by_number').on(t.projectId, t.number),
    index('incidents_by_time').on(t.projectId, t.openedAt),
  ],
);

export const incidentMonitors = app.table(
  'incident_monitors',
  {
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id, { onDelete: 'cascade' }),
    monitorId: text('monitor_id').notNull(),
    firing: boolean('firing').notNull(),
    /** Follows from what else this incident is about: alone it is told again. */
    silenced: boolean('silenced').notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.incidentId, t.monitorId] }), index('incident_monitors_by_monitor').on(t.monitorId)],
);

export const incidentEvents = app.table(
  'incident_events',
  {
    id: text('id').primaryKey(),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id, { onDelete: 'cascade' }),
    at: time('at').notNull(),
    kind: text('kind').notNull(),
    text: text('text').notNull(),
    actor: text('actor'),
    monitorId: text('monitor_id'),
  },
  (t) => [index('incident_events_by_incident').on(t.incidentId, t.id)],
);

export const outbox = app.table(
  'outbox',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id, { onDelete: 'cascade' }),
    /** Kept when the channel is deleted, as the name and kind that it had. */
    channelId: text('channel_id').notNull(),
    channelName: text('channel_name'),
    channelKind: text('channel_kind').$type<ChannelBody['kind']>(),
    event: text('event').$type<'open' | 'update' | 'escalate' | 'acknowledge' | 'resolve'>().notNull(),
    sequence: integer('sequence').notNull(),
    state: text('state').$type<'pending' | 'sent' | 'failed' | 'muted'>().notNull(),
    attempts: integer('attempts').notNull().default(0),
    dueAt: time('due_at').notNull(),
    /** When it was decided that this is told by a message of its own. */
    admittedAt: time('admitted_at'),
    /** The storm whose message tells it instead. */
    stormId: text('storm_id'),
    /** The last attempt began and nobody knows how it ended. */
    uncertain: boolean('uncertain').notNull().default(false),
    /** What the vendor calls the message. */
    receipt: text('receipt'),
    lastError: text('last_error'),
    createdAt: createdAt(),
    sentAt: time('sent_at'),
  },
  (t) => [
    index('outbox_due').on(t.state, t.dueAt),
    index('outbox_by_incident').on(t.incidentId),
    index('outbox_by_channel').on(t.channelId, t.admittedAt),
    index('outbox_by_storm').on(t.stormId),
    uniqueIndex('outbox_once').on(t.incidentId, t.channelId, t.sequence),
  ],
);

export const mutes = app.table('mutes', {
  id: text('id').primaryKey(),
  projectId: text('project_id').notNull(),
  matchers: jsonb('matchers')
    .$type<{ model?: string; monitor?: string; feature?: string; severity?: Severity }>()
    .notNull(),
  until: time('until').notNull(),
  reason: text('reason').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: createdAt(),
});
