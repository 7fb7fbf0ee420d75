import { text, uniqueIndex } from 'drizzle-orm/pg-core';
import { app, createdAt } from './app.js';

/** Addresses of the console that people keep under a name. */
export const views = app.table(
  'views',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    name: text('name').notNull(),
    path: text('path').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('views_by_name').on(t.projectId, t.name)],
);
