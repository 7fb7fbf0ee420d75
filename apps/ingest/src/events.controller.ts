import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import {
  ingestAnswer,
  instant,
  notFound,
  outcomesBody,
  type Principal,
  page,
  pageOf,
  predictionsBody,
  quarantined,
} from '@plumbline/contracts';
import {
  type BodyHeaders,
  findQuarantined,
  isLines,
  type Kind,
  listQuarantine,
  readBody,
  readEvents,
} from '@plumbline/ingestion';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { INGEST, type OpenIngest } from './open-ingest.js';

const quarantineQuery = page.extend({
  model: z.string().max(128).optional(),
  from: instant.optional(),
  to: instant.optional(),
});

@ApiTags('Events')
@ApiSecurity('key')
@Controller('v1')
export class EventsController {
  constructor(
    @Inject(CONTEXT) private readonly context: Context,
    @Inject(INGEST) private readonly ingest: OpenIngest,
  ) {}

  @Post('predictions')
  @HttpCode(200)
  @Needs('ingest')
  @ApiOperation({
    summary: 'Send predictions',
    description: 'Answers after the accepted events are durable. A retry is harmless.',
  })
  @ApiConsumes('application/json', 'application/x-ndjson')
  @ApiBody({ standardSchema: predictionsBody } as never)
  @ApiResponse({ status: 200, standardSchema: ingestAnswer })
  predictions(@Req() request: FastifyRequest, @Who() who: Principal) {
    return this.take('predictions', request, who);
  }

  @Post('outcomes')
  @HttpCode(200)
  @Needs('ingest')
  @ApiOperation({
    summary: 'Send outcomes',
    description: 'Ground truth for predictions, whenever it comes: before, after, twice, corrected.',
  })
  @ApiConsumes('application/json', 'application/x-ndjson')
  @ApiBody({ standardSchema: outcomesBody } as never)
  @ApiResponse({ status: 200, standardSchema: ingestAnswer })
  outcomes(@Req() request: FastifyRequest, @Who() who: Principal) {
    return this.take('outcomes', request, who);
  }

  @Get('quarantine')
  @Needs('read')
  @ApiOperation({ summary: 'List rejected events with their reasons' })
  @ApiResponse({ status: 200, standardSchema: pageOf(quarantined) })
  list(@Query({ schema: quarantineQuery }) q: z.infer<typeof quarantineQuery>, @Who() who: Principal) {
    return listQuarantine(this.context.store, { projectId: who.projectId, ...q });
  }

  @Post('quarantine/:id/replay')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({ summary: 'Send a rejected event through ingest again' })
  @ApiResponse({ status: 200, standardSchema: ingestAnswer })
  async replay(@Param('id') id: string, @Who() who: Principal) {
    const found = await findQuarantined(this.context.store, who.projectId, id);
    if (!found) throw notFound('quarantined event', id);
    return this.enter(
      found.kind,
      Readable.from([Buffer.from(found.body)]),
      { contentType: 'application/x-ndjson' },
      who,
    );
  }

  private take(kind: Kind, request: FastifyRequest, who: Principal) {
    const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
    const source = request.body instanceof Readable ? request.body : Readable.from([]);
    return this.enter(kind, source, { contentType, contentEncoding }, who);
  }

  private async enter(kind: Kind, source: Readable, headers: BodyHeaders, who: Principal) {
    const ingest = await this.ingest.get();
    const held = ingest.bodies.begin();
    try {
      const body = readBody(source, headers, this.context.config.PLUMBLINE_BODY_BYTES_MAX);
      return await ingest.take(kind, who, readEvents(held.counting(body, !isLines(headers)), headers.contentType));
    } finally {
      ingest.bodies.end(held);
    }
  }
}
