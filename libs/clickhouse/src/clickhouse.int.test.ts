import { openStores, type Stores } from '@plumbline/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDataError } from './errors.js';
import { migrate } from './migrate.js';
import { jsonLines, storeTime } from './store.js';

let stores: Stores;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());

const batch = (id: string, rows = 1) => ({
  batch_id: id,
  project: 'p',
  model: 'm',
  kind: 'predictions',
  rows,
  duplicates: 0,
  ts_min: storeTime(0),
  ts_max: storeTime(0),
  committed_at: storeTime(0),
});
const count = async (id: string) => {
  const [row] = await stores.store.query<{ n: number }>(
    `SELECT count() AS n FROM ${stores.store.database}.batches WHERE project = {project:String} AND batch_id = {id:String}`,
    { project: 'p', id },
  );
  return Number(row!.n);
};

describe('the embedded engine', () => {
  it('has been migrated, and migrating again does nothing', async () => {
    expect(await migrate(stores.store)).toEqual([]);
  });

  it('writes the same token once, whoever sends it again', async () => {
    const { store } = stores;
    for (let i = 0; i < 3; i++) await store.insert('batches', jsonLines([batch('once')]), { token: 'once' });
    expect(await count('once')).toBe(1);
    await store.insert('batches', Buffer.alloc(0));
  });

  it('keeps every byte of text', async () => {
    const { store } = stores;
    const text = 'é語😀"\\\n\t\u0000\u2028';
    await store.insert('batches', jsonLines([batch(text)]));
    expect(await count(text)).toBe(1);
  });

  it('answers numbers as numbers, times as ISO, and what is not defined as null', async () => {
    const [row] = await stores.store.query(
      `SELECT toInt64(9007199254740991) AS big, nan AS nothing, toDateTime64('2026-01-01 00:00:00.123', 3, 'UTC') AS at, {x:String} AS x`,
      { x: "'; DROP TABLE x" },
    );
    expect(row).toEqual({ big: 9007199254740991, nothing: null, at: '2026-01-01T00:00:00.123Z', x: "'; DROP TABLE x" });
  });

  it('hands any text back as it was given, alone and in lists', async () => {
    const { store } = stores;
    const hostile = fc.constantFrom(
      "'",
      '\\',
      "\\'",
      '\0',
      '\n',
      '{x:String}',
      "', 'String')",
      '--',
      '/*',
      '`',
      '"',
      '[',
      ',',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.oneof(hostile, fc.string({ maxLength: 3 })), { maxLength: 8 }).map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { maxLength: 5 }), async (x, xs) => {
        const [row] = await store.query(`SELECT {x:String} AS x, {xs:Array(String)} AS xs`, { x, xs });
        expect(row).toEqual({ x, xs });
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('takes a list of twenty thousand ids', async () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => `${i}`.padStart(36, '0'));
    const [row] = await stores.store.query(
      `SELECT count() AS n FROM numbers(200000) WHERE leftPad(toString(number), 36, '0') IN {ids:Array(String)}`,
      { ids },
    );
    expect(row).toEqual({ n: ids.length });
  });

  it('answers side by side', async () => {
    const { store } = stores;
    const slow = store.query(
      'SELECT sum(sipHash64(number, {x:UInt64})) AS s FROM numbers(1000000000000)',
      { x: 1 },
      { timeoutS: 2 },
    );
    const settled = slow.then(
      () => 'answered',
      () => 'ended',
    );
    const first = await Promise.race([settled, store.query('SELECT {x:UInt64} AS x', { x: 2 })]);
    expect(first).toEqual([{ x: 2 }]);
    expect(await settled).toBe('ended');
  });

  it('takes every number as a parameter, alone and in lists', async () => {
    const numbers = [2 ** 60, -(2 ** 53) - 2, 1e21, -1e300, 0.1, 5e-324, 0];
    const [row] = await stores.store.query(`SELECT {all:Array(Array(Float64))} AS all, {one:Float64} AS one`, {
      all: [numbers],
      one: 1e300,
    });
    expect(row).toEqual({ all: [numbers], one: 1e300 });
  });

  it('ends a question that takes too long, with an answer that says what to do', async () => {
    const slow = stores.store.query(
      'SELECT sum(sipHash64(number)) AS s FROM numbers(1000000000000)',
      {},
      { timeoutS: 1 },
    );
    await expect(slow).rejects.toMatchObject({ code: 'query_too_heavy', status: 503 });
    expect(await stores.store.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('never shows SQL to whoever asked', async () => {
    const wrong = stores.store.query('SELECT secret FROM nowhere.nothing');
    await expect(wrong).rejects.toMatchObject({ code: 'internal' });
    await expect(wrong).rejects.not.toThrow(/secret|nothing/);
  });

  it('tells rows that cannot be stored from a store that cannot be reached', async () => {
    const error = await stores.store
      .insert('batches', Buffer.from('{"batch_id":"x","rows":"many"}'))
      .catch((e: unknown) => e);
    expect(isDataError(error)).toBe(true);
    expect(isDataError(new Error('connect ECONNREFUSED'))).toBe(false);
  });

  it('runs as many questions as are asked, a few at a time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        stores.store.query<{ i: number }>('SELECT {i:UInt32} AS i', { i }, { heavy: i % 2 === 0 }),
      ),
    );
    expect(answers.map(([row]) => row!.i)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });
});
