import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventStore, isDataError, jsonLines, openEventStore, RowReader } from '@plumbline/clickhouse';
import { loadConfig } from '@plumbline/config';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClickHouseServer, startClickHouse } from './httpServer.js';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-clickhouse-'));
const path = join(folder, 'clickhouse');
let server: ClickHouseServer;
let store: EventStore;

const configured = (password: string) =>
  loadConfig({
    CLICKHOUSE_URL: server.url,
    CLICKHOUSE_USER: 'plumbline',
    CLICKHOUSE_PASSWORD: password,
    PLUMBLINE_QUERY_SECONDS_MAX: '1',
  });

beforeAll(async () => {
  server = await startClickHouse({ path, user: 'plumbline', password: 'right' });
  store = await openEventStore(configured('right'));
  await store.command(
    'CREATE TABLE plumbline.notes (id String, n UInt64) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100',
  );
});
afterAll(async () => {
  await store.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const ids = async () =>
  (await store.query<{ id: string }>('SELECT id FROM plumbline.notes ORDER BY id')).map((r) => r.id);

test('rows arrive as bytes, whole, whatever they hold', async () => {
  const long = 'ä🙂\\\'"\t'.repeat(30_000);
  await store.insert('notes', jsonLines([{ id: long, n: 1 }]));
  expect(await ids()).toEqual([long]);
  await store.command('TRUNCATE TABLE plumbline.notes');
});

test('the same token is written once', async () => {
  for (let i = 0; i < 2; i++) await store.insert('notes', jsonLines([{ id: 'once', n: 1 }]), { token: 'a' });
  await store.insert('notes', jsonLines([{ id: 'once', n: 1 }]), { token: 'b' });
  expect(await ids()).toEqual(['once', 'once']);
  await store.command('TRUNCATE TABLE plumbline.notes');
});

test('parameters come through as they are: quotes, tabs, times, nothing, and more than one field may hold', async () => {
  const odd = 'it\'s\t"a" \\ line\nend é🙂 %27 + & =';
  const many = Array.from({ length: 20_000 }, (_, i) => `${odd} ${i}`);
  const [row] = await store.query<Record<string, unknown>>(
    `SELECT {odd:String} AS odd, {none:Nullable(String)} AS none, {x:Float64} AS x, length({many:Array(String)}) AS n,
            {many:Array(String)}[20000] AS last, {odd:String} IN {few:Array(String)} AS isIn, 'x 7' NOT IN {many:Array(String)} AS isOut`,
    { odd, none: null, x: 1.5, many, few: [odd, 'b'] },
  );
  expect(row).toEqual({ odd, none: null, x: 1.5, n: 20_000, last: `${odd} 19999`, isIn: 1, isOut: 1 });
  await store.command(
    'INSERT INTO plumbline.notes SELECT id, 1 FROM (SELECT arrayJoin({many:Array(String)}) AS id) WHERE id IN {many:Array(String)} LIMIT 3',
    { many: many.slice(0, 3_000) },
  );
  expect(await ids()).toHaveLength(3);
  await store.command('TRUNCATE TABLE plumbline.notes');
});

test('both ways into the engine give the same answers', async () => {
  const embedded = await openEventStore(loadConfig({ PLUMBLINE_DATA_DIR: folder }));
  const sql = `SELECT toUInt64(9007199254740991) AS big, toFloat64(0.1) AS x, nan AS none, toDateTime64('2026-01-01 12:00:00.123', 3, 'UTC') AS ts,
    [1, 2] AS list, map('a', 1.5) AS m, CAST(NULL AS Nullable(String)) AS nothing, true AS yes, r.k AS missing
    FROM (SELECT 1 AS k) AS l LEFT JOIN (SELECT 2 AS k) AS r ON l.k = r.k WHERE {s:String} != ''`;
  const rows = await store.query(sql, { s: "it's" });
  expect(rows).toHaveLength(1);
  expect(await embedded.query(sql, { s: "it's" })).toEqual(rows);
  const columns = `SELECT * FROM (SELECT toInt64(-5) AS i, 'é' AS t, [0.1, -1e300] AS xs UNION ALL SELECT toInt64(7), {s:String}, []) ORDER BY i`;
  for (const either of [store, embedded]) {
    const reader = new RowReader(await either.queryBinary(columns, { s: "it's" }));
    const found = [];
    while (!reader.done) found.push([reader.int64(), reader.text(), [...reader.float64s()]]);
    expect(found).toEqual([
      [-5, 'é', [0.1, -1e300]],
      [7, "it's", []],
    ]);
  }
  await embedded.insert('notes', jsonLines([{ id: 'from within', n: 1 }]), { token: 'shared' });
  await store.insert('notes', jsonLines([{ id: 'from within', n: 1 }]), { token: 'shared' });
  expect(await ids()).toEqual(['from within']);
  await embedded.close();
  await store.command('TRUNCATE TABLE plumbline.notes');
});

test('errors say whose fault it is', async () => {
  const refused = await store.insert('notes', Buffer.from('{"id":"a","n":"not a number"}')).catch((e: unknown) => e);
  expect(isDataError(refused)).toBe(true);
  await expect(store.query('SELECT * FROM plumbline.nothing')).rejects.toMatchObject({ code: 'internal' });
  await expect(
    store.query('SELECT count() FROM numbers(1000000000000) WHERE cityHash64(number) = 1'),
  ).rejects.toMatchObject({
    code: 'query_too_heavy',
  });
  await expect(openEventStore(configured('wrong'))).rejects.toMatchObject({ code: 'internal' });
});

test('a server that went away is told apart, and found again when it is back', async () => {
  await store.insert('notes', jsonLines([{ id: 'before', n: 1 }]));
  await server.close();
  await expect(store.query('SELECT 1')).rejects.toMatchObject({ code: 'store_unavailable' });
  const failed = await store.insert('notes', jsonLines([{ id: 'x', n: 1 }])).catch((e: unknown) => e);
  expect(isDataError(failed)).toBe(false);
  server = await startClickHouse({ path, port: server.port, user: 'plumbline', password: 'right' });
  await store.insert('notes', jsonLines([{ id: 'after', n: 1 }]));
  expect(await ids()).toEqual(['after', 'before']);
});
