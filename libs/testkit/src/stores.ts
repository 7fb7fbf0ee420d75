import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventStore, openEventStore } from '@plumbline/clickhouse';
import { type Config, createLogger, type Logger, loadConfig } from '@plumbline/config';
import { type ControlStore, openControl } from '@plumbline/control';
import { postgresTemplate } from './template.js';

export type Stores = {
  config: Config;
  log: Logger;
  store: EventStore;
  control: ControlStore;
  /** Closes both and deletes their folder. */
  close(): Promise<void>;
};

/** The configuration of a test over `dataDir`; nothing of the environment gets in. */
export const testConfig = (dataDir: string, env: Record<string, string> = {}): Config =>
  loadConfig({ PLUMBLINE_DATA_DIR: dataDir, PLUMBLINE_FLUSH_MS: '0', ...env });

/** An empty folder of its own under the temp folder of the system. */
export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'plumbline-unit-'));

/** Real stores, embedded and migrated, in a folder of their own. The engine allows one of them per process: open it once per file. */
export async function openStores(env: Record<string, string> = {}): Promise<Stores> {
  const dataDir = await temporaryFolder();
  await copyPostgres(dataDir);
  const config = testConfig(dataDir, env);
  const [store, control] = await Promise.all([openEventStore(config), openControl(config)]);
  return {
    config,
    log: createLogger({ level: 'silent', pretty: false }),
    store,
    control,
    async close() {
      await control.close();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A migrated PostgreSQL in `dataDir`, ready to be opened. */
export async function copyPostgres(dataDir: string): Promise<void> {
  await cp(await postgresTemplate(), join(dataDir, 'postgres'), { recursive: true });
}
