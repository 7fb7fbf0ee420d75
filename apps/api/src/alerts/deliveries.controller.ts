import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { record } from '@plumbline/access';
import { listDeliveries, resend } from '@plumbline/alerts';
import { deliveriesQuery, deliveryListed, notFound, type Principal, page, pageOf } from '@plumbline/contracts';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import type { z } from 'zod';

const listQuery = page.extend(deliveriesQuery.shape);

@ApiTags('Channels')
@ApiSecurity('key')
@Controller('v1/deliveries')
export class DeliveriesController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get()
  @Needs('read')
  @ApiOperation({ summary: 'List notifications of all incidents, newest first; state=failed are the dead letters' })
  @ApiResponse({ status: 200, standardSchema: pageOf(deliveryListed) })
  list(@Query({ schema: listQuery }) q: z.infer<typeof listQuery>, @Who() who: Principal) {
    return listDeliveries(this.context.control.db, who.projectId, q);
  }

  @Post(':id/resend')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({ summary: 'Send a failed notification again' })
  async resend(@Param('id') id: string, @Who() who: Principal) {
    const { db } = this.context.control;
    if (!(await resend(db, who.projectId, id, Date.now()))) throw notFound('failed delivery', id);
    await record(db, who, 'delivery.resend', id);
    await this.context.queue.ask('deliver', {});
    return { state: 'pending' };
  }
}
