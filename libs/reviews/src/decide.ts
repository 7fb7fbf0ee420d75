import { notFound, PlumblineError } from '@plumbline/contracts';
import {
  and,
  asc,
  eq,
  inArray,
  isNull,
  lt,
  newId,
  or,
  reviewItems,
  reviewLabels,
  reviews,
  type Tx,
} from '@plumbline/control';
import type { ItemRow, ReviewRow } from './create.js';

export type LabelRow = typeof reviewLabels.$inferSelect;
/** Who reviews: `id` tells windows and people apart, `name` is shown. */
export type Reviewer = { id: string; name: string };

const CLAIM_MS = 5 * 60_000;
/** A label is on its way after this time: until then undoing it leaves no trace. */
export const GRACE_MS = 3_000;

/** Both in one column, so that a claim is one word; ids have no line ends. */
const claimOf = ({ id, name }: Reviewer): string => `${id.replaceAll('\n', ' ')}\n${name}`;
const isMine = (item: ItemRow, who: Reviewer) => item.claimedBy?.split('\n')[0] === who.id.replaceAll('\n', ' ');

function assertOpen(review: ReviewRow): void {
  if (review.state === 'closed') throw new PlumblineError('conflict', 'The review is closed: its labels stand.');
}

/** The next pending items that nobody else has before them, first those that are this reviewer's already; theirs for five minutes. Run it in a transaction. */
export async function claimItems(
  tx: Tx,
  review: ReviewRow,
  who: Reviewer,
  size: number,
  nowMs: number,
): Promise<ItemRow[]> {
  if (review.state === 'closed') return [];
  const now = new Date(nowMs);
  const pending = and(eq(reviewItems.reviewId, review.id), eq(reviewItems.state, 'pending'));
  const mine = await tx
    .select()
    .from(reviewItems)
    .where(and(pending, eq(reviewItems.claimedBy, claimOf(who))))
    .orderBy(asc(reviewItems.n))
    .limit(size)
    .for('update', { skipLocked: true });
  const free = await tx
    .select()
    .from(reviewItems)
    .where(and(pending, or(isNull(reviewItems.claimedUntil), lt(reviewItems.claimedUntil, now))))
    .orderBy(asc(reviewItems.n))
    .limit(size)
    .for('update', { skipLocked: true });
  const all = new Map([...mine, ...free].map((i) => [i.n, i]));
  const chosen = [...all.keys()].sort((a, b) => a - b).slice(0, size);
  if (chosen.length === 0) return [];
  const rows = await tx
    .update(reviewItems)
    .set({ claimedBy: claimOf(who), claimedUntil: new Date(nowMs + CLAIM_MS) })
    .where(and(eq(reviewItems.reviewId, review.id), inArray(reviewItems.n, chosen)))
    .returning();
  return rows.sort((a, b) => a.n - b.n);
}

/** An item to decide on, locked. Errors: `conflict` if somebody else has it, or it is decided. */
async function pendingItem(tx: Tx, review: ReviewRow, n: number, who: Reviewer, nowMs: number): Promise<ItemRow> {
  assertOpen(review);
  const item = await lockedItem(tx, review, n);
  if (item.state === 'rejected')
    throw new PlumblineError('conflict', `The label that ${item.reviewer} gave row ${n} was rejected. Undo it first.`);
  if (item.state !== 'pending')
    throw new PlumblineError('conflict', `Row ${n} is ${item.state} by ${item.reviewer}. Undo that first.`);
  if (item.claimedUntil && item.claimedUntil.getTime() > nowMs && !isMine(item, who))
    throw new PlumblineError('conflict', `${item.claimedBy!.split('\n')[1]} has row ${n} before them. Take the next.`);
  return item;
}

async function lockedItem(tx: Tx, review: ReviewRow, n: number): Promise<ItemRow> {
  const [item] = await tx
    .select()
    .from(reviewItems)
    .where(and(eq(reviewItems.reviewId, review.id), eq(reviewItems.n, n)))
    .for('update');
  if (!item) throw notFound('row of the review', String(n));
  return item;
}

const decided = { claimedBy: null, claimedUntil: null };

export async function labelItem(
  tx: Tx,
  review: ReviewRow,
  n: number,
  who: Reviewer,
  { label, note }: { label: string; note?: string },
  nowMs: number,
): Promise<ItemRow> {
  const item = await pendingItem(tx, review, n, who, nowMs);
  await tx.insert(reviewLabels).values({
    id: newId(),
    projectId: review.projectId,
    model: review.model,
    reviewId: review.id,
    n,
    predictionId: item.predictionId,
    predictionTs: item.ts,
    label,
    ts: new Date(nowMs),
    state: 'waiting',
    dueAt: new Date(nowMs + GRACE_MS),
  });
  return update(tx, review, n, {
    ...decided,
    state: 'labelled',
    label,
    note: note || null,
    reviewer: who.name,
    decidedAt: new Date(nowMs),
  });
}

export async function skipItem(
  tx: Tx,
  review: ReviewRow,
  n: number,
  who: Reviewer,
  note: string | undefined,
  nowMs: number,
): Promise<ItemRow> {
  await pendingItem(tx, review, n, who, nowMs);
  return update(tx, review, n, {
    ...decided,
    state: 'skipped',
    note: note || null,
    reviewer: who.name,
    decidedAt: new Date(nowMs),
  });
}

/** Takes a decision back; the row is `who`'s again, or with null anybody's. A label that is among the outcomes already is taken out again. */
export async function undoItem(
  tx: Tx,
  review: ReviewRow,
  n: number,
  who: Reviewer | null,
  nowMs: number,
): Promise<ItemRow> {
  assertOpen(review);
  const item = await lockedItem(tx, review, n);
  if (item.state === 'pending')
    throw new PlumblineError('conflict', `Row ${n} is not decided: there is nothing to undo.`);
  const its = and(eq(reviewLabels.reviewId, review.id), eq(reviewLabels.n, n));
  await tx.delete(reviewLabels).where(and(its, eq(reviewLabels.state, 'waiting')));
  await tx
    .update(reviewLabels)
    .set({ state: 'withdrawing', dueAt: new Date(nowMs) })
    .where(and(its, inArray(reviewLabels.state, ['sending', 'sent'])));
  return update(tx, review, n, {
    state: 'pending',
    label: null,
    reason: null,
    note: null,
    reviewer: null,
    decidedAt: null,
    claimedBy: who && claimOf(who),
    claimedUntil: who && new Date(nowMs + CLAIM_MS),
  });
}

/** A label that the way in did not take: its row says so and why. One that was undone meanwhile leaves nothing to say. */
export async function rejectLabel(tx: Tx, label: LabelRow, reason: string): Promise<void> {
  // The row of the review first, as undoing does: of two that lock the same in another order one would be broken off.
  const mine = and(eq(reviewItems.reviewId, label.reviewId), eq(reviewItems.n, label.n));
  await tx.select({ n: reviewItems.n }).from(reviewItems).where(mine).for('update');
  const [rejected] = await tx
    .delete(reviewLabels)
    .where(and(eq(reviewLabels.id, label.id), eq(reviewLabels.state, 'sending')))
    .returning();
  if (rejected) await tx.update(reviewItems).set({ state: 'rejected', reason }).where(mine);
}

async function update(tx: Tx, review: ReviewRow, n: number, set: Partial<ItemRow>): Promise<ItemRow> {
  const [row] = await tx
    .update(reviewItems)
    .set(set)
    .where(and(eq(reviewItems.reviewId, review.id), eq(reviewItems.n, n)))
    .returning();
  return row!;
}

/** No more labels: what is left stays pending. Closing twice changes nothing. */
export async function closeReview(tx: Tx, review: ReviewRow, by: string, nowMs: number): Promise<ReviewRow> {
  if (review.state === 'closed') return review;
  const [row] = await tx
    .update(reviews)
    .set({ state: 'closed', closedAt: new Date(nowMs), closedBy: by })
    .where(and(eq(reviews.projectId, review.projectId), eq(reviews.id, review.id)))
    .returning();
  return row!;
}
