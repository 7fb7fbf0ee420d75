import { Body, Controller, Get, HttpCode, Inject, Param, ParseIntPipe, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { record } from '@plumbline/access';
import {
  claimAnswer,
  claimBody,
  type Principal,
  pageOf,
  reviewActBody,
  reviewItem,
  reviewItemsQuery,
  reviewLabelBody,
  reviewQuestion,
  reviewView as reviewSchema,
  reviewSummary,
  reviewsQuery,
} from '@plumbline/contracts';
import { getModel, type Tx } from '@plumbline/control';
import {
  claimItems,
  closeReview,
  createReview,
  drawSample,
  getReview,
  type ItemRow,
  labelItem,
  listItems,
  listReviews,
  type ReviewRow,
  skipItem,
  undoItem,
} from '@plumbline/reviews';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import type { z } from 'zod';
import { assertLabel, itemsWithRows, reviewerOf, whole } from './answers.js';

type Act = z.infer<typeof reviewActBody>;
/** After the moment in which undoing a label leaves no trace. */
const SEND_MS = 3_100;

@ApiTags('Reviews')
@ApiSecurity('key')
@Controller('v1')
@Needs('read')
export class ReviewsController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post('models/:model/reviews')
  @HttpCode(201)
  @Needs('write')
  @ApiOperation({ summary: 'Draw a sample of rows for experts to label; the rows stay these' })
  @ApiBody({ standardSchema: reviewQuestion } as never)
  @ApiResponse({ status: 201, standardSchema: reviewSchema })
  async create(
    @Param('model') name: string,
    @Body({ schema: reviewQuestion }) asked: z.infer<typeof reviewQuestion>,
    @Who() who: Principal,
  ) {
    const { control, store } = this.context;
    const model = await getModel(control.db, who.projectId, name);
    const question = { ...asked, known_at: Math.min(asked.known_at ?? Date.now(), Date.now()) };
    const sample = await drawSample(store, model, question);
    const review = await control.db.transaction(async (tx) => {
      const { projectId } = who;
      await getModel(tx, projectId, name); // it may have been deleted while the sample was drawn
      const made = await createReview(tx, { projectId, model: name, question, by: who.name, ...sample });
      await record(tx, who, 'review.create', made.id, { model: name, rows: made.size });
      return made;
    });
    return whole(this.context, review);
  }

  @Get('reviews')
  @ApiOperation({ summary: 'List reviews, newest first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(reviewSummary) })
  list(@Query({ schema: reviewsQuery }) q: z.infer<typeof reviewsQuery>, @Who() who: Principal) {
    return listReviews(this.context.control.db, who.projectId, q);
  }

  @Get('reviews/:id')
  @ApiOperation({ summary: 'One review: how far it is, and what its labels say' })
  @ApiResponse({ status: 200, standardSchema: reviewSchema })
  async get(@Param('id') id: string, @Who() who: Principal) {
    return whole(this.context, await getReview(this.context.control.db, who.projectId, id));
  }

  @Get('reviews/:id/items')
  @ApiOperation({ summary: 'The rows of a review with their labels, in their order' })
  @ApiResponse({ status: 200, standardSchema: pageOf(reviewItem) })
  async items(
    @Param('id') id: string,
    @Query({ schema: reviewItemsQuery }) q: z.infer<typeof reviewItemsQuery>,
    @Who() who: Principal,
  ) {
    const { db } = this.context.control;
    const review = await getReview(db, who.projectId, id);
    const { rows, next_cursor } = await listItems(db, review, q);
    return { items: await itemsWithRows(this.context, review, rows, q.rows), next_cursor };
  }

  @Post('reviews/:id/claim')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({ summary: 'Take the next rows that nobody else has before them' })
  @ApiBody({ standardSchema: claimBody } as never)
  @ApiResponse({ status: 200, standardSchema: claimAnswer })
  async claim(
    @Param('id') id: string,
    @Body({ schema: claimBody }) body: z.infer<typeof claimBody>,
    @Who() who: Principal,
  ) {
    const { db } = this.context.control;
    const review = await getReview(db, who.projectId, id);
    const reviewer = reviewerOf(who, body.claimant);
    const rows = await db.transaction((tx) => claimItems(tx, review, reviewer, body.size, Date.now()));
    const [items, view] = await Promise.all([
      itemsWithRows(this.context, review, rows, true),
      whole(this.context, review),
    ]);
    return { items, review: view };
  }

  @Post('reviews/:id/items/:n/label')
  @HttpCode(200)
  @Needs('write')
  @ApiParam({ name: 'n', type: 'integer' })
  @ApiOperation({
    summary: 'Label a row',
    description:
      'Becomes an outcome with the source `review` some seconds later; of several outcomes the latest counts. If it cannot become one, the row is `rejected` and its `reason` says why.',
  })
  @ApiBody({ standardSchema: reviewLabelBody } as never)
  @ApiResponse({ status: 200, standardSchema: reviewItem })
  async label(
    @Param('id') id: string,
    @Param('n', ParseIntPipe) n: number,
    @Body({ schema: reviewLabelBody }) body: z.infer<typeof reviewLabelBody>,
    @Who() who: Principal,
  ) {
    await assertLabel(this.context, await getReview(this.context.control.db, who.projectId, id), body.label);
    return this.decide(who, id, SEND_MS, (tx, review) =>
      labelItem(tx, review, n, reviewerOf(who, body.claimant), body, Date.now()),
    );
  }

  @Post('reviews/:id/items/:n/skip')
  @HttpCode(200)
  @Needs('write')
  @ApiParam({ name: 'n', type: 'integer' })
  @ApiOperation({ summary: 'Leave a row without a label' })
  @ApiBody({ standardSchema: reviewActBody } as never)
  @ApiResponse({ status: 200, standardSchema: reviewItem })
  skip(
    @Param('id') id: string,
    @Param('n', ParseIntPipe) n: number,
    @Body({ schema: reviewActBody }) body: Act,
    @Who() who: Principal,
  ) {
    return this.decide(who, id, null, (tx, review) =>
      skipItem(tx, review, n, reviewerOf(who, body.claimant), body.note, Date.now()),
    );
  }

  @Post('reviews/:id/items/:n/undo')
  @HttpCode(200)
  @Needs('write')
  @ApiParam({ name: 'n', type: 'integer' })
  @ApiOperation({ summary: 'Take a label or a skip back; an outcome that it became is taken out again' })
  @ApiBody({ standardSchema: reviewActBody } as never)
  @ApiResponse({ status: 200, standardSchema: reviewItem })
  undo(
    @Param('id') id: string,
    @Param('n', ParseIntPipe) n: number,
    @Body({ schema: reviewActBody }) body: Act,
    @Who() who: Principal,
  ) {
    return this.decide(who, id, 0, (tx, review) =>
      undoItem(tx, review, n, body.claimant ? reviewerOf(who, body.claimant) : null, Date.now()),
    );
  }

  @Post('reviews/:id/close')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({ summary: 'End a review: its labels stand, what is left stays without' })
  @ApiResponse({ status: 200, standardSchema: reviewSchema })
  async close(@Param('id') id: string, @Who() who: Principal) {
    const { db } = this.context.control;
    const review = await db.transaction(async (tx) => {
      const row = await getReview(tx, who.projectId, id);
      const closed = await closeReview(tx, row, who.name, Date.now());
      if (row.state !== 'closed') await record(tx, who, 'review.close', id, { model: row.model });
      return closed;
    });
    return whole(this.context, review);
  }

  /** One decision in one transaction, then a hint to whoever makes outcomes of labels. */
  private async decide(
    who: Principal,
    id: string,
    askInMs: number | null,
    work: (tx: Tx, review: ReviewRow) => Promise<ItemRow>,
  ) {
    const { control, queue } = this.context;
    const { review, item } = await control.db.transaction(async (tx) => {
      const review = await getReview(tx, who.projectId, id);
      return { review, item: await work(tx, review) };
    });
    if (askInMs !== null) await queue.ask('reviews', { projectId: who.projectId, model: review.model }, askInMs);
    const [view] = await itemsWithRows(this.context, review, [item], false);
    return view;
  }
}
