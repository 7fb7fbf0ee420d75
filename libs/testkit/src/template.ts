import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger, loadConfig } from '@plumbline/config';
import { openControl } from '@plumbline/control';
import { openQueue } from '@plumbline/queue';

/** libs/control/migrations, from src and from dist alike. */
const MIGRATIONS = fileURLToPath(new URL('../../control/migrations/', import.meta.url));

/**
 * A folder with a fresh, migrated PostgreSQL to copy from: making one costs seconds, copying it a moment. It is made
 * beside its place and moved there in one step, so that of several makers one wins and nobody sees half of it.
 */
export async function postgresTemplate(): Promise<string> {
  const place = join(tmpdir(), `plumbline-unit-template-${fingerprint()}`);
  if (!existsSync(place)) {
    const workshop = await mkdtemp(join(tmpdir(), 'plumbline-unit-'));
    await make(workshop);
    await rename(workshop, place).catch(async (error) => {
      await rm(workshop, { recursive: true, force: true });
      if (!existsSync(place)) throw error;
    });
  }
  return join(place, 'postgres');
}

async function make(dataDir: string): Promise<void> {
  const config = loadConfig({ PLUMBLINE_DATA_DIR: dataDir });
  const control = await openControl(config);
  const queue = await openQueue(config, control, createLogger({ level: 'silent', pretty: false }));
  await queue.close();
  await control.close();
}

/** Changes with everything that shapes the folder: our migrations, the engine, the queue's own tables. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(MIGRATIONS).filter((n) => n.endsWith('.sql')))
    hash.update(name).update(readFileSync(join(MIGRATIONS, name)));
  const { resolve } = createRequire(new URL('../../queue/', import.meta.url));
  for (const name of ['@electric-sql/pglite', 'bullmq']) hash.update(versionOf(name, resolve(name)));
  return hash.digest('hex').slice(0, 16);
}

function versionOf(name: string, entry: string): string {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const found = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (found.name === name) return `${name}@${found.version}`;
  }
  throw new Error(`the version of ${name} cannot be found`);
}
