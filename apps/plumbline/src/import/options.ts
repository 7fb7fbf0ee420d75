import { modelName, parseDuration } from '@plumbline/contracts';
import { type ColumnRules, TIME_UNITS, type TimeUnit } from '@plumbline/tables';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { WrongUse } from '../failure.js';
import { FORMATS, type Format } from './sniff.js';

export type CommonOptions = {
  model: string;
  map?: Record<string, string>;
  features?: string[];
  allFeatures?: boolean;
  zone?: string;
  timeUnit?: TimeUnit;
  format?: Format;
  giveUpAfter?: number;
  progress: boolean;
  json?: boolean;
};

const CONVENTIONS = `
Columns of CSV and Parquet are known by their names: prediction_id, ts, version, score | class | value, score.CLASS,
feature.NAME, tag.NAME, latency_ms, label, prediction_ts. NDJSON has one event a line, as the API takes it; with --map,
--features or --all-features a line is a flat record whose fields are columns.`;

/** What all imports have in common. */
export const withInput = (command: Command): Command =>
  command
    .argument('<file>', 'NDJSON, CSV or Parquet, also .gz; - reads NDJSON or CSV from standard input')
    .requiredOption('--model <name>', 'the model that the rows belong to', model)
    .option(
      '--map <role=column,…>',
      'columns with other names: prediction_id=order_id,score=proba,ts=event_time',
      mapping,
    )
    .option('--features <columns>', 'columns that are features, separated by commas', names)
    .option('--all-features', 'every column that is nothing else is a feature')
    .option('--zone <offset>', 'what times without a zone mean: Z or +02:00', zone)
    .addOption(
      new Option('--time-unit <unit>', 'what times as numbers count (default ms)').choices(Object.keys(TIME_UNITS)),
    )
    .addOption(new Option('--format <format>', 'what the input is (default: by content and name)').choices(FORMATS))
    .option('--give-up-after <duration>', 'how long to try again while nothing is taken (default 5m)', giveUp)
    .option('--no-progress', 'say nothing until the end')
    .option('--json', 'the summary as one line of JSON on standard output')
    .addHelpText('after', CONVENTIONS);

/** Undefined when the columns follow the conventions. */
export function columnsOf({ map = {}, features, allFeatures, zone, timeUnit }: CommonOptions): ColumnRules | undefined {
  if (features && allFeatures)
    throw new WrongUse('--features and --all-features exclude each other: give one of them.');
  const chosen = allFeatures ? ('all' as const) : features;
  const time = { ...(zone ? { zone } : {}), ...(timeUnit ? { unit: timeUnit } : {}) };
  if (Object.keys(map).length === 0 && !chosen && Object.keys(time).length === 0) return undefined;
  return { map, features: chosen, time };
}

function model(raw: string): string {
  const read = modelName.safeParse(raw);
  if (!read.success) throw new InvalidArgumentError('Model names match [A-Za-z0-9][A-Za-z0-9._-]{0,127}.');
  return read.data;
}

/** `a=b,c=d`; may be given several times. */
export function mapping(raw: string, before: Record<string, string> = {}): Record<string, string> {
  const pairs = raw.split(/,(?=[^,=]+=)/);
  const read = pairs.map((pair): [string, string] => {
    const at = pair.indexOf('=');
    const [role, column] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    if (at < 1 || !role || !column) throw new InvalidArgumentError(`'${pair}' is no role=column, such as score=proba.`);
    return [role, column];
  });
  return { ...before, ...Object.fromEntries(read) };
}

const names = (raw: string, before: string[] = []): string[] => [
  ...before,
  ...raw
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean),
];

function zone(raw: string): string {
  if (!/^(Z|[+-]\d{2}:\d{2})$/.test(raw)) throw new InvalidArgumentError('Use Z or an offset such as +02:00.');
  return raw;
}

function giveUp(raw: string): number {
  const ms = parseDuration(raw);
  if (!ms) throw new InvalidArgumentError('Use a duration such as 30s, 10m or 2h.');
  return ms;
}
