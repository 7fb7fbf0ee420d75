import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '@plumbline/config';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { PglitePool } from './pglite/pool.js';
import * as schema from './schema/index.js';

export type Db = NodePgDatabase<typeof schema>;
/** What a transaction and the database itself have in common: verbs take this. */
export type Tx = Pick<Db, 'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'execute'>;
export type SqlPool = pg.Pool;
export type ControlStore = { db: Db; pool: SqlPool; embedded: boolean; ping(): Promise<void>; close(): Promise<void> };

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

/** Opens the control plane that the configuration names and brings its tables up to date. */
export async function openControl(config: Pick<Config, 'DATABASE_URL' | 'PLUMBLINE_DATA_DIR'>): Promise<ControlStore> {
  const embedded = !config.DATABASE_URL;
  const pool = config.DATABASE_URL
    ? new pg.Pool({
        connectionString: config.DATABASE_URL,
        // Ten for work, and those that wait: for live hints and, without Redis, for each kind of job. Opened as they are needed.
        max: 24,
        connectionTimeoutMillis: 5_000,
        statement_timeout: 30_000,
        query_timeout: 40_000, // for a server that is there and says nothing
        options: '-c search_path=bullmq,public',
        keepAlive: true, // a server that vanished without a word is noticed
      })
    : // The embedded pool has the part of pg.Pool's shape that drizzle and BullMQ use.
      ((await PglitePool.open(join(config.PLUMBLINE_DATA_DIR, 'postgres'))) as unknown as pg.Pool);
  // A connection that drops, idle or in use, must not end the process: the next query takes a new one.
  pool.setMaxListeners(0); // every worker of jobs listens
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = drizzle(pool, { schema });
  await migrateAlone(pool, () => migrate(db, { migrationsFolder: MIGRATIONS, migrationsSchema: 'drizzle' }));
  return {
    db,
    pool,
    embedded,
    async ping() {
      await pool.query('SELECT 1');
    },
    async close() {
      await pool.end();
    },
  };
}

/** Processes that start at the same time migrate one after the other. */
async function migrateAlone(pool: SqlPool, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock(20211)');
    await work();
  } finally {
    await client.query('SELECT pg_advisory_unlock(20211)').catch(() => {});
    client.release();
  }
}
