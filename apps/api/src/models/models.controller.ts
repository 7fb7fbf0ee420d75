import { Readable } from 'node:stream';
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { record } from '@plumbline/access';
import {
  annotationBody,
  annotationView,
  iso,
  modelBody,
  modelHealth,
  modelName,
  modelSummary,
  modelView,
  notFound,
  type Principal,
  page,
  pageOf,
  parseWith,
  referenceQuery,
  referenceView as referenceSchema,
} from '@plumbline/contracts';
import {
  and,
  annotations,
  desc,
  eq,
  findModelRow,
  getModel,
  gt,
  lt,
  type ModelContext,
  modelContext,
  models,
  newId,
  putModel,
  references,
  sql,
} from '@plumbline/control';
import { readBody } from '@plumbline/ingestion';
import { reseedMonitors } from '@plumbline/monitors';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import { definitionOf, markAll } from '@plumbline/windows';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { KeptAnswers } from '../kept.js';
import { readReferenceEvents } from '../references/readRows.js';
import { referenceView, uploadReference } from '../references/upload.js';
import { modelsHealth } from './health.js';
import { overview } from './overview.js';
import { describePrediction } from './prediction.js';
import { removeModel } from './remove.js';
import { viewModel } from './view.js';

/** What a model's windows are measured by: when it changes, all of them are computed again. */
const measures = (model: ModelContext): string => `${model.granularity} ${definitionOf(model)}`;

type PageQuery = z.infer<typeof page>;

@ApiTags('Models')
@ApiSecurity('key')
@Controller('v1')
export class ModelsController {
  constructor(
    @Inject(CONTEXT) private readonly context: Context,
    @Inject(KeptAnswers) private readonly kept: KeptAnswers,
  ) {}

  @Get('overview')
  @Needs('read')
  @ApiOperation({ summary: 'Every model with its health, from computed windows' })
  @ApiResponse({ status: 200, standardSchema: pageOf(modelSummary) })
  overview(@Query({ schema: page }) q: PageQuery, @Who() who: Principal) {
    return overview(this.context.store, this.context.control.db, who.projectId, q);
  }

  @Get('health')
  @Needs('read')
  @ApiOperation({ summary: 'The names of all models and how they are' })
  @ApiResponse({ status: 200, standardSchema: pageOf(modelHealth) })
  health(@Query({ schema: page }) q: PageQuery, @Who() who: Principal) {
    return modelsHealth(this.context.store, this.context.control.db, who.projectId, q);
  }

  @Get('models')
  @Needs('read')
  @ApiOperation({ summary: 'List models' })
  @ApiResponse({ status: 200, standardSchema: pageOf(modelView) })
  async list(@Query({ schema: page }) q: PageQuery, @Who() who: Principal) {
    const rows = await this.context.control.db
      .select()
      .from(models)
      .where(and(eq(models.projectId, who.projectId), q.cursor ? gt(models.name, q.cursor) : undefined))
      .orderBy(models.name)
      .limit(q.limit + 1);
    const items = await Promise.all(rows.slice(0, q.limit).map((row) => viewModel(this.context.store, row)));
    return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.name : null };
  }

  @Get('models/:model')
  @Needs('read')
  @ApiOperation({ summary: 'One model: declaration, versions, schema, labels' })
  @ApiResponse({ status: 200, standardSchema: modelView })
  @Header('content-type', 'application/json; charset=utf-8')
  async get(@Param('model') model: string, @Who() who: Principal) {
    const row = await findModelRow(this.context.control.db, who.projectId, model);
    if (!row) throw notFound('model', model);
    const view = () => viewModel(this.context.store, row);
    return this.kept.json(modelContext(row), ['view', row.state, row.spec], view, 'all');
  }

  @Put('models/:model')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({ summary: 'Declare a model' })
  @ApiBody({ standardSchema: modelBody } as never)
  @ApiResponse({ status: 200, standardSchema: modelView })
  async put(
    @Param('model') model: string,
    @Body({ schema: modelBody }) body: z.infer<typeof modelBody>,
    @Who() who: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const name = parseWith(modelName, model);
    const { store, control } = this.context;
    const { row, created } = await control.db.transaction(async (tx) => {
      const before = await findModelRow(tx, who.projectId, name);
      const put = await putModel(tx, who.projectId, name, body);
      const now = modelContext(put.row);
      if (before && measures(modelContext(before)) !== measures(now)) await markAll(store, tx, now, Date.now());
      if (before && put.row.seeded) await reseedMonitors(tx, modelContext(before), now);
      await record(tx, who, put.created ? 'model.create' : 'model.update', name, { task: body.task });
      return put;
    });
    if (created) void reply.status(201);
    await this.context.live.publish({ projectId: who.projectId, type: 'model', model: name });
    return viewModel(this.context.store, row);
  }

  @Delete('models/:model')
  @HttpCode(204)
  @Needs('admin')
  @ApiOperation({ summary: 'Delete a model with all its events, references, monitors and incidents' })
  async remove(@Param('model') model: string, @Who() who: Principal) {
    const { db } = this.context.control;
    await getModel(db, who.projectId, model);
    await removeModel(this.context, who.projectId, model);
    await record(db, who, 'model.delete', model);
    await this.context.live.publish({ projectId: who.projectId, type: 'model', model, deleted: true });
  }

  @Get('models/:model/predictions/:id')
  @Needs('read')
  @ApiOperation({ summary: 'Everything known about one prediction id: all versions, outcomes, times' })
  async prediction(@Param('model') name: string, @Param('id') id: string, @Who() who: Principal) {
    const model = await getModel(this.context.control.db, who.projectId, name);
    return describePrediction(this.context.store, model, id);
  }

  @Post('models/:model/references')
  @HttpCode(201)
  @Needs('write')
  @ApiOperation({ summary: 'Upload a reference data set (NDJSON, CSV or Parquet)' })
  @ApiConsumes('application/x-ndjson', 'text/csv', 'application/vnd.apache.parquet')
  @ApiResponse({ status: 201, standardSchema: referenceSchema })
  async upload(
    @Param('model') name: string,
    @Query({ schema: referenceQuery }) q: z.infer<typeof referenceQuery>,
    @Req() request: FastifyRequest,
    @Who() who: Principal,
  ) {
    const { db } = this.context.control;
    const model = await getModel(db, who.projectId, name);
    const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
    const body = readBody(
      request.body instanceof Readable ? request.body : Readable.from([]),
      { contentEncoding },
      this.context.config.PLUMBLINE_REFERENCE_BYTES_MAX,
    );
    const view = await uploadReference(
      this.context.store,
      db,
      this.context.config,
      model,
      { ...q, events: readReferenceEvents(body, contentType) },
      Date.now(),
    );
    await record(db, who, 'reference.create', `${name}/${q.name}`, { rows: view.rows });
    await this.context.queue.ask('look', { projectId: who.projectId, model: name });
    return view;
  }

  @Get('models/:model/references')
  @Needs('read')
  @ApiOperation({ summary: 'List the references of a model, newest first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(referenceSchema) })
  async references(@Param('model') name: string, @Query({ schema: page }) q: PageQuery, @Who() who: Principal) {
    const { db } = this.context.control;
    await getModel(db, who.projectId, name);
    const rows = await db
      .select()
      .from(references)
      .where(
        and(
          eq(references.projectId, who.projectId),
          eq(references.model, name),
          q.cursor ? lt(references.id, q.cursor) : undefined,
        ),
      )
      .orderBy(desc(references.id))
      .limit(q.limit + 1);
    const items = rows.slice(0, q.limit).map(referenceView);
    return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.reference : null };
  }

  @Post('models/:model/annotations')
  @HttpCode(201)
  @Needs('write')
  @ApiOperation({ summary: 'Mark a moment: a deploy, a change of data, a note' })
  @ApiBody({ standardSchema: annotationBody } as never)
  @ApiResponse({ status: 201, standardSchema: annotationView })
  async annotate(
    @Param('model') name: string,
    @Body({ schema: annotationBody }) body: z.infer<typeof annotationBody>,
    @Who() who: Principal,
  ) {
    const { db } = this.context.control;
    await getModel(db, who.projectId, name);
    const row = {
      id: newId(),
      projectId: who.projectId,
      model: name,
      ts: new Date(body.ts),
      text: body.text,
      kind: body.kind,
    };
    await db.insert(annotations).values(row);
    return { id: row.id, ts: iso(body.ts), text: row.text, kind: row.kind };
  }

  @Get('models/:model/annotations')
  @Needs('read')
  @ApiOperation({ summary: 'List annotations, newest first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(annotationView) })
  async annotations(@Param('model') name: string, @Query({ schema: page }) q: PageQuery, @Who() who: Principal) {
    const { db } = this.context.control;
    await getModel(db, who.projectId, name);
    const rows = await db
      .select()
      .from(annotations)
      .where(
        and(
          eq(annotations.projectId, who.projectId),
          eq(annotations.model, name),
          q.cursor
            ? sql`(${annotations.ts}, ${annotations.id}) < (SELECT ts, id FROM app.annotations WHERE id = ${q.cursor})`
            : undefined,
        ),
      )
      .orderBy(desc(annotations.ts), desc(annotations.id))
      .limit(q.limit + 1);
    const items = rows.slice(0, q.limit).map((r) => ({ id: r.id, ts: r.ts.toISOString(), text: r.text, kind: r.kind }));
    return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
  }
}
