import { type KeyView, type Page, SCOPES, type Scope } from '@plumbline/contracts';
import { type Command, InvalidArgumentError } from 'commander';
import { call } from '../server/api.js';
import {
  type Connection,
  type ConnectionOptions,
  connectionOf,
  type Environment,
  withConnection,
} from '../server/connection.js';
import { table } from './table.js';

type Options = ConnectionOptions & { json?: boolean };

const say = (text: string) => process.stdout.write(`${text}\n`);

/** `plumbline keys create|list|revoke`. */
export function keysCommand(program: Command, env: Environment): void {
  const parent = program.command('keys').description('make, list and revoke API keys of a running Plumbline');
  const command = (name: string, description: string) =>
    withConnection(parent.command(name).description(`${description} (needs a key with the scope admin)`)).option(
      '--json',
      'one line of JSON',
    );

  command('create', 'make a key; it is shown this once')
    .requiredOption('--name <name>', 'what the key is for')
    .requiredOption('--scopes <scopes>', `what it may do: ${SCOPES.join(', ')}, separated by commas`, scopes)
    .action(async (o: Options & { name: string; scopes: Scope[] }) => {
      const made = await call<KeyView & { key: string }>(connectionOf(o, env), 'POST', '/v1/keys', {
        name: o.name,
        scopes: o.scopes,
      });
      say(
        o.json
          ? JSON.stringify(made)
          : `Key '${made.name}' (${made.scopes.join(', ')}), shown this once:\n${made.key}\nRevoke it with: plumbline keys revoke ${made.id}`,
      );
    });

  command('list', 'list keys, newest first').action(async (o: Options) => {
    const keys = await allKeys(connectionOf(o, env));
    say(
      o.json
        ? JSON.stringify(keys)
        : table(['id', 'name', 'scopes', 'begins', 'made', 'last used', 'state'], keys.map(shown)),
    );
  });

  command('revoke', 'revoke a key; it stops working within 5 seconds')
    .argument('<id>', 'its id, from plumbline keys list')
    .action(async (id: string, o: Options) => {
      await call(connectionOf(o, env), 'DELETE', `/v1/keys/${encodeURIComponent(id)}`);
      say(o.json ? JSON.stringify({ revoked: id }) : `Key ${id} is revoked.`);
    });
}

function scopes(raw: string): Scope[] {
  const given = raw.split(',').map((s) => s.trim());
  const unknown = given.filter((s) => !(SCOPES as readonly string[]).includes(s));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`'${unknown.join(', ')}' is no scope. Scopes are ${SCOPES.join(', ')}.`);
  return given as Scope[];
}

async function allKeys(connection: Connection): Promise<KeyView[]> {
  const keys: KeyView[] = [];
  let cursor: string | null = null;
  do {
    const path: string = `/v1/keys?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const page: Page<KeyView> = await call(connection, 'GET', path);
    keys.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return keys;
}

const day = (at: string | null) => at?.slice(0, 16).replace('T', ' ') ?? 'never';
const shown = (k: KeyView): string[] => [
  k.id,
  k.name,
  k.scopes.join(','),
  k.prefix,
  day(k.created_at),
  day(k.last_used_at),
  k.revoked_at ? 'revoked' : 'valid',
];
