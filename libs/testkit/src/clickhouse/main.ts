import { parseArgs } from 'node:util';
import { startClickHouse } from './httpServer.js';

/** `node libs/testkit/dist/clickhouse/main.js --path DIR --port N [--user U --password P]`; prints its address when it is ready. */
const { values } = parseArgs({
  options: {
    path: { type: 'string' },
    port: { type: 'string', default: '0' },
    user: { type: 'string' },
    password: { type: 'string' },
  },
});
if (!values.path) throw new Error('Say where the data is: --path DIR');
const server = await startClickHouse({ ...values, path: values.path, port: Number(values.port) });
process.stdout.write(`${server.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void server.close().then(() => process.exit(0)));
