import type { Command } from 'commander';
import { WrongUse } from '../failure.js';

export type Environment = Readonly<Record<string, string | undefined>>;
export type ConnectionOptions = { url?: string; key?: string };
/** A server and the key that opens it. */
export type Connection = { url: string; key: string };

const DEFAULT_URL = 'http://127.0.0.1:4000';

export const withConnection = (command: Command): Command =>
  command
    .option('--url <url>', `where Plumbline answers (default PLUMBLINE_URL, else ${DEFAULT_URL})`)
    .option('--key <key>', 'API key (default PLUMBLINE_API_KEY)');

export function urlOf({ url }: ConnectionOptions, env: Environment): string {
  const given = url ?? (env.PLUMBLINE_URL || DEFAULT_URL);
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol))
    throw new WrongUse(`'${given}' is not an address of Plumbline: use one such as ${DEFAULT_URL}.`);
  return given.replace(/\/+$/, '');
}

export const keyOf = ({ key }: ConnectionOptions, env: Environment): string | undefined =>
  key ?? (env.PLUMBLINE_API_KEY || undefined);

/** Options win over the environment. */
export function connectionOf(options: ConnectionOptions, env: Environment): Connection {
  const key = keyOf(options, env);
  if (!key) throw new WrongUse('A key is needed: give --key or set PLUMBLINE_API_KEY.');
  if (!/^[\x21-\x7e]+$/.test(key)) throw new WrongUse('The key has characters that no key has; copy it again.');
  return { url: urlOf(options, env), key };
}
