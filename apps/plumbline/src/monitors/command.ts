import { writeFile } from 'node:fs/promises';
import { monitorsFileSchema } from '@plumbline/contracts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { WrongUse } from '../failure.js';
import { type ConnectionOptions, connectionOf, type Environment, withConnection } from '../server/connection.js';
import { type ApplyOptions, applyFiles } from './apply.js';
import { exportFile } from './export.js';
import { Mistakes } from './file.js';
import { durationOption } from './server.js';
import { type TestOptions, testFiles } from './test.js';

const MONTH_MS = 30 * 86_400_000;
const files = (file: string, before: string[] = []) => [...before, file];

/** `plumbline monitors apply|export|test|schema`. */
export function monitorsCommand(program: Command, env: Environment): void {
  const parent = program.command('monitors').description('monitors as files: apply, export and try them on history');
  const command = (name: string, description: string) => withConnection(parent.command(name).description(description));
  const withFiles = (c: Command) =>
    c.requiredOption('-f, --file <file>', 'YAML or JSON; may be given again; - is standard input', files);

  withFiles(command('apply', 'make the monitors of a file those of their models (needs a key with the scope write)'))
    .option('--prune', 'delete the other monitors of the models that the file names')
    .option('-y, --yes', 'apply without asking')
    .option('--dry-run', 'only show the plan')
    .option('--check', 'only show the plan; exit code 1 if there is anything to do')
    .option('--json', 'one line of JSON')
    .action((o: ConnectionOptions & ApplyOptions) => withLines(() => applyFiles(connectionOf(o, env), o)));

  command('export', 'write the monitors as a file that apply takes (needs a key with the scope read)')
    .option('--model <name>', 'only of this model')
    .option('-o, --output <file>', 'where to write (default standard output)')
    .action((o: ConnectionOptions & { model?: string; output?: string }) => exportFile(connectionOf(o, env), o));

  withFiles(
    command(
      'test',
      'try the monitors of a file on history; exit code 1 if one would have rung (needs a key with the scope read)',
    ),
  )
    .option('--last <duration>', 'how far back (default 30d)', durationOption, MONTH_MS)
    .option('--from <time>', 'from when, instead of --last')
    .option('--to <time>', 'until when (default now)')
    .addOption(
      new Option('--labels <when>', 'with the labels that had come then, or with all known now').choices([
        'then',
        'now',
      ]),
    )
    .option('--allow <n>', 'rings of a monitor that are no failure', count, 0)
    .option('--json', 'one line of JSON')
    .action((o: ConnectionOptions & TestOptions) => withLines(() => testFiles(connectionOf(o, env), o, Date.now())));

  parent
    .command('schema')
    .description('write the JSON Schema of such a file, for editors; needs no server')
    .option('-o, --output <file>', 'where to write (default standard output)')
    .action(async (o: { output?: string }) => {
      const text = `${JSON.stringify(monitorsFileSchema(), null, 2)}\n`;
      if (o.output === undefined) process.stdout.write(text);
      else
        await writeFile(o.output, text).catch((error: NodeJS.ErrnoException) => {
          throw new WrongUse(`${o.output} cannot be written (${error.code ?? error.message}).`);
        });
    });
}

function count(raw: string): number {
  const n = Number(raw);
  if (!Number.isInteger(n) || n < 0) throw new InvalidArgumentError(`'${raw}' is not a number such as 0 or 2.`);
  return n;
}

/** Mistakes of a file go to standard error line by line, before the one line that sums them up. */
async function withLines(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Mistakes) process.stderr.write(`${error.lines.join('\n')}\n`);
    throw error;
  }
}
