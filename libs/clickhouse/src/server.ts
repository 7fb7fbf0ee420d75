import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { storeError } from './errors.js';
import { splitLong } from './params.js';
import { FORMATS, INSERT_SETTINGS, SETTINGS } from './settings.js';
import type { EventStore } from './store.js';

export type ServerOptions = {
  url: string;
  username: string;
  password: string;
  database: string;
  cluster?: string;
  timeoutS: number;
};

/** Beyond the limit that the server itself keeps to, before it is given up as gone. */
const GRACE_S = 5;

/** A ClickHouse server or cluster over HTTP, behind the same interface as the embedded engine. */
export async function openServer(options: ServerOptions): Promise<EventStore> {
  const { database, cluster } = options;
  const client = createClient({
    url: options.url,
    username: options.username,
    password: options.password,
    // Every request has a deadline of its own; this only closes sockets that nobody waits for.
    request_timeout: 900_000,
    max_open_connections: 16,
    compression: { request: false, response: false },
    // It would log statements with their parameters, which hold users' data; the caller logs what failed.
    log: { level: ClickHouseLogLevel.OFF },
    keep_alive: { eagerly_destroy_stale_sockets: true },
    use_multipart_params_auto: true,
  });
  const within = (timeoutS: number) => ({
    clickhouse_settings: { ...SETTINGS, max_execution_time: Math.ceil(timeoutS) },
    abort_signal: AbortSignal.timeout((timeoutS + GRACE_S) * 1000),
  });
  const store: EventStore = {
    database,
    async query<Row>(sql: string, params = {}, { timeoutS = options.timeoutS } = {}) {
      const sent = splitLong(sql, params);
      try {
        const result = await client.query({
          query: sent.sql,
          query_params: sent.params,
          format: 'JSONEachRow',
          ...within(timeoutS),
        });
        return (await result.json()) as Row[];
      } catch (error) {
        throw storeError(error);
      }
    },
    async queryBinary(sql, params = {}, { timeoutS = options.timeoutS, format = 'RowBinary' } = {}) {
      const sent = splitLong(sql, params);
      const { clickhouse_settings, abort_signal } = within(timeoutS);
      try {
        const { stream } = await client.exec({
          query: `${sent.sql}\nFORMAT ${FORMATS[format].name}`,
          query_params: sent.params,
          clickhouse_settings: { ...clickhouse_settings, ...FORMATS[format].settings },
          abort_signal,
        });
        return await buffer(stream);
      } catch (error) {
        throw storeError(error);
      }
    },
    async command(sql, params = {}, { timeoutS = options.timeoutS } = {}) {
      const sent = splitLong(sql, params);
      try {
        await client.command({ query: sent.sql, query_params: sent.params, ...within(timeoutS) });
      } catch (error) {
        throw storeError(error);
      }
    },
    async insert(table, lines, { token, columns } = {}) {
      if (lines.length === 0) return;
      // `client.insert` takes these formats only as objects; the bytes are sent as they are.
      const into = columns ? `(${columns.join(', ')}) FORMAT JSONCompactEachRow` : 'FORMAT JSONEachRow';
      const { stream } = await client.exec({
        query: `INSERT INTO ${database}.${table} ${into}`,
        values: Readable.from([lines], { objectMode: false }),
        clickhouse_settings: { ...INSERT_SETTINGS, ...(token ? { insert_deduplication_token: token } : {}) },
        abort_signal: AbortSignal.timeout((options.timeoutS + GRACE_S) * 1000),
      });
      stream.resume(); // an insert answers with nothing, but the socket is free only once that is read
    },
    async ping() {
      await store.query('SELECT 1');
    },
    async close() {
      await client.close();
    },
  };
  await store.command(`CREATE DATABASE IF NOT EXISTS ${database} ${cluster ? `ON CLUSTER '${cluster}'` : ''}`);
  return store;
}
