import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import {
  type IngestAnswer,
  ingestAnswer,
  notFound,
  outcomesBody,
  type Principal,
  pageOf,
  predictionsBody,
  quarantined,
  quarantineQuery,
  replayAnswer,
  replayBody,
} from '@plumbline/contracts';
import {
  type BodyHeaders,
  findQuarantined,
  isLines,
  type Kind,
  listQuarantine,
  markReplayed,
  parseText,
  type QuarantinedEvent,
  readBody,
  readEvents,
} from '@plumbline/ingestion';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { INGEST, type OpenIngest } from './open-ingest.js';

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
  @ApiOperation({ summary: 'List rejected events with their reasons', description: 'Newest first; kept for 30 days.' })
  @ApiResponse({ status: 200, standardSchema: pageOf(quarantined) })
  list(@Query({ schema: quarantineQuery }) q: z.infer<typeof quarantineQuery>, @Who() who: Principal) {
    return listQuarantine(this.context.store, { ...q, projectId: who.projectId });
  }

  @Post('quarantine/:id/replay')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({ summary: 'Send a rejected event through ingest again' })
  @ApiResponse({ status: 200, standardSchema: ingestAnswer })
  async replay(@Param('id') id: string, @Who() who: Principal) {
    const found = await findQuarantined(this.context.store, who.projectId, id);
    if (!found) throw notFound('quarantined event', id);
    return this.again(found.kind, [found], who);
  }

  @Post('quarantine/replay')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({
    summary: 'Send rejected events through ingest again',
    description: 'After a fix: those that match and were not taken yet, up to 1000 at a time.',
  })
  @ApiBody({ standardSchema: replayBody } as never)
  @ApiResponse({ status: 200, standardSchema: replayAnswer })
  async replayAll(@Body({ schema: replayBody }) body: z.infer<typeof replayBody>, @Who() who: Principal) {
    const { projectId } = who;
    const { items, next_cursor } = await listQuarantine(this.context.store, { ...body, projectId, replayed: false });
    const answers = await Promise.all(
      (['predictions', 'outcomes'] as const).map((kind) =>
        this.again(
          kind,
          items.filter((i) => i.kind === kind),
          who,
        ),
      ),
    );
    const sum = (count: (answer: IngestAnswer) => number) => answers.reduce((n, answer) => n + count(answer), 0);
    return {
      replayed: items.length,
      accepted: sum((a) => a.accepted),
      duplicates: sum((a) => a.duplicates),
      rejected: sum((a) => a.rejected.length),
      next_cursor,
    };
  }

  private async again(kind: Kind, events: readonly QuarantinedEvent[], who: Principal): Promise<IngestAnswer> {
    const ingest = await this.ingest.get();
    const answer = await ingest.take(kind, who, Readable.from([events.map(({ body }) => parseText(body))]), {
      replay: true,
    });
    const refused = new Set(answer.rejected.map((r) => r.index));
    const taken = events.filter((_, index) => !refused.has(index)).map(({ id }) => id);
    await markReplayed(this.context.store, who.projectId, taken, Date.now());
    return answer;
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
      const events = readEvents(held.counting(body, !isLines(headers)), headers.contentType);
      return await ingest.take(kind, who, events);
    } finally {
      ingest.bodies.end(held);
    }
  }
}
