import type { ServerResponse } from 'node:http';
import { type BeforeApplicationShutdown, Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { Principal } from '@plumbline/contracts';
import { CONTEXT, type Context, Needs, principalOf, Who } from '@plumbline/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';

const HEARTBEAT_MS = 12_000;
/** Hints that come in a burst are told once. */
const GATHER_MS = 250;
const STREAMS_MAX = 500;

@ApiTags('Live')
@ApiSecurity('key')
@Controller('v1/stream')
export class StreamController implements BeforeApplicationShutdown {
  private readonly open = new Set<ServerResponse>();
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  /** A page that stays open must not hold up the end; it asks again by itself. */
  beforeApplicationShutdown() {
    for (const raw of this.open) raw.end();
  }

  @Get()
  @Needs('read')
  @ApiOperation({
    summary: 'Server-sent events: `incident`, `window` and `model` say what changed, `session` that the own role did',
  })
  stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Who() who: Principal) {
    if (this.open.size >= STREAMS_MAX) return void reply.status(503).header('retry-after', '30').send();
    reply.hijack();
    const { raw } = reply;
    this.open.add(raw);
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    raw.write('retry: 3000\n\n');
    const waiting = new Map<string, string>();
    const flush = () => {
      for (const line of waiting.values()) raw.write(line);
      waiting.clear();
    };
    let scopes = who.scopes.join();
    const check = async () => {
      const now = await principalOf(this.context, request).catch(() => who); // a store that is away ends no session
      if (now?.projectId !== who.projectId) return void raw.end();
      if (now.scopes.join() !== scopes) raw.write('event: session\ndata: {}\n\n');
      scopes = now.scopes.join();
    };
    const leave = this.context.live.subscribe((event) => {
      if (event.projectId !== who.projectId) return;
      if (event.type === 'access') return void check();
      if (waiting.size === 0) setTimeout(flush, GATHER_MS).unref();
      waiting.set(
        `${event.type}~${event.model}`,
        `event: ${event.type}\ndata: ${JSON.stringify({ model: event.model, id: event.id })}\n\n`,
      );
    });
    const heartbeat = setInterval(() => {
      raw.write(': still here\n\n');
      void check();
    }, HEARTBEAT_MS);
    request.raw.once('close', () => {
      this.open.delete(raw);
      clearInterval(heartbeat);
      leave();
    });
  }
}
