import type { ReviewAnswer, ReviewQuestion } from '@plumbline/contracts';
import { index, integer, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { app, createdAt, time } from './app.js';

/** A sample of rows for experts to label, frozen when it is made. */
export const reviews = app.table(
  'reviews',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    model: text('model').notNull(),
    name: text('name').notNull(),
    state: text('state').$type<'open' | 'closed'>().notNull(),
    question: jsonb('question').$type<ReviewQuestion & { known_at: number }>().notNull(),
    /** Rows of the slice that the sample was drawn from. */
    rows: integer('rows').notNull(),
    size: integer('size').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    closedAt: time('closed_at'),
    closedBy: text('closed_by'),
  },
  (t) => [index('reviews_by_project').on(t.projectId, t.id)],
);

export const reviewItems = app.table(
  'review_items',
  {
    reviewId: text('review_id')
      .notNull()
      .references(() => reviews.id, { onDelete: 'cascade' }),
    n: integer('n').notNull(),
    projectId: text('project_id').notNull(),
    predictionId: text('prediction_id').notNull(),
    version: text('version').notNull(),
    ts: time('ts').notNull(),
    /** What the model had said, and the label that the row had, when the sample was drawn. */
    answer: jsonb('answer').$type<ReviewAnswer>().notNull(),
    labelBefore: text('label_before'),
    state: text('state').$type<'pending' | 'labelled' | 'skipped' | 'rejected'>().notNull(),
    label: text('label'),
    /** Why the label did not become an outcome. */
    reason: text('reason'),
    note: text('note'),
    reviewer: text('reviewer'),
    decidedAt: time('decided_at'),
    /** Who has it before them, until when. */
    claimedBy: text('claimed_by'),
    claimedUntil: time('claimed_until'),
  },
  (t) => [primaryKey({ columns: [t.reviewId, t.n] }), index('review_items_by_state').on(t.reviewId, t.state, t.n)],
);

/** Labels on their way to the outcomes, and back where one was undone. */
export const reviewLabels = app.table(
  'review_labels',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    model: text('model').notNull(),
    reviewId: text('review_id').notNull(),
    n: integer('n').notNull(),
    predictionId: text('prediction_id').notNull(),
    predictionTs: time('prediction_ts').notNull(),
    label: text('label').notNull(),
    ts: time('ts').notNull(),
    state: text('state').$type<'waiting' | 'sending' | 'sent' | 'withdrawing'>().notNull(),
    dueAt: time('due_at').notNull(),
    /** Hours (epoch ms) that change when it is taken back, written down before anything of it is deleted. */
    hours: jsonb('hours').$type<number[]>().notNull().default([]),
  },
  (t) => [
    index('review_labels_due').on(t.state, t.dueAt),
    index('review_labels_by_item').on(t.reviewId, t.n),
    index('review_labels_by_model').on(t.projectId, t.model),
  ],
);
