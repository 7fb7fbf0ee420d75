import { bootstrapAccess } from '@plumbline/access';
import { ApiModule, serveOpenApi } from '@plumbline/api';
import { type Config, createLogger, type Logger } from '@plumbline/config';
import { apiKeys, asc, eq } from '@plumbline/control';
import { IngestModule } from '@plumbline/ingest';
import {
  type Context,
  closeAll,
  closeOnSignals,
  createServer,
  goOnAfterRejections,
  makeToken,
  openContext,
} from '@plumbline/runtime';
import { WorkerModule } from '@plumbline/worker';
import { mountConsole } from './console.js';

export type Running = {
  context: Context;
  projectId: string;
  url: string;
  /** The first admin key, only when it was made just now. */
  newKey: string | null;
  /** A link that signs in to the console once. */
  loginLink(): Promise<string>;
  close(): Promise<void>;
};

/** Everything in one process: ingest, API and, unless left out, worker and console, on one port. */
export async function serve(
  config: Config,
  options: { console: boolean; worker?: boolean; log?: Logger; beforeClose?: () => Promise<void> },
): Promise<Running> {
  const log = options.log ?? createLogger({ level: config.PLUMBLINE_LOG_LEVEL });
  const context = await openContext(config, log);
  const { projectId, newKey } = await bootstrapAccess(context.control.db, config);
  const modules = [IngestModule, ApiModule, ...(options.worker === false ? [] : [WorkerModule])];
  const app = await createServer(context, { modules, prepare: serveOpenApi });
  const closeConsole = options.console
    ? await mountConsole(app, { host: config.PLUMBLINE_HOST, port: config.PLUMBLINE_PORT })
    : async () => {};
  const close = async () => {
    await options.beforeClose?.();
    await closeConsole();
    await closeAll(app, context);
  };
  goOnAfterRejections(log);
  closeOnSignals(close, log);
  await app.listen(config.PLUMBLINE_PORT, config.PLUMBLINE_HOST);
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  return { context, projectId, url, newKey, loginLink: () => loginLink(context, projectId, url), close };
}

async function loginLink(context: Context, projectId: string, url: string): Promise<string> {
  const rows = await context.control.db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.projectId, projectId))
    .orderBy(asc(apiKeys.id));
  const admin = rows.find((r) => r.scopes.includes('admin') && !r.revokedAt);
  return admin ? `${url}/login?token=${makeToken(context, admin.id)}` : `${url}/login`;
}
