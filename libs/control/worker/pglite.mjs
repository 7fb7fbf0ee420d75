// Runs PostgreSQL (PGlite) off the main thread: on it, a burst of 300 queries would hold the event loop for seconds.
// Plain JavaScript because it is loaded by path, from sources under test as well as from the build.
import { mkdirSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

const asText = (value) => value;
// node-postgres hands out these types as text; so do we, to behave like the pool that servers use.
const TEXT_TYPES = Object.fromEntries(
  [20, 1700, 1082, 1083, 1114, 1184, 1186, 1231, 1115, 1185, 1187, 1182].map((oid) => [oid, asText]),
);
const TIMESTAMP_AS_DATE = {
  ...TEXT_TYPES,
  1082: (v) => new Date(v),
  1114: (v) => new Date(`${v}Z`),
  1184: (v) => new Date(v),
};
const toText = (value) =>
  typeof value === 'string'
    ? value
    : value instanceof Date
      ? value.toISOString()
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
const SERIALIZERS = { 25: toText, 1043: toText };

if (workerData.dataDir) mkdirSync(workerData.dataDir, { recursive: true });
const db = await PGlite.create({ dataDir: workerData.dataDir ?? undefined });
await db.exec('SET search_path = bullmq, public');
db.onNotification((channel, payload) => parentPort.postMessage({ notification: { channel, payload } }));

parentPort.on('message', async ({ id, close, text, params, rowMode }) => {
  if (close) {
    await db.close();
    parentPort.postMessage({ id });
    parentPort.close();
    return;
  }
  try {
    const options = {
      rowMode,
      parsers: rowMode === 'array' ? TEXT_TYPES : TIMESTAMP_AS_DATE,
      serializers: SERIALIZERS,
    };
    const result = params === undefined ? (await db.exec(text, options)).at(-1) : await db.query(text, params, options);
    const rows = result?.rows ?? [];
    parentPort.postMessage({ id, rows, fields: result?.fields ?? [], rowCount: result?.affectedRows || rows.length });
  } catch (error) {
    const { message, code, detail, constraint, table, schema, column } = error;
    parentPort.postMessage({ id, error: { message, code, detail, constraint, table, schema, column } });
  }
});
parentPort.postMessage({ ready: true });
