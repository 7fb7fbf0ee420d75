import 'reflect-metadata';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { PlumblineError } from '@plumbline/contracts';
import type { FastifyInstance } from 'fastify';
import { AuthGuard } from './auth.js';
import { endSilentConnections } from './connections.js';
import { CONTEXT, type Context } from './context.js';
import { HealthController } from './health.js';
import { ProblemFilter, validation } from './problems.js';

@Module({})
class RootModule {
  static with(context: Context, modules: (Type | DynamicModule)[]): DynamicModule {
    return {
      module: RootModule,
      global: true,
      imports: modules,
      controllers: [HealthController],
      providers: [{ provide: CONTEXT, useValue: context }],
      exports: [CONTEXT],
    };
  }
}

export type ServerOptions = {
  modules: (Type | DynamicModule)[];
  prepare?: (app: NestFastifyApplication) => void | Promise<void>;
};

/** One HTTP server with the given roles: problems, validation, login and health are the same for all of them. */
export async function createServer(
  context: Context,
  { modules, prepare }: ServerOptions,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: context.config.PLUMBLINE_REFERENCE_BYTES_MAX,
    requestTimeout: 15 * 60_000,
    keepAliveTimeout: 75_000,
    trustProxy: true,
    // Names and ids have up to 128 characters, each up to nine bytes once it is escaped.
    routerOptions: { maxParamLength: 2048 },
    // The console speaks to /api/…, which is the same API.
    rewriteUrl: (request: { url?: string }) => (request.url ?? '/').replace(/^\/api(?=\/)/, ''),
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  endSilentConnections(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(RootModule.with(context, modules), adapter, {
    logger: ['error', 'warn'],
    bufferLogs: false,
    abortOnError: false,
    // Nest would put its own JSON parser in front of ours and hand on objects where a stream is read.
    bodyParser: false,
  });
  await app.register(cookie as never);
  await app.register(compress as never, COMPRESSED as never);
  readBodies(fastify);
  guardAnswers(fastify);
  app.useGlobalFilters(new ProblemFilter(context.log));
  app.useGlobalGuards(new AuthGuard(app.get(Reflector), context));
  app.useGlobalPipes(validation());
  await prepare?.(app);
  return app;
}

/** Answers are what they say they are, stand in nobody's frame, and are kept by no cache unless they say so. */
function guardAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('x-frame-options', 'DENY');
    const type = String(reply.getHeader('content-type') ?? '');
    if (/json/.test(type) && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}

/** Answers are packed, quickly; streams and downloads see to themselves. */
const COMPRESSED = {
  encodings: ['gzip'],
  threshold: 4096,
  customTypes: /^application\/(problem\+)?json\b/,
  zlibOptions: { level: 4 },
  globalDecompression: false,
};

const JSON_MAX = 4 * 1024 * 1024;
/** Routes that read their body themselves, as a stream. */
const STREAMED = /^\/v1\/(predictions|outcomes)\b|^\/v1\/models\/[^/]+\/references\b/;

/** JSON of questions is parsed here, up to 4 MiB; events and references are handed on as streams. */
function readBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, payload, done) => {
    if (STREAMED.test(request.url)) return done(null, payload);
    const parts: Buffer[] = [];
    let bytes = 0;
    payload.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= JSON_MAX) parts.push(part);
    });
    payload.on('error', (error) => done(error));
    payload.on('end', () => {
      if (bytes > JSON_MAX) return done(new PlumblineError('too_large', `This body is larger than ${JSON_MAX} bytes.`));
      const text = Buffer.concat(parts).toString('utf8');
      if (text.trim() === '') return done(null, {});
      try {
        done(null, JSON.parse(text));
      } catch {
        done(new PlumblineError('invalid_body', 'The body is not valid JSON.'));
      }
    });
  });
}
