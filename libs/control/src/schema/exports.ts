import type { ExportManifest, ExportQuestion, ExportState } from '@plumbline/contracts';
import { bigint, index, integer, jsonb, text } from 'drizzle-orm/pg-core';
import { app, createdAt, time } from './app.js';

export const exports_ = app.table(
  'exports',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    model: text('model').notNull(),
    state: text('state').$type<ExportState>().notNull(),
    /** As asked, with `known_at` frozen. */
    question: jsonb('question').$type<ExportQuestion & { known_at: number }>().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    startedAt: time('started_at'),
    finishedAt: time('finished_at'),
    /** When the file goes; set when it is done. */
    expiresAt: time('expires_at'),
    /** The attempt that writes, or wrote, the file: pieces of others do not count. */
    run: text('run'),
    attempts: integer('attempts').notNull().default(0),
    rows: bigint('rows', { mode: 'number' }).notNull().default(0),
    bytes: bigint('bytes', { mode: 'number' }).notNull().default(0),
    /** Rows of the selection that were looked at, of how many. */
    done: bigint('done', { mode: 'number' }).notNull().default(0),
    total: bigint('total', { mode: 'number' }).notNull().default(0),
    manifest: jsonb('manifest').$type<ExportManifest>(),
    error: text('error'),
  },
  (t) => [index('exports_by_project').on(t.projectId, t.id), index('exports_by_state').on(t.state, t.expiresAt)],
);
