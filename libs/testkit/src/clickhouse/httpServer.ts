import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Session } from 'chdb';
import { type Asked, readAsked } from './request.js';

export type ClickHouseServer = { url: string; port: number; close(): Promise<void> };
export type ClickHouseServerOptions = { path: string; port?: number; user?: string; password?: string };

/**
 * The part of ClickHouse's HTTP interface that `@clickhouse/client` uses, over the embedded engine, so that the code that
 * speaks to a server is run against one. As there, a request is a session of its own: its settings, parameters and database
 * end with it. What it refuses (long fields, unknown settings, wrong passwords) a server refuses too.
 */
export async function startClickHouse(options: ClickHouseServerOptions): Promise<ClickHouseServer> {
  const { path, user = 'default', password = '' } = options;
  mkdirSync(path, { recursive: true });
  const engine = new Session(path); // keeps the engine alive between requests
  const [version] = lines((await engine.queryAsync('SELECT version()', { format: 'TSV' })).text());
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/ping') return void response.writeHead(200).end('Ok.\n');
    try {
      if (request.headers.authorization !== wanted)
        throw new Error(`Code: 516. DB::Exception: ${user}: Authentication failed. (AUTHENTICATION_FAILED)`);
      const asked = await readAsked(request);
      const startedMs = performance.now();
      const { body, summary } = await run(path, asked);
      response
        .writeHead(200, {
          'x-clickhouse-query-id': asked.queryId || randomUUID(),
          'x-clickhouse-server-display-name': 'chdb',
          'x-clickhouse-timezone': 'UTC',
          'x-clickhouse-format': asked.format,
          'x-clickhouse-summary': JSON.stringify({
            ...summary,
            elapsed_ns: String(Math.round((performance.now() - startedMs) * 1e6)),
          }),
        })
        .end(body);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = /Code: (\d+)/.exec(message)?.[1] ?? '1002';
      response
        .writeHead(STATUS[code] ?? 500, { 'x-clickhouse-exception-code': code, 'content-type': 'text/plain' })
        .end(`${message} (version ${version})\n`);
    }
  };

  const server = createServer({ maxHeaderSize: URI_BYTES_MAX }, (request, response) => void answer(request, response));
  server.keepAliveTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      engine.close();
    },
  };
}

const URI_BYTES_MAX = 1024 * 1024;
/** The HTTP status of an exception, where it is not 500. */
const STATUS: Record<string, number> = {
  '27': 400,
  '36': 400,
  '42': 400,
  '43': 400,
  '46': 404,
  '47': 404,
  '53': 400,
  '57': 400,
  '60': 404,
  '62': 400,
  '81': 404,
  '115': 404,
  '117': 400,
  '159': 408,
  '193': 401,
  '194': 401,
  '241': 500,
  '516': 403,
};

type Done = { body: Buffer; summary: Record<string, string> };

async function run(path: string, { sql, data, format, database, settings, params }: Asked): Promise<Done> {
  const session = new Session(path);
  const say = async (statement: string) => void (await session.queryAsync(statement));
  try {
    await say('SET max_query_size = 1000000000'); // counts the parameters here, on a server the statement alone
    if (database) await say(`USE ${database}`);
    for (const [name, value] of settings) await say(`SET ${name} = ${quote(value)}`);
    for (const [name, value] of params) await say(`SET param_${name} = ${quote(value)}`);
    const insert = INSERT.exec(sql);
    if (insert && data.length > 0) {
      const [, table, columns] = insert;
      const { rowsWritten, bytesWritten } = await session.insert({
        table: table!,
        columns: columns?.split(',').map((c) => c.trim()),
        values: data,
        format: insert[3] as 'JSONEachRow',
      });
      return { body: Buffer.alloc(0), summary: summary({ rowsWritten, bytesWritten }) };
    }
    const result = await session.queryAsync(sql, { format });
    return { body: Buffer.from(result.bytes()), summary: summary(result) };
  } finally {
    session.close();
  }
}

const INSERT = /^\s*INSERT\s+INTO\s+([\w.]+)\s*(?:\(([^)]*)\))?\s+FORMAT\s+(\w+)\s*$/i;
const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const lines = (text: string) => text.split('\n').filter(Boolean);
const summary = (n: { rowsRead?: number; bytesRead?: number; rowsWritten?: number; bytesWritten?: number }) => ({
  read_rows: String(n.rowsRead ?? 0),
  read_bytes: String(n.bytesRead ?? 0),
  written_rows: String(n.rowsWritten ?? 0),
  written_bytes: String(n.bytesWritten ?? 0),
  total_rows_to_read: '0',
  result_rows: '0',
  result_bytes: '0',
});
