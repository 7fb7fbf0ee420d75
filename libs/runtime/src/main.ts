import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConfigError, createLogger, type Logger, loadConfig } from '@plumbline/config';
import { type Context, openContext } from './context.js';
import { createServer, type ServerOptions } from './server.js';

const CLOSING_MS_MAX = 30_000;

/** Runs one role as a process of its own until it is told to end; exit code 2 for a wrong configuration, 1 for anything else. */
export async function runRole(
  name: string,
  options: (context: Context) => ServerOptions | Promise<ServerOptions>,
): Promise<void> {
  let log: Logger = createLogger();
  try {
    const config = loadConfig();
    log = createLogger({ level: config.PLUMBLINE_LOG_LEVEL });
    const context = await openContext(config, log);
    const app = await createServer(context, await options(context));
    goOnAfterRejections(log);
    closeOnSignals(() => closeAll(app, context), log);
    await app.listen(config.PLUMBLINE_PORT, config.PLUMBLINE_HOST);
    log.info({ role: name, url: await app.getUrl() }, `${name} is ready`);
  } catch (error) {
    if (error instanceof ConfigError) log.fatal(error.message);
    else log.fatal({ err: error }, `${name} could not start`);
    process.exitCode = error instanceof ConfigError ? 2 : 1;
    setTimeout(() => process.exit(), 500).unref();
  }
}

/** Ends in order: no new requests, what was taken is written, the stores close last. */
export async function closeAll(app: NestFastifyApplication, context: Context): Promise<void> {
  await app.close();
  await context.close();
}

/** A promise that nobody awaits is a mistake in one place: it is told, and everything else goes on. */
export function goOnAfterRejections(log: Logger): void {
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'an unhandled rejection'));
}

/** Closes on SIGINT and SIGTERM; a second signal ends at once. */
export function closeOnSignals(close: () => Promise<void>, log: Logger): void {
  let closing = false;
  const onSignal = async (signal: string) => {
    if (closing) process.exit(1);
    closing = true;
    log.info({ signal }, 'closing');
    setTimeout(() => {
      log.error(
        `closing took longer than ${CLOSING_MS_MAX / 1000} s; what was under way is done again after the next start`,
      );
      // The embedded engine is at work, and an exit would free what it uses.
      process.kill(process.pid, 'SIGKILL');
    }, CLOSING_MS_MAX).unref();
    try {
      await close();
      process.exit(0);
    } catch (error) {
      log.error({ err: error }, 'closing failed');
      process.exit(1);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void onSignal(signal));
}
