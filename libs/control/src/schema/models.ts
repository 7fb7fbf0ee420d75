import type { Calibration, FeatureProfile, ModelBody, MonitorBody, MonitorState, Task } from '@plumbline/contracts';
import { boolean, index, integer, jsonb, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { app, createdAt, time } from './app.js';

export const models = app.table(
  'models',
  {
    projectId: text('project_id').notNull(),
    name: text('name').notNull(),
    task: text('task').$type<Task>().notNull(),
    state: text('state').$type<'discovered' | 'declared'>().notNull(),
    spec: jsonb('spec').$type<Partial<ModelBody>>().notNull().default({}),
    /** Set when the first event with an arrival lag under an hour came: arms freshness and volume. */
    liveSince: time('live_since'),
    /** Set once the model has got its starter monitors; those that a person deletes do not come back. */
    seeded: boolean('seeded').notNull().default(false),
    createdAt: createdAt(),
    updatedAt: time('updated_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.name] })],
);

export const references = app.table(
  'references',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    model: text('model').notNull(),
    name: text('name').notNull(),
    revision: integer('revision').notNull(),
    version: text('version'),
    rows: integer('rows').notNull(),
    labelled: integer('labelled').notNull(),
    profiles: jsonb('profiles').$type<Record<string, FeatureProfile>>().notNull(),
    /** Metrics of the labelled rows with their intervals. */
    estimates: jsonb('estimates')
      .$type<Record<string, { value: number | null; low: number | null; high: number | null }>>()
      .notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('references_by_name').on(t.projectId, t.model, t.name, t.revision)],
);

/** What was learned of a reference to estimate metrics without labels; apart from `references`, because it is large and rarely read. */
export const estimators = app.table('estimators', {
  reference: text('reference')
    .primaryKey()
    .references(() => references.id, { onDelete: 'cascade' }),
  /** Null: there is nothing to learn from, it has no labels or no scores. */
  estimator: jsonb('estimator').$type<object>(),
  createdAt: createdAt(),
});

export const annotations = app.table(
  'annotations',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    model: text('model').notNull(),
    ts: time('ts').notNull(),
    text: text('text').notNull(),
    kind: text('kind').$type<'deploy' | 'data' | 'note'>().notNull(),
  },
  (t) => [index('annotations_by_model').on(t.projectId, t.model, t.ts)],
);

export const monitors = app.table(
  'monitors',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    model: text('model').notNull(),
    name: text('name').notNull(),
    origin: text('origin').$type<'default' | 'user'>().notNull(),
    body: jsonb('body').$type<MonitorBody>().notNull(),
    enabled: boolean('enabled').notNull().default(true),
    state: text('state').$type<MonitorState>().notNull().default('unknown'),
    stateDetail: text('state_detail'),
    /** Consecutive bad evaluations of different windows, for `for`. */
    badCount: integer('bad_count').notNull().default(0),
    /** The same of good ones while it fires, for `resolve_for`. */
    okCount: integer('ok_count').notNull().default(0),
    /** Since when it cannot be evaluated, and whether an incident says so. */
    failingSince: time('failing_since'),
    failingTold: boolean('failing_told').notNull().default(false),
    /** The threshold that was found for an `auto` condition. */
    calibrated: jsonb('calibrated').$type<Calibration>(),
    /** While it fires: what turned bad since, with the number of bad windows in a row, until an incident has it. */
    news: jsonb('news').$type<Record<string, { count: number; end: number }>>().notNull().default({}),
    since: time('since'),
    evaluatedAt: time('evaluated_at'),
    evaluatedTo: time('evaluated_to'),
    dueAt: time('due_at').notNull().defaultNow(),
    createdAt: createdAt(),
    updatedAt: time('updated_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('monitors_by_name').on(t.projectId, t.model, t.name),
    index('monitors_due').on(t.enabled, t.dueAt),
  ],
);
