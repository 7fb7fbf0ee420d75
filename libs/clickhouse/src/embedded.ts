import { mkdirSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { createClient } from '@clickhouse/client';
import { storeError } from './errors.js';
import { withLiterals } from './literals.js';
import { Pool } from './pool.js';
import { FORMATS, INSERT_SETTINGS, SETTINGS } from './settings.js';
import type { EventStore, QueryParams } from './store.js';

/** Events, and beside them what is small. */
const WRITERS = 2;
const READERS = 3;
const STATEMENT_BYTES_MAX = 1_000_000_000;
const CLOSE_WITHIN_MS = 20_000;
/** Reads that may run beside each other on a small machine without starving ingest. */
const HEAVY = 1;

/**
 * The engine in this process over a folder. One folder belongs to one process: a second one gets the engine's lock
 * error, turned into a sentence. One connection runs one query at a time, hence the small pools.
 */
export async function openEmbedded(path: string, options: { database: string; timeoutS: number }): Promise<EventStore> {
  const { createChdbConnection } = await loadEngine();
  mkdirSync(path, { recursive: true });
  const connect = () => {
    try {
      const connection = createChdbConnection({ path });
      // The client's type for `connection` lags behind the engine's package; both follow the same published interface.
      return { connection, client: createClient({ connection } as unknown as Parameters<typeof createClient>[0]) };
    } catch (error) {
      throw locked(path, error);
    }
  };
  const all = Array.from({ length: WRITERS + READERS }, connect);
  const writers = new Pool(all.slice(0, WRITERS));
  const readers = new Pool(all.slice(WRITERS));
  const heavy = new Pool(Array.from({ length: HEAVY }, (_, i) => i));
  const { database } = options;
  // Parameters are part of the statement here, and lists of ids are long.
  for (const { client } of all) await client.command({ query: `SET max_query_size = ${STATEMENT_BYTES_MAX}` });

  const read = <Row>(sql: string, params: QueryParams, timeoutS: number) =>
    readers.use(async ({ client }) => {
      const result = await client.query({
        query: withLimits(withLiterals(sql, params), timeoutS),
        format: 'JSONEachRow',
      });
      return (await result.json()) as Row[];
    });

  const store: EventStore = {
    database,
    async query<Row>(
      sql: string,
      params: QueryParams = {},
      { heavy: isHeavy = false, timeoutS = options.timeoutS } = {},
    ) {
      try {
        return await (isHeavy ? heavy.use(() => read<Row>(sql, params, timeoutS)) : read<Row>(sql, params, timeoutS));
      } catch (error) {
        throw storeError(error);
      }
    },
    async queryBinary(
      sql,
      params = {},
      { heavy: isHeavy = false, timeoutS = options.timeoutS, format = 'RowBinary' } = {},
    ) {
      const { name, settings } = FORMATS[format];
      const run = () =>
        readers.use(async ({ client, connection }) => {
          const query = `${withLimits(withLiterals(sql, params), timeoutS)}${settingsText(settings)}`;
          if (format === 'Native') return whole(await connection.chdb.queryAsync(query, { format: name }));
          const { stream } = await client.exec({ query: `${query}\nFORMAT ${name}` });
          return buffer(stream);
        });
      try {
        return await (isHeavy ? heavy.use(run) : run());
      } catch (error) {
        throw storeError(error);
      }
    },
    async command(sql, params = {}, { heavy: isHeavy = false, timeoutS = options.timeoutS } = {}) {
      try {
        const query = withLiterals(isSelectInsert(sql) ? withLimits(sql, timeoutS) : sql, params);
        const run = () => readers.use(({ client }) => client.command({ query }));
        await (isHeavy ? heavy.use(run) : run());
      } catch (error) {
        throw storeError(error);
      }
    },
    async insert(table, lines, { token, columns } = {}) {
      if (lines.length === 0) return;
      const settings = { ...INSERT_SETTINGS, ...(token ? { insert_deduplication_token: token } : {}) };
      await writers.use(({ connection }) =>
        connection.chdb.rawInsert({
          table: `${database}.${table}`,
          values: lines,
          ...(columns ? { columns: [...columns], format: 'JSONCompactEachRow' } : { format: 'JSONEachRow' }),
          settings,
        }),
      );
    },
    async ping() {
      await store.query('SELECT 1');
    },
    async close() {
      // The engine crashes when it is closed under a running statement, which an aborted request leaves behind.
      const idle = Promise.all([heavy.close(), readers.close(), writers.close()]);
      await Promise.race([idle, new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref())]);
      await Promise.allSettled(all.map(({ client }) => client.close()));
    },
  };
  await store.command(`CREATE DATABASE IF NOT EXISTS ${database}`).catch((error) => {
    throw locked(path, error);
  });
  return store;
}

/** The bytes of an answer as the engine handed them over, copied once and in memory of their own. */
function whole(answer: { bytes(): Uint8Array }): Buffer {
  const bytes = answer.bytes();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const isSelectInsert = (sql: string) => /^\s*INSERT\s+INTO[\s\S]+SELECT/i.test(sql);
/** Reading shares the cores with ingest and yields to it, where the system allows that (root, or CAP_SYS_NICE). */
const READ_NICE = 10;
const settingsText = (settings: Record<string, string | number>): string =>
  Object.entries(settings)
    .map(([name, value]) => `, ${name} = '${value}'`)
    .join('');
const LIMITS = settingsText({ ...SETTINGS, max_threads: 2, os_threads_nice_value_query: READ_NICE });
const withLimits = (sql: string, timeoutS: number) =>
  `${sql.trimEnd()}\nSETTINGS max_execution_time = ${Math.ceil(timeoutS)}${LIMITS}`;

async function loadEngine() {
  try {
    return await import('chdb/connection');
  } catch (error) {
    throw new Error(
      'The embedded ClickHouse engine (package chdb, an optional dependency) is not installed here. Run npm install without --omit=optional, or set CLICKHOUSE_URL to use a server.',
      { cause: error },
    );
  }
}

function locked(path: string, error: unknown): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = `${error instanceof Error ? error.message : error} ${cause instanceof Error ? cause.message : ''}`;
  return /lock|another (server|process|instance)/i.test(text)
    ? new Error(
        `The data folder ${path} is in use by another process. Stop it, or choose another folder with --data-dir.`,
        { cause: error },
      )
    : (error as Error);
}
