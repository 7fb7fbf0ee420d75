import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { notFound } from '@plumbline/contracts';
import type { FastifyInstance } from 'fastify';

const FOLDER = fileURLToPath(new URL('../../console/', import.meta.url));

/** Serves the console on the same port: whatever is not the API is a page. */
export async function mountConsole(
  app: NestFastifyApplication,
  address: { host: string; port: number },
): Promise<() => Promise<void>> {
  if (!existsSync(`${FOLDER}.next/BUILD_ID`))
    throw new Error('The console is not built. Run npm run build, or start with --no-console.');
  const { default: next } = await import('next');
  // next's types for ESM give the module, not the function.
  const create = next as unknown as (options: object) => {
    prepare(): Promise<void>;
    getRequestHandler(): (req: unknown, res: unknown) => Promise<void>;
    close(): Promise<void>;
  };
  const pages = create({ dev: false, dir: FOLDER, hostname: address.host, port: address.port, quiet: true });
  await pages.prepare();
  const handle = pages.getRequestHandler();
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler: (request, reply) => {
      if (/^\/(v1|api)(\/|$)/.test(request.url)) throw notFound('address', request.url.split('?')[0] ?? '');
      reply.hijack();
      handle(request.raw, reply.raw).catch(() => reply.raw.destroy());
    },
  });
  return () => pages.close();
}
