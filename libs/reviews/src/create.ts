import type { ReviewQuestion } from '@plumbline/contracts';
import { and, eq, inArray, newId, reviewItems, reviewLabels, reviews, type Tx } from '@plumbline/control';
import type { Drawn } from './sample/draw.js';

export type ReviewRow = typeof reviews.$inferSelect;
export type ItemRow = typeof reviewItems.$inferSelect;

const INSERT_MAX = 500;
const WORD = { random: '', uncertain: 'uncertain ', disagreeing: 'suspicious ', diverse: 'diverse ' };

/** Keeps a sample as a review: its rows are these, whatever comes later. */
export async function createReview(
  tx: Tx,
  made: {
    projectId: string;
    model: string;
    question: ReviewQuestion & { known_at: number };
    by: string;
    rows: number;
    drawn: readonly Drawn[];
  },
): Promise<ReviewRow> {
  const { projectId, model, question, by, rows, drawn } = made;
  const [review] = await tx
    .insert(reviews)
    .values({
      id: newId(),
      projectId,
      model,
      name: question.name ?? `${drawn.length} ${WORD[question.sample]}rows of ${model}`,
      state: 'open',
      question,
      rows,
      size: drawn.length,
      createdBy: by,
    })
    .returning();
  for (let i = 0; i < drawn.length; i += INSERT_MAX)
    await tx.insert(reviewItems).values(
      drawn.slice(i, i + INSERT_MAX).map((d, j) => ({
        reviewId: review!.id,
        n: i + j + 1,
        projectId,
        predictionId: d.predictionId,
        version: d.version,
        ts: new Date(d.ts),
        answer: d.answer,
        labelBefore: d.label,
        state: 'pending' as const,
      })),
    );
  return review!;
}

/** Everything of a model: its reviews, and labels that were on their way. */
export async function deleteReviews(tx: Tx, projectId: string, model: string): Promise<void> {
  const mine = tx
    .select({ id: reviews.id })
    .from(reviews)
    .where(and(eq(reviews.projectId, projectId), eq(reviews.model, model)));
  // The rows of reviews first: whoever is labelling one holds it until the label is there, and then that is found too.
  await tx.delete(reviews).where(inArray(reviews.id, mine));
  await tx.delete(reviewLabels).where(and(eq(reviewLabels.projectId, projectId), eq(reviewLabels.model, model)));
}
