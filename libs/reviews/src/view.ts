import {
  type EventRow,
  iso,
  notFound,
  type Page,
  type ReviewItem,
  type ReviewSummary,
  type ReviewView,
} from '@plumbline/contracts';
import {
  and,
  asc,
  desc,
  eq,
  gt,
  inArray,
  lt,
  type ModelContext,
  reviewItems,
  reviews,
  sql,
  type Tx,
} from '@plumbline/control';
import type { ItemRow, ReviewRow } from './create.js';
import { resultOf } from './result.js';

export async function getReview(tx: Tx, projectId: string, id: string): Promise<ReviewRow> {
  const [row] = await tx
    .select()
    .from(reviews)
    .where(and(eq(reviews.projectId, projectId), eq(reviews.id, id)));
  if (!row) throw notFound('review', id);
  return row;
}

/** Newest first. */
export async function listReviews(
  tx: Tx,
  projectId: string,
  q: { model?: string; state?: 'open' | 'closed'; limit: number; cursor?: string },
): Promise<Page<ReviewSummary>> {
  const rows = await tx
    .select()
    .from(reviews)
    .where(
      and(
        eq(reviews.projectId, projectId),
        q.model ? eq(reviews.model, q.model) : undefined,
        q.state ? eq(reviews.state, q.state) : undefined,
        q.cursor ? lt(reviews.id, q.cursor) : undefined,
      ),
    )
    .orderBy(desc(reviews.id))
    .limit(q.limit + 1);
  const items = await summaries(tx, rows.slice(0, q.limit));
  return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
}

export async function viewReview(tx: Tx, row: ReviewRow, model: ModelContext, classes: string[]): Promise<ReviewView> {
  const [summary] = await summaries(tx, [row]);
  const judged = await tx
    .select({ answer: reviewItems.answer, label: reviewItems.label, labelBefore: reviewItems.labelBefore })
    .from(reviewItems)
    .where(and(eq(reviewItems.reviewId, row.id), eq(reviewItems.state, 'labelled')));
  return {
    ...summary!,
    classes,
    result: resultOf(
      judged.map((j) => ({ ...j, label: j.label! })),
      model,
      row.question.sample,
    ),
  };
}

async function summaries(tx: Tx, rows: readonly ReviewRow[]): Promise<ReviewSummary[]> {
  if (rows.length === 0) return [];
  const counts = await tx
    .select({
      id: reviewItems.reviewId,
      state: reviewItems.state,
      n: sql<number>`count(*)`,
      reviewers: sql<(string | null)[]>`array_agg(distinct ${reviewItems.reviewer})`,
    })
    .from(reviewItems)
    .where(
      inArray(
        reviewItems.reviewId,
        rows.map((r) => r.id),
      ),
    )
    .groupBy(reviewItems.reviewId, reviewItems.state);
  return rows.map((r) => {
    const mine = counts.filter((c) => c.id === r.id);
    const of = (state: ItemRow['state']) => Number(mine.find((c) => c.state === state)?.n ?? 0);
    const reviewers = new Set(mine.flatMap((c) => (c.reviewers ?? []).filter((name) => name !== null)));
    const { question: q } = r;
    return {
      id: r.id,
      model: r.model,
      name: r.name,
      state: r.state,
      from: iso(q.from),
      to: iso(q.to),
      filters: q.filters,
      version: q.version ?? null,
      sample: q.sample,
      seed: q.seed,
      known_at: iso(q.known_at),
      rows: r.rows,
      size: r.size,
      pending: of('pending'),
      labelled: of('labelled'),
      skipped: of('skipped'),
      rejected: of('rejected'),
      reviewers: [...reviewers].sort(),
      created_at: r.createdAt.toISOString(),
      created_by: r.createdBy,
      closed_at: r.closedAt?.toISOString() ?? null,
      closed_by: r.closedBy,
    };
  });
}

/** Items in their order. */
export async function listItems(
  tx: Tx,
  review: ReviewRow,
  q: { state?: ItemRow['state']; limit: number; cursor?: string },
): Promise<{ rows: ItemRow[]; next_cursor: string | null }> {
  const after = Number(q.cursor ?? 0);
  const rows = await tx
    .select()
    .from(reviewItems)
    .where(
      and(
        eq(reviewItems.reviewId, review.id),
        q.state ? eq(reviewItems.state, q.state) : undefined,
        gt(reviewItems.n, Number.isInteger(after) ? after : 0),
      ),
    )
    .orderBy(asc(reviewItems.n))
    .limit(q.limit + 1);
  const page = rows.slice(0, q.limit);
  return { rows: page, next_cursor: rows.length > q.limit ? String(page.at(-1)!.n) : null };
}

export const itemView = (i: ItemRow, row: EventRow | null, nowMs: number): ReviewItem => {
  const claimed = i.state === 'pending' && i.claimedUntil !== null && i.claimedUntil.getTime() > nowMs;
  return {
    n: i.n,
    prediction_id: i.predictionId,
    version: i.version,
    ts: i.ts.toISOString(),
    state: i.state,
    answer: i.answer,
    label_before: i.labelBefore,
    label: i.label,
    reason: i.reason,
    note: i.note,
    reviewer: i.reviewer,
    decided_at: i.decidedAt?.toISOString() ?? null,
    claimed_by: claimed ? i.claimedBy!.split('\n')[1]! : null,
    claimed_until: claimed ? i.claimedUntil!.toISOString() : null,
    row,
  };
};
