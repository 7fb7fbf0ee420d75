import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { withinMs } from '@plumbline/control';
import type { FastifyReply } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { CONTEXT, type Context } from './context.js';

/** Metrics of this process; every role adds its own. */
export const registry = new Registry();
collectDefaultMetrics({ register: registry, prefix: 'plumbline_' });

const PING_MS = 3_000;

@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get('healthz')
  healthz() {
    return { status: 'ok' };
  }

  @Get('readyz')
  async readyz(@Res() reply: FastifyReply) {
    const [clickhouse, postgres] = await Promise.all([
      state(this.context.store.ping()),
      state(this.context.control.ping()),
    ]);
    const ready = clickhouse === 'ok' && postgres === 'ok';
    void reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', clickhouse, postgres });
  }

  @Get('metrics')
  @Header('content-type', registry.contentType)
  metrics() {
    return registry.metrics();
  }
}

const state = (ping: Promise<void>): Promise<'ok' | 'unavailable'> =>
  withinMs(ping, PING_MS).then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
