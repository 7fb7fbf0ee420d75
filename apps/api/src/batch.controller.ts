import { PassThrough, type Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { batchBody, batchLine } from '@plumbline/contracts';
import { atOneMoment } from '@plumbline/rows';
import { Needs } from '@plumbline/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import pLimit from 'p-limit';
import type { z } from 'zod';

/** Who asks and from where: each request is let in, or not, by itself. */
const HANDED_ON = ['authorization', 'cookie', 'host', 'origin', 'x-forwarded-host', 'sec-fetch-site'] as const;
/** Questions of one batch that are answered at a time, in the order in which they are asked: what is seen first does not wait for the rest. */
const TOGETHER = 2;
const GZIP = { level: 4, flush: constants.Z_SYNC_FLUSH };

/** What a page asks when it opens, in one request: the answers come line by line as each is known. */
@ApiTags('Live')
@ApiSecurity('key')
@Controller('v1/batch')
export class BatchController {
  constructor(@Inject(HttpAdapterHost) private readonly adapter: HttpAdapterHost) {}

  @Post()
  @HttpCode(200)
  @Needs('read')
  @ApiOperation({ summary: 'Several questions in one request; one line of NDJSON for each answer, as it is known' })
  @ApiBody({ standardSchema: batchBody } as never)
  @ApiResponse({ status: 200, standardSchema: batchLine })
  batch(
    @Body({ schema: batchBody }) { requests }: z.infer<typeof batchBody>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const fastify = this.adapter.httpAdapter.getInstance() as FastifyInstance;
    const given = HANDED_ON.flatMap((name) => (request.headers[name] ? [[name, String(request.headers[name])]] : []));
    const lines = new PassThrough();
    const gone = new AbortController();
    // Closed before its end: whoever asked has gone, and what was not begun need not be.
    reply.raw.once('close', () => gone.abort());
    const answer = async ([index, { method, path, body }]: [number, (typeof requests)[number]]) => {
      const { statusCode, payload } = await fastify
        .inject({
          method,
          url: path,
          headers: { ...Object.fromEntries(given), 'content-type': 'application/json' },
          ...(method === 'POST' ? { payload: JSON.stringify(body ?? {}) } : {}),
          signal: gone.signal,
        })
        .catch(() => ({ statusCode: 503, payload: 'null' }));
      lines.write(`{"index":${index},"status":${statusCode},"body":${payload || 'null'}}\n`);
    };
    const inTurn = pLimit(TOGETHER);
    const answers = () =>
      [...requests.entries()].map((one) => (one[1].method === 'POST' ? inTurn(answer, one) : answer(one)));
    void atOneMoment(() => Promise.all(answers())).then(() => lines.end());
    const packed = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    if (packed) reply.header('content-encoding', 'gzip');
    const out: Readable = packed ? lines.pipe(createGzip(GZIP)) : lines;
    return reply.header('content-type', 'application/x-ndjson; charset=utf-8').send(out);
  }
}
