import { sql } from 'drizzle-orm';
import { boolean, doublePrecision, index, integer, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { channels } from './alerts.js';
import { app, time } from './app.js';

/** How a channel is doing: what it may still send now, and whether its vendor answers. All workers share it. */
export const channelStates = app.table('channel_states', {
  channelId: text('channel_id')
    .primaryKey()
    .references(() => channels.id, { onDelete: 'cascade' }),
  /** The token bucket of its vendor's rate limit. */
  tokens: doublePrecision('tokens').notNull(),
  tokensAt: time('tokens_at').notNull(),
  /** Failures in a row. */
  failures: integer('failures').notNull().default(0),
  /** Nothing is sent before that: the vendor asked for it, or failed too often. */
  pausedUntil: time('paused_until'),
  lastError: text('last_error'),
  lastSentAt: time('last_sent_at'),
  lastFailedAt: time('last_failed_at'),
});

/** Many problems at once, told to a channel in one message that is brought up to date. */
export const storms = app.table(
  'storms',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    channelId: text('channel_id')
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    /** `collecting` takes further problems in, `settled` waits for their ends. */
    state: text('state').$type<'collecting' | 'settled' | 'resolved' | 'failed'>().notNull(),
    /** Of the last message that was delivered. */
    sequence: integer('sequence').notNull().default(0),
    attempts: integer('attempts').notNull().default(0),
    /** The last attempt began and nobody knows how it ended. */
    uncertain: boolean('uncertain').notNull().default(false),
    /** What the vendor calls the message. */
    receipt: text('receipt'),
    lastError: text('last_error'),
    openedAt: time('opened_at').notNull(),
    lastPageAt: time('last_page_at').notNull(),
    sentAt: time('sent_at'),
    /** When it is to be looked at; null when it is over. */
    dueAt: time('due_at'),
  },
  (t) => [
    uniqueIndex('storms_one_collecting').on(t.channelId).where(sql`state = 'collecting'`),
    index('storms_due').on(t.dueAt),
  ],
);
