import { Readable } from 'node:stream';
import { createClient } from '@clickhouse/client';
import { withLimits } from './embedded.js';
import { storeError } from './errors.js';
import type { EventStore } from './store.js';

export type ServerOptions = { url: string; username: string; password: string; database: string; timeoutS: number };

/** A ClickHouse server or cluster over HTTP, behind the same interface as the embedded engine. */
export async function openServer(options: ServerOptions): Promise<EventStore> {
  const { database } = options;
  const client = createClient({
    url: options.url,
    username: options.username,
    password: options.password,
    request_timeout: (options.timeoutS + 5) * 1000,
    max_open_connections: 16,
    compression: { request: false, response: false },
  });
  const store: EventStore = {
    database,
    async query<Row>(sql: string, params = {}, { timeoutS = options.timeoutS } = {}) {
      try {
        const result = await client.query({
          query: withLimits(sql, timeoutS),
          query_params: params,
          format: 'JSONEachRow',
        });
        return (await result.json()) as Row[];
      } catch (error) {
        throw storeError(error);
      }
    },
    async command(sql, params = {}) {
      try {
        await client.command({ query: sql, query_params: params, clickhouse_settings: { async_insert: 0 } });
      } catch (error) {
        throw storeError(error);
      }
    },
    async insert(table, lines, { token } = {}) {
      if (lines.length === 0) return;
      await client.insert({
        table: `${database}.${table}`,
        values: Readable.from([lines], { objectMode: false }),
        format: 'JSONEachRow',
        clickhouse_settings: { async_insert: 0, ...(token ? { insert_deduplication_token: token } : {}) },
      });
    },
    async ping() {
      await store.query('SELECT 1');
    },
    async close() {
      await client.close();
    },
  };
  await store.command(`CREATE DATABASE IF NOT EXISTS ${database}`);
  return store;
}
