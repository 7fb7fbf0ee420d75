import { ConfigError, loadConfig } from '@plumbline/config';
import type { Command } from 'commander';
import { Failure } from '../failure.js';
import { type ConnectionOptions, type Environment, keyOf, urlOf, withConnection } from '../server/connection.js';
import { checkNode, type Finding, line } from './checks.js';
import { engine, folder, memory } from './machine.js';
import { server } from './server.js';

type Options = ConnectionOptions & { dataDir?: string; json?: boolean };

/** `plumbline doctor`. */
export function doctorCommand(program: Command, env: Environment): void {
  withConnection(program.command('doctor').description('check this machine, the data folder, the server and the key'))
    .option('--data-dir <dir>', 'folder of the embedded stores (default .plumbline)')
    .option('--json', 'one line of JSON')
    .action(async (o: Options) => {
      const findings: Finding[] = [];
      const report = (...found: Finding[]) => {
        findings.push(...found);
        if (!o.json) for (const finding of found) process.stdout.write(`${line(finding)}\n`);
      };
      await examine(o, env, report);
      if (o.json) process.stdout.write(`${JSON.stringify(findings)}\n`);
      const failed = findings.filter(({ state }) => state === 'fail').length;
      if (failed > 0) throw new Failure(`${failed} of ${findings.length} checks failed; each says what to do.`);
    });
}

/** Everything that can keep Plumbline from working, each told as soon as it is known. */
async function examine(o: Options, env: Environment, report: (...found: Finding[]) => void): Promise<void> {
  const url = urlOf(o, env);
  report(checkNode(process.version));
  try {
    const config = loadConfig({ ...env }, { PLUMBLINE_DATA_DIR: o.dataDir });
    report({ state: 'ok', name: 'configuration', text: 'the environment is usable' });
    report(await engine(config.CLICKHOUSE_URL), memory(), ...(await folder(config.PLUMBLINE_DATA_DIR)));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report({ state: 'fail', name: 'configuration', text: error.message, advice: 'see docs/configuration.md' });
    report(await engine(env.CLICKHOUSE_URL), memory());
  }
  report(...(await server(url, keyOf(o, env), o.url !== undefined || Boolean(env.PLUMBLINE_URL))));
}
