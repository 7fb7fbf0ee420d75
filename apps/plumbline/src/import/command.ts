import { type Command, InvalidArgumentError } from 'commander';
import { Failure } from '../failure.js';
import { type ConnectionOptions, connectionOf, type Environment, withConnection } from '../server/connection.js';
import { importEvents, type Surroundings } from './events.js';
import { type CommonOptions, columnsOf, withInput } from './options.js';
import { importReference } from './reference.js';
import type { Kind } from './rows.js';
import { tell } from './summary.js';

type EventsOptions = CommonOptions & ConnectionOptions & { parallel: number; restart?: boolean; rejects?: string };
type ReferenceOptions = CommonOptions & ConnectionOptions & { name: string; modelVersion?: string };

const count = (n: number) => n.toLocaleString('en-US');

/** `plumbline import predictions|outcomes|reference FILE`. */
export function importCommand(program: Command, env: Environment): void {
  const parent = program.command('import').description('send files to a running Plumbline');
  for (const kind of ['predictions', 'outcomes'] as const)
    withConnection(
      withInput(parent.command(kind).description(`send ${kind}; an interrupted import goes on where it stopped`)),
    )
      .option('--rejects <file>', 'keep rejected rows with their reasons in this file (NDJSON)')
      .option('--restart', 'begin anew although an earlier run was interrupted')
      .option('--parallel <n>', 'requests at once; 1 keeps the order of rows', parallel, 3)
      .action((file: string, o: EventsOptions) => sendEvents(kind, file, o, env));
  withConnection(
    withInput(parent.command('reference').description('upload the data to compare with, such as training data')),
  )
    .option('--name <name>', 'name of the reference; the same name again is a new revision', 'training')
    .option('--model-version <version>', 'the version of the model that it belongs to')
    .action((file: string, o: ReferenceOptions) => sendReference(file, o, env));
}

function parallel(raw: string): number {
  const n = Number(raw);
  if (!Number.isInteger(n) || n < 1 || n > 32) throw new InvalidArgumentError('Use a number from 1 to 32.');
  return n;
}

async function sendEvents(kind: Kind, file: string, o: EventsOptions, env: Environment): Promise<void> {
  const asked = {
    file,
    kind,
    model: o.model,
    columns: columnsOf(o),
    format: o.format,
    parallel: o.parallel,
    giveUpMs: o.giveUpAfter,
    restart: o.restart ?? false,
    rejects: o.rejects,
    progress: o.progress,
  };
  const { summary, name } = await untilInterrupted(env, (around) => importEvents(asked, connectionOf(o, env), around));
  if (o.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else if (summary.complete || summary.rows > 0) process.stdout.write(`${tell(name, summary)}\n`);
  if (summary.error) throw new Failure(summary.error);
  if (summary.rejected > 0)
    throw new Failure(
      `${count(summary.rejected)} of ${count(summary.rows)} rows were rejected${o.rejects ? `; they are in ${o.rejects}` : '; --rejects FILE keeps them'}.`,
    );
}

async function sendReference(file: string, o: ReferenceOptions, env: Environment): Promise<void> {
  const asked = {
    file,
    model: o.model,
    name: o.name,
    version: o.modelVersion,
    columns: columnsOf(o),
    format: o.format,
    giveUpMs: o.giveUpAfter,
    progress: o.progress,
  };
  const s = await untilInterrupted(env, (around) => importReference(asked, connectionOf(o, env), around));
  process.stdout.write(
    o.json
      ? `${JSON.stringify(s)}\n`
      : `Reference '${s.name}' of ${o.model}, revision ${s.revision}: ${count(s.rows)} rows, ${count(s.labelled)} with a label, ${s.features.length} fields; ${s.seconds.toFixed(1)} s, ${count(s.rows_per_second)} rows/s\n`,
  );
}

/** Ctrl-C ends the work in order once, and at once the second time. */
async function untilInterrupted<T>(env: Environment, work: (around: Surroundings) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    return await work({ env, stdin: process.stdin, stderr: process.stderr, stop: stop.signal });
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
