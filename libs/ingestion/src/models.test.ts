import type { Task } from '@plumbline/contracts';
import type { Db } from '@plumbline/control';
import { describe, expect, it } from 'vitest';
import { Models } from './models.js';

type Row = { task: Task; spec: { retention?: string } };

/** A PostgreSQL that answers when the test says so; nothing is ever written to it. */
function slowPostgres() {
  const asked: { answer: (task: Task) => void; fail: () => void }[] = [];
  const where = () =>
    new Promise<Row[]>((resolve, reject) => {
      asked.push({
        answer: (task) => resolve([{ task, spec: {} }]),
        fail: () => reject(new Error('connect ECONNREFUSED')),
      });
    });
  const db = { select: () => ({ from: () => ({ where }) }) } as unknown as Db;
  const models = new Models(db);
  return {
    asked,
    find: (nowMs: number) => models.find('p', 'm', () => 'binary', nowMs),
    known: (nowMs: number) => models.known('p', 'm', nowMs),
    forget: () => models.forget('p', 'm'),
  };
}

describe('a model', () => {
  it('is known for 30 s while nobody says anything new, and asked for ahead of time', async () => {
    const { asked, find, known } = slowPostgres();
    const found = find(0);
    asked[0]!.answer('regression');
    await found;
    expect(known(2_999)).toMatchObject({ task: 'regression' });
    expect(asked).toHaveLength(1);
    expect(known(3_000)).toMatchObject({ task: 'regression' });
    expect(known(29_999)).toMatchObject({ task: 'regression' });
    expect(asked, 'once for all who want to know').toHaveLength(2);
    expect(known(30_000)).toBeUndefined();
  });

  it('whose task nobody could tell is asked for again after 3 s', async () => {
    const { asked, find, known } = slowPostgres();
    const found = find(0);
    asked[0]!.fail();
    expect(await found).toMatchObject({ task: null });
    expect(known(2_999)).toMatchObject({ task: null });
    expect(known(3_000)).toBeUndefined();
    const again = find(3_000);
    asked[1]!.answer('regression');
    await again;
    expect(known(3_001)).toMatchObject({ task: 'regression' });
  });

  it('that was known stays so when PostgreSQL goes away', async () => {
    const { asked, find, known } = slowPostgres();
    const found = find(0);
    asked[0]!.answer('regression');
    await found;
    const again = find(30_000);
    asked[1]!.fail();
    expect(await again).toMatchObject({ task: 'regression' });
    expect(known(59_999)).toMatchObject({ task: 'regression' });
  });

  it('that changes while it is asked for is not remembered as it was', async () => {
    const { asked, find, known, forget } = slowPostgres();
    const before = find(0);
    forget();
    asked[0]!.answer('binary');
    expect(await before).toMatchObject({ task: 'binary' });
    expect(known(1)).toBeUndefined();
  });

  it('that changes while it is asked for is asked for again, and the newer answer stays', async () => {
    const { asked, find, known, forget } = slowPostgres();
    const before = find(0);
    forget();
    const after = find(1);
    expect(asked).toHaveLength(2);
    asked[1]!.answer('regression');
    expect(await after).toMatchObject({ task: 'regression' });
    asked[0]!.answer('binary');
    await before;
    expect(known(2)).toMatchObject({ task: 'regression' });
  });
});
