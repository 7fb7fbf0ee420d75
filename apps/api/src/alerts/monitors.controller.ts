import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { record } from '@plumbline/access';
import { assertChannels, calm } from '@plumbline/alerts';
import {
  evaluationsQuery,
  evaluationView,
  monitorBody,
  monitorView as monitorSchema,
  monitorsHistory,
  monitorsHistoryQuery,
  notFound,
  type Principal,
  page,
  pageOf,
} from '@plumbline/contracts';
import { getModel } from '@plumbline/control';
import {
  assertMonitor,
  createMonitor,
  dailyVerdicts,
  deleteMonitor,
  evaluationViewOf,
  getMonitor,
  listEvaluations,
  listMonitors,
  monitorView,
  updateMonitor,
} from '@plumbline/monitors';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import { createProbes, lookAt } from '@plumbline/worker';
import { z } from 'zod';

const listQuery = page.extend({ model: z.string().max(128).optional() });
const evaluations = page.extend(evaluationsQuery.shape);
/** As many as one page of the list holds. */
const LISTED_MAX = 1000;
type Body_ = z.infer<typeof monitorBody>;

@ApiTags('Monitors')
@ApiSecurity('key')
@Controller('v1/monitors')
export class MonitorsController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get()
  @Needs('read')
  @ApiOperation({ summary: 'List monitors with their state' })
  @ApiResponse({ status: 200, standardSchema: pageOf(monitorSchema) })
  list(@Query({ schema: listQuery }) q: z.infer<typeof listQuery>, @Who() who: Principal) {
    return listMonitors(this.context.control.db, who.projectId, q);
  }

  @Post()
  @HttpCode(201)
  @Needs('write')
  @ApiOperation({ summary: 'Create a monitor' })
  @ApiBody({ standardSchema: monitorBody } as never)
  @ApiResponse({ status: 201, standardSchema: monitorSchema })
  async create(@Body({ schema: monitorBody }) body: Body_, @Who() who: Principal) {
    const { db } = this.context.control;
    assertMonitor(body, await getModel(db, who.projectId, body.model));
    return db.transaction(async (tx) => {
      await assertChannels(tx, who.projectId, body.channels);
      const row = await createMonitor(tx, who.projectId, body);
      await record(tx, who, 'monitor.create', row.id, { name: row.name, model: row.model });
      return monitorView(row);
    });
  }

  @Get('history')
  @Needs('read')
  @ApiOperation({ summary: 'What monitors concluded day by day' })
  @ApiResponse({ status: 200, standardSchema: monitorsHistory })
  async history(
    @Query({ schema: monitorsHistoryQuery }) q: z.infer<typeof monitorsHistoryQuery>,
    @Who() who: Principal,
  ) {
    const { store, control } = this.context;
    const { items } = await listMonitors(control.db, who.projectId, { model: q.model, limit: LISTED_MAX });
    return dailyVerdicts(
      store,
      who.projectId,
      items.map((m) => m.id),
      q.days,
      Date.now(),
    );
  }

  @Get(':id')
  @Needs('read')
  @ApiOperation({ summary: 'One monitor' })
  @ApiResponse({ status: 200, standardSchema: monitorSchema })
  async get(@Param('id') id: string, @Who() who: Principal) {
    return monitorView(await getMonitor(this.context.control.db, who.projectId, id));
  }

  @Put(':id')
  @Needs('write')
  @ApiOperation({ summary: 'Change a monitor' })
  @ApiBody({ standardSchema: monitorBody } as never)
  @ApiResponse({ status: 200, standardSchema: monitorSchema })
  async put(@Param('id') id: string, @Body({ schema: monitorBody }) body: Body_, @Who() who: Principal) {
    const { db } = this.context.control;
    assertMonitor(body, await getModel(db, who.projectId, body.model));
    return db.transaction(async (tx) => {
      const before = await getMonitor(tx, who.projectId, id);
      const added = body.channels.filter((channel) => !before.body.channels.includes(channel));
      await assertChannels(tx, who.projectId, added);
      const row = await updateMonitor(tx, who.projectId, id, body);
      if (row.model !== before.model)
        await calm(tx, who.projectId, id, `${row.name} was made to watch ${row.model} by ${who.name}.`, Date.now());
      else if (!row.enabled)
        await calm(tx, who.projectId, id, `${row.name} was switched off by ${who.name}.`, Date.now());
      await record(tx, who, 'monitor.update', id, { name: row.name, model: row.model, enabled: row.enabled });
      return monitorView(row);
    });
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('write')
  @ApiOperation({ summary: 'Delete a monitor' })
  async remove(@Param('id') id: string, @Who() who: Principal) {
    await this.context.control.db.transaction(async (tx) => {
      await calm(tx, who.projectId, id, `The monitor was deleted by ${who.name}.`, Date.now());
      await deleteMonitor(tx, who.projectId, id);
      await record(tx, who, 'monitor.delete', id);
    });
  }

  @Post(':id/evaluate')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({ summary: 'Evaluate a monitor now' })
  @ApiResponse({ status: 200, standardSchema: evaluationView })
  async evaluate(@Param('id') id: string, @Who() who: Principal) {
    const { store, control } = this.context;
    const row = await getMonitor(control.db, who.projectId, id);
    const [said] = await lookAt(this.context, createProbes(store, control.db), [row], Date.now());
    if (!said) throw notFound('model', row.model);
    return evaluationViewOf(said);
  }

  @Get(':id/evaluations')
  @Needs('read')
  @ApiOperation({ summary: 'What a monitor said, newest window first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(evaluationView) })
  async evaluations(
    @Param('id') id: string,
    @Query({ schema: evaluations }) q: z.infer<typeof evaluations>,
    @Who() who: Principal,
  ) {
    await getMonitor(this.context.control.db, who.projectId, id);
    return listEvaluations(this.context.store, who.projectId, id, q);
  }
}
