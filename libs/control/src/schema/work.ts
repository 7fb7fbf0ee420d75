import { index, primaryKey, text } from 'drizzle-orm/pg-core';
import { app, time } from './app.js';

/** Windows whose rows changed since they were computed. Always at the granularity of the model. */
export const dirtyWindows = app.table(
  'dirty_windows',
  {
    projectId: text('project_id').notNull(),
    model: text('model').notNull(),
    windowStart: time('window_start').notNull(),
    firstMarkedAt: time('first_marked_at').notNull(),
    markedAt: time('marked_at').notNull(),
    dueAt: time('due_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.model, t.windowStart] }), index('dirty_windows_due').on(t.dueAt)],
);

/** Who may work on what: one holder per name, until it expires or lets go. */
export const leases = app.table('leases', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  expiresAt: time('expires_at').notNull(),
});

export const settings = app.table('settings', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
});
