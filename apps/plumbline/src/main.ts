import { Command, CommanderError } from 'commander';
import { doctorCommand } from './doctor/command.js';
import { exportCommand } from './export/command.js';
import { importCommand } from './import/command.js';
import { keysCommand } from './keys/command.js';
import { monitorsCommand } from './monitors/command.js';

type ServeOptions = { dataDir?: string; port?: string; host?: string; console: boolean; worker: boolean };

const overrides = (o: Partial<ServeOptions>) => ({
  PLUMBLINE_DATA_DIR: o.dataDir,
  PLUMBLINE_PORT: o.port,
  PLUMBLINE_HOST: o.host,
});

/** Names of errors that mean wrong use. */
const WRONG_USE = ['WrongUse', 'ColumnError', 'ConfigError'];

/** The `plumbline` command. Exit code 0 ok, 1 the work failed, 2 wrong use; an error is one line that says what to do. */
export async function run(argv: string[]): Promise<void> {
  const program = new Command('plumbline')
    .description('Watches machine-learning models in production.')
    .exitOverride()
    .configureOutput({ writeErr: () => {} });

  // What serves is loaded only where it is needed: the other commands start in a moment and stay small.
  program
    .command('serve')
    .description('run ingest, worker, API and console in one process')
    .option('--data-dir <dir>', 'folder of the embedded stores (default .plumbline)')
    .option('--port <n>', 'port to listen on (default 4000)')
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--no-console', 'only the API')
    .option('--no-worker', 'leave joining, windows, monitors and alerts to another process, or to later')
    .action(async (o: ServeOptions) => {
      const [{ loadConfig }, { serve }] = await Promise.all([import('@plumbline/config'), import('./serve.js')]);
      const running = await serve(loadConfig(process.env, overrides(o)), {
        console: o.console,
        worker: o.worker,
      });
      if (running.newKey) process.stdout.write(`The first admin key, shown this once: ${running.newKey}\n`);
      process.stdout.write(`Plumbline is at ${running.url}\n`);
      if (o.console && process.stdout.isTTY)
        process.stdout.write(`Sign in (once, within 15 minutes): ${await running.loginLink()}\n`);
    });

  program
    .command('demo')
    .description('serve, and replay real data through the SDK')
    .option('--data-dir <dir>', 'folder of the embedded stores (default .plumbline/demo; with --once a temporary one)')
    .option('--port <n>', 'port to listen on (default 4000, or a free one if it is taken)')
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--no-console', 'only the API')
    .option('--once', 'check what was found, then end: exit code 0 if every planted and known fault was named')
    .action(async (o: Omit<ServeOptions, 'worker'> & { once?: boolean }) => {
      const { demo } = await import('./demo/demo.js');
      await demo(overrides(o), { once: o.once ?? false, console: o.console });
    });

  program
    .command('migrate')
    .description('bring the stores up to date and end')
    .option('--data-dir <dir>', 'folder of the embedded stores (default .plumbline)')
    .action(async (o: { dataDir?: string }) => {
      const [{ createLogger, loadConfig }, { openContext }] = await Promise.all([
        import('@plumbline/config'),
        import('@plumbline/runtime'),
      ]);
      const config = loadConfig(process.env, overrides(o));
      const context = await openContext(config, createLogger({ level: config.PLUMBLINE_LOG_LEVEL }));
      await context.close();
      process.stdout.write('The stores are up to date.\n');
    });

  importCommand(program, process.env);
  exportCommand(program, process.env);
  keysCommand(program, process.env);
  monitorsCommand(program, process.env);
  doctorCommand(program, process.env);

  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return;
      if (error.code === 'commander.help')
        fail(`say which command; ${['plumbline', ...argv.slice(2)].join(' ')} --help lists them`, 2);
      fail(error.message.replace(/^error: /, ''), 2);
    }
    if (!(error instanceof Error)) fail(String(error), 1);
    fail(error.message, WRONG_USE.includes(error.name) ? 2 : 1);
  }
}

function fail(message: string, code: number): never {
  process.stderr.write(`plumbline: ${message.split('\n')[0]}\n`);
  process.exit(code);
}
