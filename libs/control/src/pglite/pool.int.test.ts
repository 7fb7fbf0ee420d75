import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { copyPostgres, eventually, temporaryFolder } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PglitePool } from './pool.js';

let folder: string;
let pool: PglitePool;
beforeAll(async () => {
  folder = await temporaryFolder();
  await copyPostgres(folder);
  pool = await PglitePool.open(join(folder, 'postgres'));
});
afterAll(async () => {
  await pool.end();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await pool.query('DROP TABLE IF EXISTS public.t; CREATE TABLE public.t (n int)');
});

const numbers = async () =>
  (await pool.query('SELECT n FROM public.t ORDER BY n')).rows.map((r) => (r as { n: number }).n);
const within = <T>(work: Promise<T>) =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('it hangs')), 5_000).unref()),
  ]);

describe('transactions', () => {
  it('have the session to themselves: nothing of others gets between begin and commit', async () => {
    const a = await pool.connect();
    const order: string[] = [];
    await a.query('BEGIN');
    const outside = pool.query('INSERT INTO public.t VALUES (2)').then(() => order.push('outside'));
    await a.query('INSERT INTO public.t VALUES (1)').then(() => order.push('inside'));
    await a.query('ROLLBACK').then(() => order.push('rolled back'));
    await within(outside);
    a.release();
    expect(order).toEqual(['inside', 'rolled back', 'outside']);
    expect(await numbers()).toEqual([2]);
  });

  it('begun at the same time run one after the other, in order of asking', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => pool.connect()));
    const order: string[] = [];
    await within(
      Promise.all(
        clients.map(async (client, i) => {
          await client.query('BEGIN');
          order.push(`begin ${i}`);
          await client.query('INSERT INTO public.t VALUES ($1)', [i]);
          order.push(`end ${i}`);
          await client.query(i === 2 ? 'ROLLBACK' : 'COMMIT');
          client.release();
        }),
      ),
    );
    expect(order).toEqual([0, 1, 2, 3, 4].flatMap((i) => [`begin ${i}`, `end ${i}`]));
    expect(await numbers()).toEqual([0, 1, 3, 4]);
  });

  it('handed over whole, without waiting for answers, keep their order', async () => {
    const [a, b] = [await pool.connect(), await pool.connect()];
    const all = [
      a.query('BEGIN'),
      b.query('BEGIN'),
      b.query('INSERT INTO public.t VALUES (20)'),
      a.query('INSERT INTO public.t VALUES (10)'),
      b.query('ROLLBACK'),
      a.query('COMMIT'),
    ];
    await within(Promise.all(all));
    expect(await numbers()).toEqual([10]);
    a.release();
    b.release();
  });

  it('end with their client: what it had not committed is undone', async () => {
    const a = await pool.connect();
    await a.query('BEGIN');
    await a.query('INSERT INTO public.t VALUES (1)');
    a.release();
    expect(await within(numbers())).toEqual([]);
  });

  it('end with their client even if it left before its BEGIN had its turn', async () => {
    const [a, b] = [await pool.connect(), await pool.connect()];
    await a.query('BEGIN');
    const began = b.query('BEGIN');
    b.release();
    await a.query('COMMIT');
    await within(began);
    expect(await within(numbers())).toEqual([]);
    a.release();
  });

  it('that failed are ended by ROLLBACK, and a savepoint does not end them', async () => {
    const a = await pool.connect();
    await a.query('BEGIN');
    await a.query('SAVEPOINT s');
    await expect(a.query('SELECT * FROM public.nothing')).rejects.toMatchObject({ code: '42P01' });
    const outside = pool.query('INSERT INTO public.t VALUES (2)');
    await a.query('ROLLBACK TO SAVEPOINT s');
    await a.query('INSERT INTO public.t VALUES (1)');
    await a.query('COMMIT');
    await within(outside);
    expect(await numbers()).toEqual([1, 2]);
    a.release();
  });

  it.each([
    ['a comment first', '-- why\nBEGIN', '/* done */ COMMIT'],
    ['START TRANSACTION', 'START TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'END'],
    ['lower case', 'begin;', 'commit;'],
  ])('are recognised: %s', async (_, begin, end) => {
    const a = await pool.connect();
    await a.query(begin);
    const outside = pool.query('INSERT INTO public.t VALUES (2)');
    await a.query('INSERT INTO public.t VALUES (1)');
    expect((await a.query('SELECT count(*)::int AS n FROM public.t')).rows).toEqual([{ n: 1 }]);
    await a.query(end);
    await within(outside);
    a.release();
  });

  it('inside one text hold nobody up', async () => {
    await within(pool.query('BEGIN; INSERT INTO public.t VALUES (1); COMMIT;'));
    await within(pool.query('BEGIN; INSERT INTO public.t VALUES (2); ROLLBACK'));
    await expect(within(pool.query('BEGIN; INSERT INTO public.t VALUES (3); SELECT 1/0; COMMIT;'))).rejects.toThrow();
    expect(await within(numbers())).toEqual([1]);
  });
});

describe('queries', () => {
  it('of several statements answer with the last', async () => {
    const { rows } = await pool.query('INSERT INTO public.t VALUES (1), (2); SELECT count(*)::int AS n FROM public.t');
    expect(rows).toEqual([{ n: 2 }]);
  });

  it('tell how many rows they changed', async () => {
    expect((await pool.query('INSERT INTO public.t VALUES (1), (2), (3)')).rowCount).toBe(3);
    expect((await pool.query('UPDATE public.t SET n = 0 WHERE n > $1', [1])).rowCount).toBe(2);
  });

  it('hand out values as node-postgres does', async () => {
    const { rows } = await pool.query(
      "SELECT 9007199254740993::bigint AS big, 1.50::numeric AS exact, '2026-01-01T00:00:00Z'::timestamptz AS at, '{\"a\": [1]}'::jsonb AS json, true AS yes, NULL AS nothing",
    );
    expect(rows).toEqual([
      {
        big: '9007199254740993',
        exact: '1.50',
        at: new Date('2026-01-01'),
        json: { a: [1] },
        yes: true,
        nothing: null,
      },
    ]);
  });

  it('that fail carry the code of PostgreSQL and harm nobody else', async () => {
    await pool.query('CREATE UNIQUE INDEX ON public.t (n)');
    await pool.query('INSERT INTO public.t VALUES (1)');
    await expect(pool.query('INSERT INTO public.t VALUES (1)')).rejects.toMatchObject({ code: '23505' });
    expect(await numbers()).toEqual([1]);
  });
});

describe('notifications', () => {
  it('reach every connected client, whoever listens', async () => {
    const [a, b, gone] = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
    const heard: string[] = [];
    for (const [name, client] of Object.entries({ a, b, gone }))
      client.on('notification', ({ channel, payload }) => heard.push(`${name} ${channel} ${payload}`));
    await a.query('/* from a library */ LISTEN news');
    gone.release();
    await pool.query("SELECT pg_notify('news', 'hello')");
    await eventually(() => heard.length >= 2);
    expect(heard.sort()).toEqual(['a news hello', 'b news hello']);
    a.release();
    b.release();
  });

  it('of a transaction come when it commits, and not when it does not', async () => {
    const a = await pool.connect();
    const heard: string[] = [];
    a.on('notification', ({ payload }) => heard.push(payload));
    await a.query('LISTEN later');
    for (const [word, end] of [
      ['no', 'ROLLBACK'],
      ['yes', 'COMMIT'],
    ]) {
      await a.query('BEGIN');
      await a.query('SELECT pg_notify($1, $2)', ['later', word]);
      await a.query(end!);
    }
    await eventually(() => heard.length > 0);
    expect(heard).toEqual(['yes']);
    a.release();
  });
});

describe('the end', () => {
  it('is told to whoever still asks', async () => {
    const other = await PglitePool.open();
    await other.end();
    await expect(other.query('SELECT 1')).rejects.toThrow('The embedded PostgreSQL has ended');
  });
});
