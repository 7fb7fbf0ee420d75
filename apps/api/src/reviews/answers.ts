import { PlumblineError, type Principal, type ReviewItem, type ReviewView } from '@plumbline/contracts';
import { getModel, type ModelContext } from '@plumbline/control';
import { checkLabel, limitsOf, Refusal } from '@plumbline/ingestion';
import { type ItemRow, itemView, type Reviewer, type ReviewRow, viewReview } from '@plumbline/reviews';
import { eventsById } from '@plumbline/rows';
import type { Context } from '@plumbline/runtime';
import { classesOf } from '../models/classes.js';

/** Classes shown to choose from, and named where another text was given. */
const SHOWN_MAX = 200;
const NAMED_MAX = 20;

/** A person or key, and which of its windows. */
export const reviewerOf = (who: Principal, claimant = ''): Reviewer => ({
  id: `${who.keyId}/${claimant}`,
  name: who.name,
});

/** A review with the labels to choose from and what was found. */
export async function whole({ store, control: { db } }: Context, review: ReviewRow): Promise<ReviewView> {
  const model = await getModel(db, review.projectId, review.model);
  return viewReview(db, review, model, (await labelsOf(store, model)).slice(0, SHOWN_MAX));
}

/** Labels of a model of two classes that declared none. */
const UNDECLARED = ['0', '1', 'false', 'true'];

/** What a label may be; empty for values, and where no class is known yet. */
async function labelsOf(store: Context['store'], model: ModelContext): Promise<string[]> {
  if (model.task === 'regression') return [];
  const pair = [model.negative ?? '0', model.positive[0]!];
  if (model.task === 'binary' && (model.classes.length === 0 || pair.every((c) => model.classes.includes(c))))
    return pair;
  return classesOf(store, model);
}

/** A label is one of the classes, of a model that predicts values a number; and what the way in would reject later is refused while its reviewer is there. */
export async function assertLabel(
  { config, store, control: { db } }: Context,
  review: ReviewRow,
  label: string,
): Promise<void> {
  const model = await getModel(db, review.projectId, review.model);
  if (model.task === 'regression' && (label.trim() === '' || !Number.isFinite(Number(label))))
    throw new PlumblineError('invalid_request', `${review.model} predicts values: the label is a number.`);
  const classes = await labelsOf(store, model);
  const alike = model.task === 'binary' && model.classes.length === 0 ? UNDECLARED : [];
  if (classes.length > 0 && !classes.includes(label) && !alike.includes(label))
    throw new PlumblineError(
      'invalid_request',
      `'${label.slice(0, 100)}' is no class of ${review.model}. Choose from ${listed(classes)}.`,
    );
  try {
    checkLabel(label, limitsOf(config));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new PlumblineError(
      'invalid_request',
      `${error.message} Give a shorter one, or raise PLUMBLINE_TEXT_MAX on the server.`,
    );
  }
}

const listed = (classes: readonly string[]): string =>
  `${classes.slice(0, NAMED_MAX).join(', ')}${classes.length > NAMED_MAX ? ` and ${classes.length - NAMED_MAX} more` : ''}`;

/** Items with the rows as they are stored now. */
export async function itemsWithRows(
  { store, control: { db } }: Context,
  review: ReviewRow,
  items: readonly ItemRow[],
  rows: boolean,
): Promise<ReviewItem[]> {
  const nowMs = Date.now();
  if (!rows) return items.map((i) => itemView(i, null, nowMs));
  const model = await getModel(db, review.projectId, review.model);
  const asked = items.map((i) => ({ id: i.predictionId, version: i.version, ms: i.ts.getTime() }));
  const found = await eventsById(store, model, asked, nowMs);
  return items.map((i) => itemView(i, found.get(`${i.predictionId}\n${i.version}`) ?? null, nowMs));
}
