import { z } from 'zod';
import { modelName, orderedRange, page, rangeFields } from './common.js';
import { rowSeed } from './exports.js';
import { eventRow, interval } from './questions.js';

export const REVIEW_SIZE_MAX = 1000;
export const reviewSample = z.enum(['random', 'uncertain', 'disagreeing', 'diverse']).meta({
  description:
    'random; nearest to the decision; where the scores let one expect an error, or the label contradicts them; as unlike each other as can be',
});
export type ReviewSample = z.infer<typeof reviewSample>;

export const reviewQuestion = z
  .object({
    ...rangeFields,
    name: z.string().trim().min(1).max(200).optional(),
    sample: reviewSample.default('random'),
    size: z.number().int().min(1).max(REVIEW_SIZE_MAX).default(50),
    seed: rowSeed.default(0).meta({ description: 'the same seed draws the same rows' }),
  })
  .superRefine(orderedRange)
  .meta({ id: 'ReviewQuestion' });
export type ReviewQuestion = z.infer<typeof reviewQuestion>;

const n = z.number().nullable();
/** What the model had said of a row. */
export const reviewAnswer = z.object({ class: z.string().nullable(), score: n, value: n });
export type ReviewAnswer = z.infer<typeof reviewAnswer>;

export const reviewState = z.enum(['open', 'closed']);
export const reviewItemState = z.enum(['pending', 'labelled', 'skipped', 'rejected']).meta({
  description: 'rejected: labelled, but the label could not become an outcome; undo it and label the row again',
});
const counts = {
  pending: z.number(),
  labelled: z.number(),
  skipped: z.number(),
  rejected: z.number().meta({ description: 'labels that could not become outcomes; their rows say why' }),
};
export const reviewSummary = z
  .object({
    id: z.string(),
    model: modelName,
    name: z.string(),
    state: reviewState,
    from: z.string(),
    to: z.string(),
    filters: rangeFields.filters,
    version: z.string().nullable(),
    sample: reviewSample,
    seed: z.number(),
    known_at: z.string(),
    rows: z.number().meta({ description: 'of the slice that the sample was drawn from' }),
    size: z.number(),
    ...counts,
    reviewers: z.array(z.string()),
    created_at: z.string(),
    created_by: z.string(),
    closed_at: z.string().nullable(),
    closed_by: z.string().nullable(),
  })
  .meta({ id: 'Review' });
export type ReviewSummary = z.infer<typeof reviewSummary>;

/** What the labels of the experts say of the model, and of the labels that rows had before. */
export const reviewResult = z
  .object({
    labelled: z.number(),
    accuracy: interval.nullable().meta({ description: 'of the answers on the labelled rows; null for values' }),
    mae: interval.nullable().meta({ description: 'mean absolute error on the labelled rows; null for classes' }),
    representative: z
      .boolean()
      .meta({ description: 'a random sample: what it says holds for the slice. Others look for trouble on purpose' }),
    relabelled: z.number().meta({ description: 'labelled rows that had a label before' }),
    agree: z.number().meta({ description: 'of those, with the label that they had' }),
    confusion: z.array(z.object({ answer: z.string().nullable(), label: z.string(), count: z.number() })),
  })
  .meta({ id: 'ReviewResult' });
export type ReviewResult = z.infer<typeof reviewResult>;
export const reviewView = reviewSummary
  .extend({ classes: z.array(z.string()).meta({ description: 'labels to choose from' }), result: reviewResult })
  .meta({ id: 'ReviewView' });
export type ReviewView = z.infer<typeof reviewView>;

export const reviewItem = z
  .object({
    n: z.number().int(),
    prediction_id: z.string(),
    version: z.string(),
    ts: z.string(),
    state: reviewItemState,
    answer: reviewAnswer,
    label_before: z.string().nullable(),
    label: z.string().nullable(),
    reason: z.string().nullable().meta({ description: 'why the label was rejected' }),
    note: z.string().nullable(),
    reviewer: z.string().nullable(),
    decided_at: z.string().nullable(),
    claimed_by: z.string().nullable().meta({ description: 'who has it before them' }),
    claimed_until: z.string().nullable(),
    row: eventRow.nullable().meta({ description: 'as it is stored now; null if it was deleted since' }),
  })
  .meta({ id: 'ReviewItem' });
export type ReviewItem = z.infer<typeof reviewItem>;

export const reviewsQuery = page.extend({ model: modelName.optional(), state: reviewState.optional() });
export const reviewItemsQuery = page.extend({
  state: reviewItemState.optional(),
  rows: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true'),
});
/** Two windows of one person may have keys in common; `claimant` tells them apart. */
const claimant = z.string().min(1).max(64).optional();
export const claimBody = z
  .object({ size: z.number().int().min(1).max(20).default(1), claimant })
  .meta({ id: 'ReviewClaim' });
export const claimAnswer = z
  .object({
    items: z.array(reviewItem).meta({ description: 'pending ones that are yours for five minutes, oldest first' }),
    review: reviewView,
  })
  .meta({ id: 'ReviewClaimed' });
export const reviewLabelBody = z
  .object({
    label: z.union([z.string().min(1).max(1000), z.number(), z.boolean()]).transform(String),
    note: z.string().trim().max(2000).optional(),
    claimant,
  })
  .meta({ id: 'ReviewLabel' });
export const reviewActBody = z.object({ note: z.string().trim().max(2000).optional(), claimant }).meta({
  id: 'ReviewAct',
});
