import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { record } from '@plumbline/access';
import {
  acknowledge,
  activeMutes,
  addNote,
  createMute,
  deleteMute,
  getIncidentRow,
  incidentView,
  listIncidents,
  listMutes,
  resolve,
} from '@plumbline/alerts';
import {
  actionBody,
  incidentView as incidentSchema,
  incidentSummary,
  incidentsQuery,
  muteBody,
  muteView as muteSchema,
  mutesQuery,
  noteBody,
  type Principal,
  page,
  pageOf,
} from '@plumbline/contracts';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import { z } from 'zod';

const listQuery = page.extend(incidentsQuery.shape);
const mutesListed = page.extend(mutesQuery.shape);
type Act = z.infer<typeof actionBody>;

@ApiTags('Incidents')
@ApiSecurity('key')
@Controller('v1')
export class IncidentsController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get('incidents')
  @Needs('read')
  @ApiOperation({ summary: 'List incidents, newest first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(incidentSummary) })
  list(@Query({ schema: listQuery }) q: z.infer<typeof listQuery>, @Who() who: Principal) {
    return listIncidents(this.context.control.db, who.projectId, q);
  }

  @Get('incidents/:id')
  @Needs('read')
  @ApiOperation({ summary: 'One incident with its evidence, timeline and deliveries' })
  @ApiResponse({ status: 200, standardSchema: incidentSchema })
  async get(@Param('id') id: string, @Who() who: Principal) {
    return this.view(who, id);
  }

  @Post('incidents/:id/acknowledge')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({ summary: 'Take an incident' })
  @ApiResponse({ status: 200, standardSchema: incidentSchema })
  acknowledge(@Param('id') id: string, @Body({ schema: actionBody }) body: Act, @Who() who: Principal) {
    return this.change(who, id, 'incident.acknowledge', (tx, row) =>
      acknowledge(tx, row, who.name, body.text, Date.now()),
    );
  }

  @Post('incidents/:id/resolve')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({ summary: 'Close an incident by hand' })
  @ApiResponse({ status: 200, standardSchema: incidentSchema })
  resolve(@Param('id') id: string, @Body({ schema: actionBody }) body: Act, @Who() who: Principal) {
    return this.change(who, id, 'incident.resolve', (tx, row) => resolve(tx, row, who.name, body.text, Date.now()));
  }

  @Post('incidents/:id/notes')
  @HttpCode(201)
  @Needs('write')
  @ApiOperation({ summary: 'Add a note to the timeline' })
  @ApiBody({ standardSchema: noteBody } as never)
  @ApiResponse({ status: 201, standardSchema: incidentSchema })
  note(@Param('id') id: string, @Body({ schema: noteBody }) body: z.infer<typeof noteBody>, @Who() who: Principal) {
    return this.change(who, id, 'incident.note', (tx, row) => addNote(tx, row, who.name, body.text, Date.now()));
  }

  @Get('mutes')
  @Needs('read')
  @ApiOperation({ summary: 'List mutes, newest first: those in force, or all' })
  @ApiResponse({ status: 200, standardSchema: pageOf(muteSchema) })
  async mutes(@Query({ schema: mutesListed }) q: z.infer<typeof mutesListed>, @Who() who: Principal) {
    const { db } = this.context.control;
    const rows = await listMutes(db, who.projectId, { ...q, limit: q.limit + 1 }, Date.now());
    const items = rows.slice(0, q.limit).map(muteView);
    return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
  }

  @Post('mutes')
  @HttpCode(201)
  @Needs('write')
  @ApiOperation({ summary: 'Silence what matches until a time' })
  @ApiBody({ standardSchema: muteBody } as never)
  @ApiResponse({ status: 201, standardSchema: muteSchema })
  async mute(@Body({ schema: muteBody }) body: z.infer<typeof muteBody>, @Who() who: Principal) {
    const row = await this.context.control.db.transaction(async (tx) => {
      const made = await createMute(tx, who.projectId, who.name, body, Date.now());
      await record(tx, who, 'mute.create', made.id, { matchers: body.matchers, reason: body.reason });
      return made;
    });
    return muteView(row);
  }

  @Delete('mutes/:id')
  @HttpCode(204)
  @Needs('write')
  @ApiOperation({ summary: 'End a mute' })
  async unmute(@Param('id') id: string, @Who() who: Principal) {
    await this.context.control.db.transaction(async (tx) => {
      await deleteMute(tx, who.projectId, id);
      await record(tx, who, 'mute.delete', id);
    });
  }

  private async view(who: Principal, id: string) {
    const { db } = this.context.control;
    return incidentView(db, await getIncidentRow(db, who.projectId, id));
  }

  /** Changes an incident in one transaction with its notifications, then lets them go. */
  private async change(
    who: Principal,
    id: string,
    action: string,
    work: (tx: Parameters<typeof addNote>[0], row: Awaited<ReturnType<typeof getIncidentRow>>) => Promise<void>,
  ) {
    const { control, queue, live } = this.context;
    const model = await control.db.transaction(async (tx) => {
      const row = await getIncidentRow(tx, who.projectId, id);
      await work(tx, row);
      await record(tx, who, action, id);
      return row.model;
    });
    await queue.ask('deliver', {});
    await live.publish({ projectId: who.projectId, type: 'incident', model, id });
    return this.view(who, id);
  }
}

const muteView = (r: Awaited<ReturnType<typeof activeMutes>>[number]) => ({
  id: r.id,
  matchers: r.matchers as Record<string, string>,
  until: r.until.toISOString(),
  reason: r.reason,
  created_at: r.createdAt.toISOString(),
  created_by: r.createdBy,
});
