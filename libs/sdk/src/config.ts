import type { Report } from './report.js';
import { env } from './runtime.js';
import type { PlumblineOptions, SpoolOptions } from './types.js';

const MiB = 1024 * 1024;

const NUMBERS = {
  batchSize: 500,
  batchBytes: MiB,
  flushIntervalMs: 1000,
  queueMax: 50_000,
  queueBytesMax: 128 * MiB,
  timeoutMs: 10_000,
  retriesMax: 100,
  retryBaseMs: 500,
  retryCapMs: 30_000,
} as const;
const ZERO_ALLOWED = new Set<string>(['flushIntervalMs', 'retriesMax', 'retryBaseMs', 'retryCapMs']);

type Numbers = { -readonly [name in keyof typeof NUMBERS]: number };

export type Config = Readonly<Numbers> & {
  /** Without a slash at the end; `undefined`: nowhere to send, everything is dropped and told. */
  url: string | undefined;
  apiKey: string | undefined;
  gzip: boolean;
  dryRun: boolean;
};

const NAMES = Object.keys({
  url: 0,
  apiKey: 0,
  model: 0,
  version: 0,
  ...NUMBERS,
  gzip: 0,
  spool: 0,
  onError: 0,
  onDrop: 0,
  onReject: 0,
  dryRun: 0,
  fetch: 0,
  shutdownSignals: 0,
} satisfies Record<keyof PlumblineOptions, unknown>) as (keyof PlumblineOptions)[];

/** A copy: what cannot be read, or is not there at all, is absent. */
export function readable(given: PlumblineOptions | null | undefined): PlumblineOptions {
  const copy: Record<string, unknown> = {};
  for (const name of NAMES) {
    try {
      copy[name] = given?.[name];
    } catch {
      // a getter or a proxy that throws
    }
  }
  return copy as PlumblineOptions;
}

/** Options, environment and defaults in one; mistakes are told and replaced by the default, never thrown. */
export function configOf(options: PlumblineOptions, report: Report): Config {
  const numbers: Numbers = { ...NUMBERS };
  for (const name of Object.keys(NUMBERS) as (keyof Numbers)[]) {
    const given = options[name];
    if (given === undefined) continue;
    if (typeof given === 'number' && given >= (ZERO_ALLOWED.has(name) ? 0 : 1)) numbers[name] = given;
    else report.error('invalid_config', `${name}: ${shown(given)} is not a usable number; ${NUMBERS[name]} is used`);
  }
  const dryRun = options.dryRun === true;
  const url = urlOf(options.url ?? env('PLUMBLINE_URL'), dryRun, report);
  const apiKey = keyOf(options.apiKey ?? env('PLUMBLINE_API_KEY'), report);
  if (!apiKey && url && !dryRun) report.error('invalid_config', 'no apiKey: set it or PLUMBLINE_API_KEY');
  return { ...numbers, url, apiKey, gzip: options.gzip !== false, dryRun };
}

/** Of an unusable key nothing is said but that: it may be a usable one with a slip. */
function keyOf(given: unknown, report: Report): string | undefined {
  if (given === undefined) return undefined;
  const key = typeof given === 'string' ? given.trim() : '\n';
  if (/^[!-~]*$/.test(key)) return key || undefined;
  report.error('invalid_config', 'the apiKey is not one: it is no text, or has characters that no key has');
  return undefined;
}

/** The directory of the spool, if one is wanted and named. */
export function spoolOf({ spool }: PlumblineOptions, report: Report): SpoolOptions | undefined {
  if (spool === undefined || spool === null || (spool as unknown) === false) return undefined;
  try {
    const { dir, maxBytes } = spool;
    if (typeof dir === 'string' && dir !== '') return { dir, maxBytes: Number(maxBytes ?? 0) };
  } catch {
    // a getter that throws
  }
  report.error('invalid_config', 'spool needs { dir }; events are kept in memory only');
  return undefined;
}

function shown(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'it';
  }
}

function urlOf(given: string | undefined, dryRun: boolean, report: Report): string | undefined {
  if (dryRun) return undefined;
  const says = 'nothing is sent';
  if (!given) {
    report.error('invalid_config', `no url: set it or PLUMBLINE_URL; ${says}`);
    return undefined;
  }
  try {
    const url = new URL(String(given).trim());
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('not http');
    if (url.username || url.password) {
      report.error('invalid_config', `the url must not contain a user or password; use apiKey; ${says}`);
      return undefined;
    }
    return (url.origin + url.pathname).replace(/\/+$/, '');
  } catch {
    report.error('invalid_config', `"${shown(given)}" is not an http(s) URL; ${says}`);
    return undefined;
  }
}
