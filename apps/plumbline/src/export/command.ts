import {
  EXPORT_FORMATS,
  type ExportFormat,
  type Filter,
  iso,
  parseDuration,
  parseInstant,
  ROW_ORDERS,
  type RowOrder,
} from '@plumbline/contracts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Failure, WrongUse } from '../failure.js';
import { type ConnectionOptions, connectionOf, type Environment, withConnection } from '../server/connection.js';
import { parseFilter } from './filter.js';
import { exportRows } from './run.js';

type Options = ConnectionOptions & {
  model: string;
  output: string;
  format?: ExportFormat;
  from: string;
  to?: string;
  filter: Filter[];
  modelVersion?: string;
  columns?: string[];
  order: RowOrder;
  limit?: number;
  seed: number;
  asOf?: string;
  knownAt?: string;
  spreadsheetSafe?: boolean;
  progress: boolean;
  json?: boolean;
};
const count = (n: number) => n.toLocaleString('en-US');
const EXTENSIONS: Record<string, ExportFormat> = {
  parquet: 'parquet',
  csv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
};

/** `plumbline export -o FILE`. */
export function exportCommand(program: Command, env: Environment): void {
  withConnection(program.command('export').description('write rows of a model to a file; a broken download goes on'))
    .requiredOption('--model <name>', 'the model')
    .requiredOption('-o, --output <file>', 'the file; its ending says the format unless --format does')
    .addOption(new Option('--format <format>', 'what to write').choices(EXPORT_FORMATS))
    .option('--from <time>', 'first time: ISO-8601, or a duration back from now such as 7d', '1970-01-01')
    .option('--to <time>', 'time after the last (default now)')
    .option(
      '--filter <condition>',
      "only rows that fit, such as 'tags.country=BR'; may be given several times",
      all,
      [],
    )
    .option('--model-version <version>', 'only this version of the model')
    .option(
      '--columns <names>',
      'only these, separated by commas: features.*, tags.country, label, … (default all)',
      names,
    )
    .addOption(new Option('--order <order>', 'which rows first').choices(ROW_ORDERS).default('ts'))
    .option('--limit <n>', 'only so many rows', whole)
    .option('--seed <n>', 'of the random order', whole, 0)
    .option('--as-of <time>', 'only what had happened by then')
    .option('--known-at <time>', 'only what had arrived by then, to write an earlier export again')
    .option('--spreadsheet-safe', "CSV: text that looks like a formula gets a ' in front")
    .option('--no-progress', 'say nothing until the end')
    .option('--json', 'the manifest as one line of JSON on standard output')
    .action((o: Options) => run(o, env));
}

async function run(o: Options, env: Environment): Promise<void> {
  const format = o.format ?? EXTENSIONS[/\.(\w+)$/.exec(o.output)?.[1]?.toLowerCase() ?? ''];
  if (!format) throw new WrongUse('Which format? Give --format parquet, csv or ndjson, or a file with such an ending.');
  const now = Date.now();
  const question = {
    format,
    from: time('--from', o.from, now),
    // On the hour, so that the same command goes on after it was interrupted.
    to: o.to === undefined ? iso(Math.ceil(now / 3_600_000) * 3_600_000) : time('--to', o.to, now),
    filters: o.filter,
    order: o.order,
    ...(o.modelVersion === undefined ? {} : { version: o.modelVersion }),
    ...(o.columns ? { columns: o.columns } : {}),
    ...(o.limit === undefined ? {} : { limit: o.limit }),
    ...(o.order === 'random' ? { seed: o.seed } : {}),
    ...(o.asOf === undefined ? {} : { as_of: time('--as-of', o.asOf, now) }),
    ...(o.knownAt === undefined ? {} : { known_at: time('--known-at', o.knownAt, now) }),
    ...(o.spreadsheetSafe ? { spreadsheet_safe: true } : {}),
  };
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const started = performance.now();
  try {
    const asked = { model: o.model, question, file: o.output, progress: o.progress, stop: stop.signal };
    const manifest = await exportRows(connectionOf(o, env), asked);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(
      o.json
        ? `${JSON.stringify(manifest)}\n`
        : `${o.output}: ${count(manifest.rows)} rows, ${count(manifest.labelled)} with a label, ${count(manifest.bytes)} bytes; ${seconds} s\nknown at ${manifest.known_at}, sha256 ${manifest.sha256}\n`,
    );
  } catch (error) {
    if (stop.signal.aborted) throw new Failure('Interrupted. The same command goes on from there.');
    throw error;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** Durations are back from the hour that has begun, for the same reason as the end. */
function time(option: string, raw: string, now: number): string {
  const back = parseDuration(raw);
  const ms = back === null ? parseInstant(raw) : Math.floor(now / 3_600_000) * 3_600_000 - back;
  if (ms === null) throw new WrongUse(`${option} '${raw}' is no time: use 2026-01-01, 2026-01-01T12:00:00Z or 7d.`);
  return iso(ms);
}

const all = (raw: string, before: Filter[]): Filter[] => [...before, parseFilter(raw)];
const names = (raw: string, before: string[] = []): string[] => [
  ...before,
  ...raw
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean),
];
function whole(raw: string): number {
  const n = Number(raw);
  if (!Number.isInteger(n) || n < 0) throw new InvalidArgumentError('Use a whole number.');
  return n;
}
