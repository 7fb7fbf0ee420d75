import type { Scope } from '@plumbline/contracts';
import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { app, createdAt, time } from './app.js';

export const projects = app.table('projects', {
  id: text('id').primaryKey(),
  name: text('name').notNull().unique(),
  createdAt: createdAt(),
});

export const apiKeys = app.table('api_keys', {
  id: text('id').primaryKey(),
  projectId: text('project_id')
    .notNull()
    .references(() => projects.id),
  name: text('name').notNull(),
  prefix: text('prefix').notNull(),
  hash: text('hash').notNull().unique(),
  scopes: jsonb('scopes').$type<Scope[]>().notNull(),
  createdAt: createdAt(),
  lastUsedAt: time('last_used_at'),
  revokedAt: time('revoked_at'),
});

export const audit = app.table(
  'audit',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    at: createdAt(),
    actor: text('actor').notNull(),
    actorKind: text('actor_kind').$type<'person' | 'key'>().notNull().default('key'),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    detail: jsonb('detail').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [index('audit_by_project').on(t.projectId, t.id)],
);
