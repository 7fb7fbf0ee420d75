import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { record } from '@plumbline/access';
import {
  assertTarget,
  channelViews,
  createChannel,
  deleteChannel,
  deliver,
  getChannel,
  listChannels,
  openConfig,
  testNotification,
  updateChannel,
} from '@plumbline/alerts';
import {
  channelBody,
  channelChange,
  channelSaved,
  channelView as channelSchema,
  channelTest,
  type Principal,
  page,
  pageOf,
} from '@plumbline/contracts';
import { CONTEXT, type Context, consoleUrl, Needs, Who } from '@plumbline/runtime';
import type { z } from 'zod';

@ApiTags('Channels')
@ApiSecurity('key')
@Controller('v1/channels')
export class ChannelsController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get()
  @Needs('read')
  @ApiOperation({ summary: 'List channels; secrets are not shown' })
  @ApiResponse({ status: 200, standardSchema: pageOf(channelSchema) })
  async list(@Query({ schema: page }) q: z.infer<typeof page>, @Who() who: Principal) {
    const rows = await listChannels(this.context.control.db, who.projectId, q.limit + 1, q.cursor);
    const items = await channelViews(this.context.control.db, rows.slice(0, q.limit), this.context.secrets);
    return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
  }

  @Post()
  @HttpCode(201)
  @Needs('write')
  @ApiOperation({ summary: 'Create a channel: Slack, PagerDuty or webhook' })
  @ApiBody({ standardSchema: channelBody } as never)
  @ApiResponse({ status: 201, standardSchema: channelSaved })
  create(@Body({ schema: channelBody }) body: z.infer<typeof channelBody>, @Who() who: Principal) {
    assertTarget(body.config, this.context.config.PLUMBLINE_ALLOW_PRIVATE_TARGETS);
    return this.context.control.db.transaction(async (tx) => {
      const view = await createChannel(tx, this.context.secrets, who.projectId, body);
      await record(tx, who, 'channel.create', view.id, { kind: body.kind, name: view.name });
      return view;
    });
  }

  @Get(':id')
  @Needs('read')
  @ApiOperation({ summary: 'One channel' })
  @ApiResponse({ status: 200, standardSchema: channelSchema })
  async get(@Param('id') id: string, @Who() who: Principal) {
    const { control, secrets } = this.context;
    const [view] = await channelViews(control.db, [await getChannel(control.db, who.projectId, id)], secrets);
    return view;
  }

  @Put(':id')
  @Needs('write')
  @ApiOperation({ summary: 'Change a channel; secrets that are left out or masked stay as they are' })
  @ApiBody({ standardSchema: channelChange } as never)
  @ApiResponse({ status: 200, standardSchema: channelSaved })
  put(
    @Param('id') id: string,
    @Body({ schema: channelChange }) body: z.infer<typeof channelChange>,
    @Who() who: Principal,
  ) {
    assertTarget(body.config, this.context.config.PLUMBLINE_ALLOW_PRIVATE_TARGETS);
    return this.context.control.db.transaction(async (tx) => {
      const view = await updateChannel(tx, this.context.secrets, who.projectId, id, body);
      await record(tx, who, 'channel.update', id, { kind: body.kind, name: view.name });
      return view;
    });
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('write')
  @ApiOperation({ summary: 'Delete a channel' })
  async remove(@Param('id') id: string, @Who() who: Principal) {
    await this.context.control.db.transaction(async (tx) => {
      await deleteChannel(tx, who.projectId, id);
      await record(tx, who, 'channel.delete', id);
    });
  }

  @Post(':id/test')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({ summary: 'Send a test message and show the answer of the vendor' })
  @ApiResponse({ status: 200, standardSchema: channelTest })
  async test(@Param('id') id: string, @Who() who: Principal) {
    const { control, secrets, config } = this.context;
    const row = await getChannel(control.db, who.projectId, id);
    const notification = testNotification({ channelId: row.id, consoleUrl: consoleUrl(config), nowMs: Date.now() });
    const result = await deliver({ id: row.id, kind: row.kind, config: openConfig(row, secrets) }, notification, {
      nowMs: Date.now,
      allowPrivate: config.PLUMBLINE_ALLOW_PRIVATE_TARGETS,
    });
    return { ok: result.outcome === 'sent', status: result.status, answer: result.answer };
  }
}
